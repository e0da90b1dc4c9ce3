"""What a bus is: bytes in by topic and key, bytes out in order by group, at least once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from streams.records import CaseEvent, DeadLetter, KeptLetter


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    key: str
    value: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One record as it lies on the bus."""

    topic: str
    partition: int
    offset: int
    key: str
    value: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """How much a consumer is handed at once."""

    #: Messages at most.
    size: int = 200
    #: Seconds to wait for more once there is one.
    linger: float = 0.05


#: Settles every message of a batch, or raises.
Handle = Callable[[Sequence[Message]], Awaitable[None]]


class Bus(Protocol):
    async def publish(self, topic: str, messages: Sequence[Outgoing]) -> None:
        """Durable when it returns; messages of one key keep their order.

        Raises `Transient` when the bus cannot take them now, and `Refused` when it never takes one of them as it is
        too large; then all of them may be sent again.
        """

    async def consume(self, topic: str, group: str, handle: Handle, *, batch: Batch, stop: asyncio.Event) -> None:
        """Hands batches to `handle`, in order within a partition, until `stop` is set.

        A batch is committed only after `handle` returned. When `handle` raises, nothing of the batch is
        committed, consuming ends, and the exception reaches the caller; the batch comes again to the next
        consumer. A running batch is finished before `stop` takes effect. A new group starts at the oldest message.

        A handler that has to leave with its batch unsettled (the runner, stopped while it holds one) raises too:
        to the bus it is an exception like any other, and whoever called `consume` knows it again. Raises
        `Transient` when the bus itself is away.
        """

    async def lag(self, topic: str, group: str) -> int:
        """Messages on the topic that the group has not committed. Raises `Transient` when it cannot be told."""

    async def close(self) -> None: ...


class Outbox(Protocol):
    """The case book as the relay sees it: events in the order of the book, and how far they have left it."""

    async def unrelayed(self, limit: int) -> Sequence[CaseEvent]:
        """The oldest events after the mark, by `seq`, at most `limit`. Raises `Transient`."""
        ...

    async def relayed(self, up_to_seq: int) -> None:
        """Moves the mark up to here; a mark that is further on already stays. Raises `Transient`."""
        ...

    async def pending(self) -> int:
        """How many events are after the mark."""
        ...


class Shelf(Protocol):
    """Where dead letters rest for people to see. All raise `Transient`."""

    async def keep(self, letters: Sequence[DeadLetter]) -> None:
        """Once by id. One that was replayed and comes again with a later `at` was refused again: it stands unreplayed.

        A post named by `post_id` that is not in the case book is noted there with the effect `refused` and the reason.
        """
        ...

    async def letters(self, limit: int, offset: int) -> Sequence[KeptLetter]:
        """Newest first, then by id; replayed ones too."""
        ...

    async def letter(self, id: str) -> KeptLetter | None:
        """By id, or by the beginning of one that only one letter has."""
        ...

    async def replayed(self, id: str, at: datetime) -> None: ...
