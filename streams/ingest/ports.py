"""What a source is, and what the poller needs of the world around it."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from streams.records import DeadLetter, Deletion, Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A stretch of a network's time this installation did not hear."""

    start: datetime
    end: datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a source heard since its last word, and where to go on from."""

    records: Sequence[Post | Deletion] = ()
    refused: Sequence[DeadLetter] = ()
    #: Opaque to all but the source; saved only after `records` and `refused` are safe. None keeps the old one.
    cursor: str | None = None
    #: Gaps noticed on the way.
    gaps: Sequence[Gap] = ()


class Source(Protocol):
    #: Unique in an installation: `bluesky`, `file:reviews.jsonl`.
    name: str

    def listen(self, cursor: str | None) -> AsyncIterator[Heard]:
        """Yields what is heard from `cursor` on; ends when there will never be more (a file's end).

        Raises `Transient` when the network is away (the poller backs off and listens again from the saved
        cursor) and `Misconfigured` when a person has to act.
        """
        ...


class SourceState(StrEnum):
    STARTING = "starting"
    HEARING = "hearing"
    #: Failing and trying again.
    BROKEN = "broken"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """How a source fares, as the desk, `doctor` and the metrics show it."""

    name: str
    state: SourceState
    #: Since when it is in this state.
    since: datetime
    #: What broke it, a sentence; empty while it works.
    error: str = ""
    #: `created_at` of its newest post.
    newest_post_at: datetime | None = None
    cursor: str | None = None
    #: Failures in a row.
    failures: int = 0


class SourceBook(Protocol):
    """Where cursors, gaps and states of sources rest."""

    async def status(self, name: str) -> SourceStatus | None: ...

    async def statuses(self) -> Sequence[SourceStatus]: ...

    async def save(self, status: SourceStatus) -> None:
        """Keeps it whole, by name."""
        ...

    async def record_gap(self, name: str, gap: Gap) -> None:
        """Once: the same gap again is no second one."""
        ...

    async def gaps(self, name: str | None = None) -> Sequence[tuple[str, Gap]]: ...


class Publisher(Protocol):
    """The way onto the bus; all is durable when a call returns. Raises `Transient`."""

    async def posts(self, records: Sequence[Post | Deletion]) -> None: ...

    async def refused(self, letters: Sequence[DeadLetter]) -> None: ...
