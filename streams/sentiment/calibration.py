"""Sums, peaks and the looks of a post walk in, calibrated logits walk out, by language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streams.errors import Misconfigured
from streams.sentiment.heads import COLUMNS
from streams.sentiment.shape import NAMES

F64 = NDArray[np.float64]

#: Columns of the weights: what the public sets teach each head, then what the posts read for this project teach.
SUMS = (*COLUMNS, "read_negative", "read_positive", "read_hostility", "read_problem", "read_constructiveness")
#: Of these sums the strongest single word, and pair of neighbours, is told too: one insult in a long report drowns in
#: the sum.
PEAKED = ("hostility", "problem")
PEAKS = tuple(f"{kind}_{name}" for kind in ("word", "pair") for name in PEAKED)
#: What is heard in the text: sums and peaks.
HEARD = (*SUMS, *PEAKS)
#: What the calibration reads, in order: what is heard, then the looks.
INPUTS = (*HEARD, *NAMES)
#: The language that stands in for all without their own.
DEFAULT = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """Units that hear combinations: an insult near a problem, praise that opens with a handle."""

    #: From `INPUTS` to the units, (inputs, units).
    into: F64
    #: Where each unit starts, (units,) by language, for the languages of the maps.
    start: Mapping[str, F64]
    #: From the units, where they are positive, to the logits of `COLUMNS`, (units, columns).
    out: F64


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """One linear map per language from `INPUTS` to the logits of `COLUMNS`, and what hidden units add to it."""

    #: By language; always holds `DEFAULT`. Shape (1 + inputs, columns), the first row is the bias.
    maps: Mapping[str, F64]
    hidden: Hidden

    def logits(self, inputs: F64, langs: Sequence[str]) -> F64:
        """`inputs` is (posts, `INPUTS`); returns (posts, `COLUMNS`)."""
        known = np.array([self._known(lang) for lang in langs])
        result = np.empty((len(inputs), len(COLUMNS)))
        for lang in set(known.tolist()):
            here = known == lang
            given, table = inputs[here], self.maps[lang]
            units = np.maximum(_times(given, self.hidden.into) + self.hidden.start[lang], 0)
            result[here] = _times(given, table[1:]) + table[0] + _times(units, self.hidden.out)
        return result

    def slopes(self, given: F64, lang: str) -> F64:
        """How what is heard enters the logits of a post whose `INPUTS` are `given`, (`HEARD`, `COLUMNS`)."""
        known = self._known(lang)
        awake = given @ self.hidden.into + self.hidden.start[known] > 0
        return self.maps[known][1 : 1 + len(HEARD)] + self.hidden.into[: len(HEARD), awake] @ self.hidden.out[awake]

    def _known(self, lang: str) -> str:
        return lang if lang in self.maps else DEFAULT


def _times(rows: F64, table: F64) -> F64:
    """The product of matrices, without the threads that numpy's `@` wakes: they would keep another core spinning."""
    return np.asarray(np.einsum("ri,io->ro", rows, table))


def plain(maps: Mapping[str, F64]) -> Calibration:
    """A calibration of linear maps alone, with no hidden units."""
    none = Hidden(
        into=np.zeros((len(INPUTS), 0)),
        start={lang: np.zeros(0) for lang in maps},
        out=np.zeros((0, len(COLUMNS))),
    )
    return Calibration(maps=maps, hidden=none)


def chances(logits: F64) -> F64:
    """Turn calibrated logits (posts, `COLUMNS`) into probabilities: softmax over sentiment, one logistic per head."""
    result = np.empty_like(logits)
    apart = np.exp(logits[:, :3] - logits[:, :3].max(axis=1, keepdims=True))
    result[:, :3] = apart / apart.sum(axis=1, keepdims=True)
    result[:, 3:] = 1 / (1 + np.exp(-np.clip(logits[:, 3:], -60, 60)))
    return result


def parsed(raw: object, origin: str) -> Calibration:
    """Read what `calibration.json` holds; `origin` names it in errors.

    `{"inputs": [...], "maps": {lang: rows}, "into": rows, "start": {lang: row}, "out": rows}`
    """
    match raw:
        case {
            "inputs": list(inputs),
            "maps": dict(maps),
            "into": list(into),
            "start": dict(start),
            "out": list(out),
        } if DEFAULT in maps:
            if tuple(inputs) != INPUTS:
                raise _wrong(
                    f"{origin} was made for other inputs ({', '.join(map(str, inputs))}) than this version computes"
                )
            units = len(out)
            tables = {
                str(lang): _table(rows, (1 + len(INPUTS), len(COLUMNS)), f"the map for {lang!r} in {origin}")
                for lang, rows in maps.items()
            }
            hidden = Hidden(
                into=_table(into, (len(INPUTS), units), f"`into` in {origin}"),
                start={lang: _table(start.get(lang), (units,), f"`start` of {lang!r} in {origin}") for lang in tables},
                out=_table(out, (units, len(COLUMNS)), f"`out` in {origin}"),
            )
            return Calibration(maps=tables, hidden=hidden)
    raise _wrong(f"{origin} does not hold `inputs`, `into`, `start`, `out` and `maps` with a map for {DEFAULT!r}")


def _table(rows: object, shape: tuple[int, ...], what: str) -> F64:
    """Numbers of this shape; no units is an empty table of any shape."""
    try:
        table = np.array(rows, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        table = np.full(1, np.nan)
    if table.size == 0 and 0 in shape:
        return np.zeros(shape)
    if table.shape != shape or not np.isfinite(table).all():
        raise _wrong(f"{what} is not a table of numbers of the shape {shape}")
    return table


def _wrong(message: str) -> Misconfigured:
    return Misconfigured(
        message, id="HO-MODEL-CALIBRATION", hint="install the model folder again, or train it with this version"
    )
