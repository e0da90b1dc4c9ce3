"""Problems told in nine languages walk in; how near a sentence embedding puts the same problem and its like walks out.

    python -m models.training.encoder.neighbours --model NAME [--base WORK]

Each language is compared with English alone: from a post of one, the posts of the other are ranked by cosine.
"""

import argparse
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from streams.sentiment.load import load as model_of

PARALLEL = Path(__file__).parents[1] / "parallel.jsonl"
#: The languages a problem is told in; the first is the one the others are compared with.
LANGS = ("en", "es", "ru", "de", "fr", "it", "pt", "hi", "ar")
AVERAGE = "average"
#: How many neighbours are asked for their theme.
_NEAREST = 5
#: The base is cut off nowhere: it is told each post whole.
_LONGEST, _AT_ONCE = 512, 32

F32 = NDArray[np.float32]
#: Embeddings of length 1 of some texts, (texts, width).
Embed = Callable[[Sequence[str]], F32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parallel:
    """One problem as people of each language would post it."""

    id: str
    theme: str
    #: By language, all of `LANGS`.
    texts: Mapping[str, str]


def load(path: Path = PARALLEL) -> list[Parallel]:
    """A line is `{"id", "theme"}` and a text for each of `LANGS`."""
    return [
        Parallel(id=raw["id"], theme=raw["theme"], texts={lang: raw[lang] for lang in LANGS})
        for raw in map(json.loads, path.read_text(encoding="utf-8").splitlines())
    ]


def measured(embed: Embed, parallel: Sequence[Parallel]) -> dict[str, float]:
    """Each measure on average over the languages, then as `"<measure>, en-<lang>"`.

    `found from en` and `found to en`: share of posts whose nearest post of the other language is their translation.
    `same theme in 5`: share of the five nearest in the other language with the post's theme, of both directions;
    `same theme in 5 others`: the same with the translation itself left out.
    `cosine translated` and `cosine unrelated`: the mean over translations, and over pairs of different themes.
    """
    english = embed([one.texts[LANGS[0]] for one in parallel])
    themes = np.array([one.theme for one in parallel])
    by_lang = {lang: _compared(english @ embed([one.texts[lang] for one in parallel]).T, themes) for lang in LANGS[1:]}
    names = by_lang[LANGS[1]]
    averages = {name: float(np.mean([row[name] for row in by_lang.values()])) for name in names}
    return averages | {named(name, lang): row[name] for name in names for lang, row in by_lang.items()}


def named(measure: str, lang: str) -> str:
    return f"{measure}, {LANGS[0]}-{lang}"


def _compared(cosine: F32, themes: NDArray[np.str_]) -> dict[str, float]:
    """Of cosines (English posts, posts of another language), translations on the diagonal."""
    own = np.arange(len(cosine))
    alike = themes[:, None] == themes[None, :]
    others = cosine.copy()
    np.fill_diagonal(others, -np.inf)

    def near(table: F32) -> float:
        return float(np.mean([_of_theme(table, alike), _of_theme(table.T, alike)]))

    return {
        "found from en": float((cosine.argmax(axis=1) == own).mean()),
        "found to en": float((cosine.argmax(axis=0) == own).mean()),
        f"same theme in {_NEAREST}": near(cosine),
        f"same theme in {_NEAREST} others": near(others),
        "cosine translated": float(cosine.diagonal().mean()),
        "cosine unrelated": float(cosine[~alike].mean()),
    }


def _of_theme(cosine: F32, alike: NDArray[np.bool_]) -> float:
    nearest = np.argsort(-cosine, axis=1, kind="stable")[:, :_NEAREST]
    return float(np.take_along_axis(alike, nearest, axis=1).mean())


def base(work: Path) -> Embed:
    """The untouched base of a work folder: all its layers, the pruned vocabulary, the mean over the tokens."""
    import torch  # here, so that a finished model is measured without it

    from models.training.encoder.net import mean, silenced
    from models.training.encoder.shuffle import padded
    from models.training.encoder.train import untouched
    from models.training.encoder.vocabulary import VOCABULARY
    from streams.sentiment.pieces import Pieces

    encoder = untouched(work)
    pieces = Pieces(work / VOCABULARY, _LONGEST)

    def embed(texts: Sequence[str]) -> F32:
        parts = []
        for some in _in_turn(pieces.ids(texts), _AT_ONCE):
            ids, mask = padded(some)
            states = encoder.through(encoder.embedded(ids), silenced(mask), 0, len(encoder.layers))
            parts.append(torch.nn.functional.normalize(mean(states, mask), dim=1).numpy())
        return np.concatenate(parts)

    return embed


def _in_turn(ids: Iterable[list[int]], size: int) -> Iterable[list[list[int]]]:
    rest = iter(ids)
    return iter(lambda: list(islice(rest, size)), [])


def table(found: Mapping[str, float]) -> str:
    """Of `measured`: a row for each language and the average, a column for each measure."""
    names = [name for name in found if ", " not in name]
    rows = [[lang, *(found[named(name, lang)] for name in names)] for lang in LANGS[1:]]
    rows.append([AVERAGE, *(found[name] for name in names)])
    head = f"{'':8}" + "".join(f"{name:>24}" for name in names)
    return "\n".join([head, *(f"{lang:8}" + "".join(f"{value:24.3f}" for value in row) for lang, *row in rows)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="a bundled model, or the folder of one")
    parser.add_argument("--base", type=Path, metavar="WORK", help="the work folder of the untouched base")
    asked = parser.parse_args()
    if not (asked.model or asked.base):
        parser.error("name a --model, a --base, or both")
    parallel = load()
    if asked.model:
        print(f"{asked.model}\n{table(measured(embedding(asked.model), parallel))}")
    if asked.base:
        print(f"the base in {asked.base}\n{table(measured(base(asked.base), parallel))}")


def embedding(name: str) -> Embed:
    """What a model embeds with; exits with a message where it has no sentence embedding."""
    found = getattr(model_of(name), "embed", None)
    if not callable(found):
        raise SystemExit(f"the model {name!r} has no sentence embedding")
    result: Embed = found
    return result


if __name__ == "__main__":
    main()
