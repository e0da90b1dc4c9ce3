"""A trained encoder walks in, `models/<name>` walks out: graphs, vocabulary, calibration, thresholds, cuts, manifest.

    python -m models.training.encoder.publish --data DIR --work DIR [--out models/ears-1]

Calibrations are fitted on posts that training never saw: the read posts kept apart and the dev gold. Thresholds and
cuts are chosen on the dev gold; what was said of each of its posts by a calibration that had not met it is kept in
`measured.npz` of the work folder, for the card.
"""

import argparse
import json
import logging
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.training import judge
from models.training.apart import kept_apart
from models.training.corpus import Corpus, gather
from models.training.encoder.cut import chosen_cut
from models.training.encoder.export import LOWER, UPPER, export
from models.training.encoder.reach import reached
from models.training.encoder.scale import Kept, fitted
from models.training.encoder.train import trained
from models.training.encoder.turn import chosen
from models.training.encoder.vocabulary import VOCABULARY
from models.training.labels import Labelled
from models.training.rows import Row
from models.training.train import UNHEARD
from streams.sentiment import linear, manifest
from streams.sentiment.calibration import chances
from streams.sentiment.depths import Depths
from streams.sentiment.encoder import CALIBRATION, PIECES, Cut
from streams.sentiment.heads import COLUMNS
from streams.sentiment.pieces import Pieces, batches
from streams.sentiment.scaling import Scaling, inputs

log = logging.getLogger("publish")
F64 = NDArray[np.float64]

#: Pieces of a post that are read.
LONGEST = 128
#: The part of the problems of the dev gold that must be heard, and how often a hostile problem must truly be one.
RECALL, WORST_PRECISION = 0.95, 0.50
#: In the manifest, half the width in probability around a threshold in which a decision is left to a person.
UNDECIDED = 0.1
_FOLDS = 5
_DEV_ROWS, _MOVED = 2400, 1500
#: Sets in languages with read posts whose dev part is not measured with.
_NOT_MEASURED = frozenset({"semeval2017_sentiment", "tweeteval", "sentirueval_tweets"})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--linear-work", type=Path, required=True, help="work folder of the linear model's training")
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[2] / "ears-1")
    parser.add_argument("--first", default="linear-1", help="folder beside the model that holds the first stage")
    parser.add_argument("--version", default="1.0.0")
    asked = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    corpus = gather(asked.data, Path(__file__).parents[1] / "labels")
    asked.out.mkdir(parents=True, exist_ok=True)
    shutil.copy(asked.work / VOCABULARY, asked.out / PIECES)
    model = trained(asked.work / "turned.pt")
    export(model, reached(model, Pieces(asked.out / PIECES, LONGEST), chosen(corpus)), asked.out)
    hear = Raw(asked.out)

    apart = [post for post in corpus.labelled if kept_apart(post.id)]
    posts = [*apart, *corpus.gold]
    rows, moved = _dev_rows(corpus.rows)
    early = asked.out.parent / asked.first
    stage = _stage(early, asked.linear_work, apart, corpus.gold)
    linear_stage = linear.opened(early, manifest.read(early))

    def given(rows: Sequence[Row]) -> list[F64]:
        texts = [row.text for row in rows]
        heard = chances(linear_stage.logits(texts, [row.lang for row in rows]))
        return [inputs(logits, heard, texts) for logits in hear(texts)]

    texts = [post.text for post in posts]
    depths = [
        Kept(
            posts=posts,
            of_posts=inputs(logits, stage, texts),
            rows=rows,
            of_rows=of_rows,
            moved=moved,
            of_moved=of_moved,
        )
        for logits, of_rows, of_moved in zip(hear(texts), given(rows), given(moved), strict=True)
    ]
    scalings = [fitted(kept) for kept in depths]
    first, last = (crossed(kept) for kept in depths)
    leaving = chosen_cut(first, last, posts)
    left = leaving.lets_go(first)
    encoder = np.where(left[:, None], first, last)
    cut = chosen_cut(stage, encoder, posts)
    gone = cut.lets_go(stage)
    whole = np.where(gone[:, None], stage, encoder)
    gold = slice(len(apart), None)
    lines = judge.lines(whole[gold], corpus.gold, RECALL, WORST_PRECISION)
    problem = judge.truth(posts, "problem") == 1
    lost = {"lost_by_cut": float(gone[problem].mean()), "lost_by_leaving": float((left & ~gone)[problem].mean())}
    log.info("thresholds %s, cut %s, leaving %s, %s", lines, cut, leaving, lost)
    np.savez(asked.work / "measured.npz", stage=stage, first=first, last=last, encoder=encoder, whole=whole, gone=gone)
    write(asked.out, asked.version, asked.first, scalings, lines, {"cut": cut, "leaving": leaving}, corpus)
    log.info("wrote %s", asked.out)


