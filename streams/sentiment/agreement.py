"""What was said and what is true walk in; precision, recall, confusion and calibration walk out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """How well one label was found."""

    label: str
    precision: float
    recall: float
    f1: float
    #: How many truly have the label.
    support: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Posts whose score fell between `low` and `high`."""

    low: float
    high: float
    count: int
    #: Mean score, and the part that truly had the label; 0 where the bin is empty.
    said: float
    true: float


def line(label: str, said: Sequence[bool], true: Sequence[bool]) -> Line:
    """One yes-or-no label. A ratio over nothing is 0."""
    hits = sum(one and other for one, other in zip(said, true, strict=True))
    precision, recall = _part(hits, sum(said)), _part(hits, sum(true))
    return Line(
        label=label, precision=precision, recall=recall, f1=_part(2 * hits, sum(said) + sum(true)), support=sum(true)
    )


def lines(labels: Sequence[str], said: Sequence[str], true: Sequence[str]) -> list[Line]:
    """One line for each of `labels`."""
    return [line(label, [one == label for one in said], [one == label for one in true]) for label in labels]


def macro(found: Sequence[Line], label: str = "macro average") -> Line:
    """The plain mean over the labels that occur."""
    present = [one for one in found if one.support]
    count = max(len(present), 1)
    return Line(
        label=label,
        precision=sum(one.precision for one in present) / count,
        recall=sum(one.recall for one in present) / count,
        f1=sum(one.f1 for one in present) / count,
        support=sum(one.support for one in present),
    )


def confusion(labels: Sequence[str], said: Sequence[str], true: Sequence[str]) -> list[list[int]]:
    """Counts, one row a true label, one column a said one."""
    counts = Counter(zip(true, said, strict=True))
    return [[counts[row, column] for column in labels] for row in labels]


def bins(scores: Sequence[float], true: Sequence[bool], count: int = 10) -> list[Bin]:
    """`count` bins of equal width over [0, 1]."""
    inside: list[list[tuple[float, bool]]] = [[] for _ in range(count)]
    for score, one in zip(scores, true, strict=True):
        inside[min(int(score * count), count - 1)].append((score, one))
    return [
        Bin(
            low=at / count,
            high=(at + 1) / count,
            count=len(pairs),
            said=_part(sum(score for score, _ in pairs), len(pairs)),
            true=_part(sum(one for _, one in pairs), len(pairs)),
        )
        for at, pairs in enumerate(inside)
    ]


def calibration_error(found: Sequence[Bin]) -> float:
    """Expected calibration error: the distance between said and true, weighted by the posts of each bin."""
    return _part(sum(one.count * abs(one.said - one.true) for one in found), sum(one.count for one in found))


def _part(some: float, of: float) -> float:
    return some / of if of else 0.0
