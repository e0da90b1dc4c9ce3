"""A bundled model walks in, what a bench may ask of it walks out, by name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, cast

from streams.sentiment.depths import Depths
from streams.sentiment.encoder import EncoderModel
from streams.sentiment.load import load
from streams.sentiment.ports import Model

#: Posts the walk hands to the model at once, by the default of its settings.
AT_ONCE = 500
SIZES = (1, 20, 200, 1000)
SCORE, BARE, EXPLAIN, EXPLAINED, TOKENS, DEPTHS = "score", "bare", "explain", "explained", "tokens", "depths"

Texts = Sequence[str]
Ask = Callable[[Texts, Texts], Any]


def sized(count: int) -> str:
    return f"{SCORE} {count} at once"


def opened(folder: Path, cascade: bool) -> dict[str, Ask]:
    """All of it for an encoder; the linear model has no depths, no tokens and nothing bare."""
    model = load(folder, cascade=cascade)
    ways: dict[str, Ask] = {}
    if isinstance(model, EncoderModel):
        ways[TOKENS] = lambda texts, langs: [len(ids) for ids in model.pieces.ids(texts)]
        ways[DEPTHS] = lambda texts, langs: model.hear(texts, langs).depth.tolist()
        ways[BARE] = partial(_bare, model)
    ways |= {sized(count): partial(_scored, model, count) for count in SIZES}
    ways[SCORE] = partial(_scored, model, AT_ONCE)
    ways[EXPLAIN] = partial(_explained, model)
    ways[EXPLAINED] = lambda texts, langs: [at for at, spans in enumerate(model.evidence(texts, langs)) if spans]
    return ways


def _scored(model: Model, count: int, texts: Texts, langs: Texts) -> None:
    for at in range(0, len(texts), count):
        model.score(texts[at : at + count], langs[at : at + count])


def _explained(model: Model, texts: Texts, langs: Texts) -> None:
    model.evidence(texts, langs)


@dataclass(slots=True, kw_only=True)
class _Overheard:
    """Stands before the sessions and keeps what is run: ready-made batches, padded, and states that went deeper."""

    sessions: Depths
    runs: list[tuple[Callable[..., Any], tuple[Any, Any]]] = field(default_factory=list)

    def lower(self, ids: Any, mask: Any) -> Any:
        self.runs.append((self.sessions.lower, (ids, mask)))
        return self.sessions.lower(ids, mask)

    def upper(self, states: Any, mask: Any) -> Any:
        self.runs.append((self.sessions.upper, (states, mask)))
        return self.sessions.upper(states, mask)


def _bare(model: EncoderModel, texts: Texts, langs: Texts) -> float:
    """Seconds of ONNX Runtime alone for the very batches that scoring these texts runs."""
    heard = _Overheard(sessions=model.depths)
    _scored(replace(model, depths=cast("Depths", heard)), AT_ONCE, texts, langs)
    begun = perf_counter()
    for run, given in heard.runs:
        run(*given)
    return perf_counter() - begun
