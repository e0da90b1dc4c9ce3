"""Logits of a model and an affine map for each language walk in, adjusted logits walk out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streams.errors import Misconfigured
from streams.records import Scores
from streams.sentiment.calibration import DEFAULT, chances
from streams.sentiment.heads import COLUMNS

F64 = NDArray[np.float64]

#: What a map reads: a constant, then the logits of `COLUMNS`.
INPUTS = ("bias", *COLUMNS)
#: Columns that change together: the three of sentiment are one choice.
GROUPS = ((0, 1, 2), *((at,) for at in range(3, len(COLUMNS))))
# Logits are divided by this before a map reads them, so that its weights are all of about one size.
_SCALE = 4.0
# Models say four places; a chance of 0 or 1 is one that was rounded.
_LEAST = 5e-5


def probabilities(scores: Sequence[Scores]) -> F64:
    """(posts, `COLUMNS`)."""
    rows = [
        (
            *(one.sentiment.negative, one.sentiment.neutral, one.sentiment.positive),
            *(one.hostility, one.problem, one.constructiveness, one.emotionality),
        )
        for one in scores
    ]
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(COLUMNS))


def logits(chances_: F64) -> F64:
    """Of probabilities (posts, `COLUMNS`); those of sentiment have a mean of 0."""
    clipped = np.clip(chances_, _LEAST, 1 - _LEAST)
    found = np.log(clipped)
    found[:, :3] -= found[:, :3].mean(axis=1, keepdims=True)
    found[:, 3:] -= np.log1p(-clipped[:, 3:])
    return found


def inputs(given: F64) -> F64:
    """What a map reads of logits, (posts, `INPUTS`)."""
    return np.hstack([np.ones((len(given), 1)), given / _SCALE])


@dataclass(frozen=True, kw_only=True)
class Adjustment:
    """What is added to a model's logits."""

    #: Name of the opened model whose logits these maps were made for.
    base: str
    #: By language, (`INPUTS`, `COLUMNS`); always holds `DEFAULT`.
    maps: Mapping[str, F64]

    def chances(self, before: F64, langs: Sequence[str]) -> F64:
        """Probabilities (posts, `COLUMNS`) after the change; columns that no map touches stay as they were."""
        found = logits(before)
        read = inputs(found)
        known = np.array([lang if lang in self.maps else DEFAULT for lang in langs])
        for lang in set(known.tolist()):
            here = known == lang
            # einsum, not `@`: that wakes threads which would keep another core spinning.
            found[here] += np.einsum("ri,io->ro", read[here], self.maps[lang])
        return np.where(self._touched, chances(found), before)

    @cached_property
    def _touched(self) -> NDArray[np.bool_]:
        some = np.any([table.any(axis=0) for table in self.maps.values()], axis=0)
        return np.array([some[list(group)].any() for group in GROUPS for _ in group])


def told(adjustment: Adjustment) -> dict[str, Any]:
    """As JSON holds it."""
    maps = {lang: table.round(6).tolist() for lang, table in sorted(adjustment.maps.items())}
    return {"base": adjustment.base, "inputs": list(INPUTS), "maps": maps}


def parsed(raw: object, origin: str) -> Adjustment:
    """Read what `told` wrote; `origin` names it in errors."""
    match raw:
        case {"base": str(base), "inputs": list(named), "maps": dict(maps)} if DEFAULT in maps:
            if tuple(named) != INPUTS:
                raise _wrong(f"{origin} was made for other inputs than this version reads")
            return Adjustment(
                base=base, maps={str(lang): _table(rows, f"{origin}, {lang}") for lang, rows in maps.items()}
            )
    raise _wrong(f"{origin} does not hold `base`, `inputs` and `maps` with a map for {DEFAULT!r}")


def _table(rows: object, what: str) -> F64:
    try:
        table = np.array(rows, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        table = np.full(1, np.nan)
    if table.shape != (len(INPUTS), len(COLUMNS)) or not np.isfinite(table).all():
        raise _wrong(f"{what}: this is no table of {len(INPUTS)} by {len(COLUMNS)} numbers")
    return table


def _wrong(message: str) -> Misconfigured:
    return Misconfigured(message, id="HO-MODEL-ADJUSTED", hint="make the model again with `hearout learn`")
