"""What two models said of the same posts, and what is true, walk in; the difference with its 95% interval walks out.

The interval is a paired bootstrap: posts are drawn again and again, the same ones for both models.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
#: From how often each post was drawn, (draws, posts), to a measure by name, (draws,); nan where there is none.
Measure = Callable[[F64], Mapping[str, F64]]

_DRAWS = 1000
#: The part of the draws that must have a measure for it to have an interval: what more of them lack hangs on few posts.
_DEFINED = 0.975
_BINS = 10
# Draws held in memory at once, times posts.
_AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One measure of two models; `low` to `high` holds the difference in 95 of 100 draws that have one.

    nan stands for what nothing could be said of: a measure of a label that no post has, an interval too few draws made.
    """

    measure: str
    first: float
    second: float
    low: float
    high: float

    @property
    def difference(self) -> float:
        return self.second - self.first

    @property
    def is_sure(self) -> bool:
        """The interval leaves zero out."""
        return self.low > 0 or self.high < 0


def differences(first: Measure, second: Measure, posts: int, *, seed: int) -> list[Difference]:
    """Each measure of both, and the interval of second less first."""
    once = np.ones((1, posts))
    before, after = first(once), second(once)
    drawn: dict[str, list[F64]] = {name: [] for name in before}
    source = np.random.default_rng(seed)
    size = max(1, _AT_ONCE // max(posts, 1))
    for begin in range(0, _DRAWS, size):
        weights = source.multinomial(posts, np.full(posts, 1 / posts), size=min(size, _DRAWS - begin)).astype(float)
        one, other = first(weights), second(weights)
        for name, kept in drawn.items():
            kept.append(other[name] - one[name])
    result = []
    for name, kept in drawn.items():
        low, high = _interval(np.concatenate(kept))
        result.append(
            Difference(measure=name, first=float(before[name][0]), second=float(after[name][0]), low=low, high=high)
        )
    return result


def _interval(drawn: F64) -> tuple[float, float]:
    defined = drawn[~np.isnan(drawn)]
    if len(defined) < _DEFINED * len(drawn):
        return np.nan, np.nan
    low, high = np.percentile(defined, [2.5, 97.5]).tolist()
    return low, high


def found(said: Sequence[bool], true: Sequence[bool]) -> Measure:
    """F1, recall and precision of a yes-or-no label: nan where no post has it, and precision where it is never said."""
    yes, really = np.array(said, dtype=float), np.array(true, dtype=float)

    def measure(weights: F64) -> Mapping[str, F64]:
        hits, spoken, there = weights @ (yes * really), weights @ yes, weights @ really
        return {
            "F1": _part(2 * hits, np.where(there > 0, spoken + there, 0)),
            "recall": _part(hits, there),
            "precision": _part(hits, np.where(there > 0, spoken, 0)),
        }

    return measure


def macro(values: Sequence[str], said: Sequence[str], true: Sequence[str]) -> Measure:
    """The plain mean over the values that occur. The precision of one that is said, but not in this draw, is left out;
    of one that is never said it is 0."""
    each = [found([one == value for one in said], [one == value for one in true]) for value in values]
    there = np.array([[one == value for value in values] for one in true], dtype=float).reshape(len(true), len(values))
    never = np.array([value not in said for value in values])

    def measure(weights: F64) -> Mapping[str, F64]:
        occurs = weights @ there > 0
        result = {}
        measured = [one(weights) for one in each]
        for name in measured[0]:
            table = np.stack([one[name] for one in measured], axis=1)
            counted = occurs & (never | ~np.isnan(table))
            result[name] = _part(np.where(counted, np.nan_to_num(table), 0).sum(axis=1), counted.sum(axis=1))
        return result

    return measure


def calibration(scores: Sequence[float], true: Sequence[bool], *, per_post: int = 1) -> Measure:
    """Expected calibration error over ten bins; a post may bring several scores, one after another."""
    said, really = np.array(scores, dtype=float), np.array(true, dtype=float)
    bins = np.eye(_BINS)[np.minimum((said * _BINS).astype(int), _BINS - 1)]
    apart = (bins * (said - really)[:, None]).reshape(-1, per_post, _BINS).sum(axis=1)

    def measure(weights: F64) -> Mapping[str, F64]:
        return {"ECE": _part(np.abs(weights @ apart).sum(axis=1), weights.sum(axis=1) * per_post)}

    return measure


def _part(some: F64, of: F64) -> F64:
    return np.asarray(np.divide(some, of, out=np.full_like(some, np.nan, dtype=float), where=of != 0))
