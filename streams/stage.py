"""What a step of the walk is: records walk in, a fate for each walks out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from streams.records import Record

R_contra = TypeVar("R_contra", contravariant=True)


@dataclass(frozen=True, slots=True)
class Pass:
    """The record goes on, as `record`, to the topic the stage writes (or has had its effect, where it writes none)."""

    record: Record


@dataclass(frozen=True, slots=True)
class Drop:
    """The record ends here, rightly; `reason` is counted. One word or two: `repeat`, `own post`."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refuse:
    """The record is bad: its original bytes go to the dead letters with `reason`, a sentence."""

    reason: str


Fate = Pass | Drop | Refuse


class Step(Protocol[R_contra]):
    """The work of a stage. Knows no bus, no metrics and no logs.

    Returns one fate per record, in order. Raises `Transient` when the world is away (the batch comes again,
    so a step does the same thing twice harmlessly) and `Misconfigured` when a person has to act. Any other
    exception is taken as a fault of the records: the runner tries them one by one and refuses those that raise.
    """

    async def __call__(self, records: Sequence[R_contra], /) -> Sequence[Fate]: ...