class Raw:
    """Raw logits of both depths, (texts, `COLUMNS`) each, by the graphs of a folder."""

    def __init__(self, folder: Path) -> None:
        self._depths, self._pieces = Depths(folder), Pieces(folder / PIECES, LONGEST)

    def __call__(self, texts: Sequence[str]) -> tuple[F64, F64]:
        first, last = (np.zeros((len(texts), len(COLUMNS))) for _ in range(2))
        for places, ids, mask in batches(self._pieces.ids(texts)):
            first[places], states = self._depths.lower(ids, mask)
            last[places], _ = self._depths.upper(states, mask)
        return first, last


def crossed(kept: Kept) -> F64:
    """Probabilities of each post by a calibration that has not met it."""
    fold = judge.folds(kept.posts, _FOLDS)
    result = np.zeros((len(kept.posts), len(COLUMNS)))
    for left in range(_FOLDS):
        here = np.flatnonzero(fold == left)
        scaling = fitted(kept.only(np.flatnonzero(fold != left)))
        result[here] = scaling.chances(kept.of_posts[here], [kept.posts[at].lang for at in here])
    return result


def _stage(folder: Path, work: Path, apart: Sequence[Labelled], gold: Sequence[Labelled]) -> F64:
    """Probabilities by the first stage of posts it has not learnt from."""
    kept = np.load(work / UNHEARD)
    place = {name: at for at, name in enumerate(kept["ids"].tolist())}
    unheard = kept["chances"][[place[post.id] for post in apart]]
    model = linear.opened(folder, manifest.read(folder))
    heard = chances(model.logits([post.text for post in gold], [post.lang for post in gold]))
    return np.vstack([unheard, heard])


def _dev_rows(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Dev rows marked for sentiment by people who read for it, and dev rows marked for emotionality.

    In languages with read posts only those of sets whose dev part is not measured with.
    """
    random = np.random.default_rng(5)
    dev = [row for row in rows if row.split == "dev"]
    own = [row for row in dev if row.set == "xlmt_sentiment" and row.lang not in _READ]
    beside = [
        row
        for row in dev
        if row.set in _NOT_MEASURED and "sentiment" in row.marks and row.marks["sentiment"].weight == 1
    ]
    moved = [row for row in dev if "emotionality" in row.marks]
    return (
        [
            *(own[at] for at in random.permutation(len(own))[:_DEV_ROWS]),
            *(beside[at] for at in random.permutation(len(beside))[:_DEV_ROWS]),
        ],
        [moved[at] for at in random.permutation(len(moved))[:_MOVED]],
    )


_READ = ("en", "es", "ru")


def write(
    folder: Path,
    version: str,
    first: str,
    scalings: Sequence[Scaling],
    lines: Mapping[str, float],
    cuts: Mapping[str, Cut],
    corpus: Corpus,
) -> None:
    raw = {
        name: {lang: table.round(6).tolist() for lang, table in scaling.maps.items()}
        for name, scaling in zip(("first", "last"), scalings, strict=True)
    }
    (folder / CALIBRATION).write_text(json.dumps(raw, separators=(",", ":")).replace("]],", "]],\n") + "\n")
    languages = sorted({row.lang for row in corpus.rows if row.split == "train"})
    tables = [
        line
        for name, cut in cuts.items()
        for line in (
            f"[encoder.{name}]",
            f"problem = {cut.problem:g}",
            f"hostility = {cut.hostility:g}",
            f"sure = {cut.sure:g}",
            "",
        )
    ]
    said = [
        f"schema = {manifest.SCHEMA}",
        f'name = "{folder.name}"',
        f'version = "{version}"',
        'kind = "encoder"',
        f"heads = {json.dumps(list(COLUMNS))}",
        f"languages = {json.dumps(languages)}",
        "",
        "# From these probabilities on a score counts. `problem` is set for recall: a problem missed costs more than",
        "# one looked at in vain. `undecided`: so near to a threshold that a person decides.",
        "[thresholds]",
        *(f"{key} = {value:g}" for key, value in sorted({**lines, "undecided": UNDECIDED}.items())),
        "",
        "[encoder]",
        f'first = "{first}"',
        "# Its calibration reads what this very first stage says.",
        f'first_name = "{manifest.read(folder.parent / first).full_name}"',
        f"longest = {LONGEST}",
        "# Only here was it measured what is lost on the way; posts in other languages go through all layers.",
        f"cut_languages = {json.dumps(list(_READ))}",
        "",
        "# What the first stage (`cut`) and the lower half of the encoder (`leaving`) let go.",
        *tables,
        "# SHA-256",
        "[files]",
        *(f'"{name}" = "{manifest.digest(folder / name)}"' for name in (LOWER, UPPER, PIECES, CALIBRATION)),
        "",
    ]
    (folder / manifest.FILE).write_text("\n".join(said), encoding="utf-8")


if __name__ == "__main__":
    main()
