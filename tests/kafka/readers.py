"""What tests of the Kafka bus share: a handler that remembers, and a reader that runs beside the test."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from streams.bus.kafka import KafkaBus, Tuning
from streams.bus.ports import Batch, Handle, Message, Outgoing
from streams.metrics import Metrics

#: As short as the test broker allows, so that what is lost is noticed quickly.
QUICK = Tuning(session=2.0, heartbeat=0.3, grace=1.0, answer=5.0, backoff=(0.1, 1.0))
SMALL = Batch(size=20, linger=0.01)


def numbered(first: int, last: int, keys: int = 7) -> list[Outgoing]:
    return [Outgoing(key=f"author-{n % keys}", value=f"{n}".encode()) for n in range(first, last)]


class Seen:
    """Remembers what it settled, and wakes whoever waits for it."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self._news = asyncio.Condition()

    async def __call__(self, messages: Sequence[Message]) -> None:
        async with self._news:
            self.messages.extend(messages)
            self._news.notify_all()

    @property
    def counts(self) -> Counter[int]:
        return Counter(int(each.value) for each in self.messages)

    async def until(self, enough: Callable[["Seen"], bool]) -> None:
        async with self._news:
            await self._news.wait_for(lambda: enough(self))

    async def until_all_of(self, numbers: range) -> None:
        await self.until(lambda it: it.counts.keys() >= set(numbers))


@asynccontextmanager
async def bus_on(servers: str, prefix: str, tuning: Tuning = QUICK) -> AsyncIterator[KafkaBus]:
    bus = KafkaBus(servers=servers, prefix=prefix, metrics=Metrics(), tuning=tuning)
    try:
        yield bus
    finally:
        await bus.close()


@asynccontextmanager
async def reading(
    bus: KafkaBus, topic: str, group: str, handle: Handle, batch: Batch = SMALL
) -> AsyncIterator["asyncio.Task[None]"]:
    """Reads while the block runs; its end is an orderly stop. An exception of the reader goes on."""
    stop = asyncio.Event()
    task = asyncio.create_task(bus.consume(topic, group, handle, batch=batch, stop=stop))
    try:
        yield task
        stop.set()
        await task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
