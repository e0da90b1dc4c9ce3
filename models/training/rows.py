"""The one shape every training set is brought into."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

Split = Literal["train", "dev", "test"]

#: Heads of the linear model, in the order of its columns; sentiment is one column per class.
COLUMNS = ("negative", "neutral", "positive", "hostility", "problem", "constructiveness", "emotionality")
#: Sentiment classes, as they stand in `Row.sentiment`.
NEGATIVE, NEUTRAL, POSITIVE = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a set says of one head: the label, and its trust (1 = people read for this very head)."""

    value: int
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One text with the marks its set gives; a head that is absent from `marks` is not labelled there."""

    set: str
    id: str
    text: str
    lang: str
    split: Split
    #: By head: `sentiment`, `hostility`, `problem`, `constructiveness`, `emotionality`.
    marks: dict[str, Mark] = field(default_factory=dict)
    #: The set's own label, for measuring by its own metric.
    label: str = ""

    @property
    def key(self) -> str:
        return f"{self.set}:{self.id}"


Rows = Iterator[Row]
