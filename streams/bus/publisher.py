"""The way onto the bus for whoever hears posts: records walk in, and are durable on their topic when a call returns."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from streams.bus.letters import letter_about
from streams.bus.ports import Bus
from streams.bus.wire import outgoing
from streams.errors import Refused
from streams.records import DeadLetter, Deletion, Post, Record
from streams.topics import DEAD_LETTERS, POSTS, Topic

R = TypeVar("R", bound=Record)


#: Bytes kept of a dead letter the bus does not take whole.
_KEPT = 10_000


class BusPublisher:
    """An `ingest.ports.Publisher`; `refused` is also what a `Runner` does with its dead letters.

    What is too large for the bus stops nobody: a post becomes a dead letter, and a dead letter is cut.
    """

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def posts(self, records: Sequence[Post | Deletion]) -> None:
        await self.refused(
            [
                letter_about(
                    outgoing(POSTS, record),
                    record,
                    topic=POSTS.name,
                    stage="bus",
                    reason=reason,
                    at=record.heard_at if isinstance(record, Post) else record.deleted_at,
                )
                for record, reason in await self._publish(POSTS, records)
            ]
        )

    async def refused(self, letters: Sequence[DeadLetter]) -> None:
        cut = [_cut(letter, reason) for letter, reason in await self._publish(DEAD_LETTERS, letters)]
        if cut:
            await self._bus.publish(DEAD_LETTERS.name, [outgoing(DEAD_LETTERS, letter) for letter in cut])

    async def _publish(self, topic: Topic, records: Sequence[R]) -> list[tuple[R, str]]:
        """The records the bus does not take, each with the reason; all others are on it."""
        if not records:
            return []
        try:
            await self._bus.publish(topic.name, [outgoing(topic, record) for record in records])
        except Refused as fault:
            if len(records) == 1:
                return [(records[0], str(fault))]
            return [refused for record in records for refused in await self._publish(topic, [record])]
        return []


def _cut(letter: DeadLetter, reason: str) -> DeadLetter:
    """Without a topic: the bytes that are left are no record any more, and cannot go back."""
    kept = f"{reason}: only the first {_KEPT} of {len(letter.payload)} bytes are kept"
    return replace(letter, topic="", payload=letter.payload[:_KEPT], reason=f"{letter.reason} ({kept})")
