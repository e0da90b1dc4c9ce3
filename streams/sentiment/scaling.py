"""Logits of one depth of the encoder walk in, calibrated probabilities by language walk out.

What the first stage said of the post and how it looks are read beside them: n-grams and an encoder mishear different
posts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streams.errors import Misconfigured
from streams.sentiment.calibration import DEFAULT, chances
from streams.sentiment.heads import COLUMNS
from streams.sentiment.shape import NAMES, shapes

F64 = NDArray[np.float64]

#: What is read, in order: the encoder's logits, the first stage's, and the looks.
INPUTS = (*COLUMNS, *(f"first_{name}" for name in COLUMNS), *NAMES)
#: A stage is never surer than this.
_SUREST = 1e-4


def inputs(logits: NDArray[np.floating], stage: F64, texts: Sequence[str]) -> F64:
    """`INPUTS` of each post: encoder logits and the first stage's probabilities `stage`, both (posts, `COLUMNS`)."""
    chance = np.clip(stage, _SUREST, 1 - _SUREST)
    return np.hstack([logits, np.log(chance / (1 - chance)), shapes(texts)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaling:
    """A linear map by language from all inputs to each head: what one head hears tells about the others."""

    #: By language; always holds `DEFAULT`. Shape (1 + `INPUTS`, `COLUMNS`), the first row is the bias.
    maps: Mapping[str, F64]

    def chances(self, given: F64, langs: Sequence[str]) -> F64:
        """Probabilities (posts, `COLUMNS`) of `inputs`."""
        return chances(self.logits(given, langs))

    def logits(self, given: F64, langs: Sequence[str]) -> F64:
        known = np.array([lang if lang in self.maps else DEFAULT for lang in langs])
        result = np.empty((len(given), len(COLUMNS)))
        for lang in set(known.tolist()):
            here, table = known == lang, self.maps[lang]
            result[here] = given[here] @ table[1:] + table[0]
        return result


def parsed(raw: object, origin: str) -> Scaling:
    """Read `{lang: rows}`; raises Misconfigured naming `origin`."""
    shape = (1 + len(INPUTS), len(COLUMNS))
    if not isinstance(raw, dict) or DEFAULT not in raw:
        raise _wrong(f"{origin} holds no map for {DEFAULT!r}")
    maps = {}
    for lang, rows in raw.items():
        try:
            table = np.array(rows, dtype=np.float64)
        except (TypeError, ValueError, OverflowError):
            table = np.full(1, np.nan)
        if table.shape != shape or not np.isfinite(table).all():
            raise _wrong(f"{origin}: the map for {lang!r} is not a table of numbers of the shape {shape}")
        maps[str(lang)] = table
    return Scaling(maps=maps)


def _wrong(message: str) -> Misconfigured:
    return Misconfigured(message, id="HO-MODEL-CALIBRATION", hint="install the model folder again")
