"""A bus in a list, a step by rule and a world that fails on demand, for tests of what stands between them."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from streams.bus.hold import Backoff, Hold
from streams.bus.ports import Batch, Handle, Message, Outgoing
from streams.bus.wire import encode
from streams.metrics import Metrics
from streams.records import Post, Record
from streams.stage import Fate


class ListBus:
    """Keeps what is published; hands each of `waiting` to the consumer as one batch, then is idle until told to stop.

    `faults` are raised by the next calls of `publish`, one each; `consume_faults` by the next of `consume`.
    """

    def __init__(self, *waiting: Sequence[Message], faults: Iterable[Exception] = ()) -> None:
        self.waiting = list(waiting)
        self.faults = list(faults)
        self.consume_faults: list[Exception] = []
        self.published: dict[str, list[Outgoing]] = defaultdict(list)
        self.committed = 0
        self.idle = asyncio.Event()

    async def publish(self, topic: str, messages: Sequence[Outgoing]) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.published[topic] += messages

    async def consume(self, topic: str, group: str, handle: Handle, *, batch: Batch, stop: asyncio.Event) -> None:
        if self.consume_faults:
            raise self.consume_faults.pop(0)
        while self.waiting and not stop.is_set():
            await handle(self.waiting[0])
            del self.waiting[0]
            self.committed += 1
        self.idle.set()
        await stop.wait()

    async def lag(self, topic: str, group: str) -> int:
        return sum(map(len, self.waiting))

    async def close(self) -> None: ...


class RuleStep:
    """Gives each post the fate its rule says, after raising its `faults`, one per call."""

    def __init__(self, rule: Callable[[Post], Fate], *faults: Exception) -> None:
        self.rule = rule
        self.faults = list(faults)
        self.calls: list[list[str]] = []

    async def __call__(self, records: Sequence[Post], /) -> Sequence[Fate]:
        self.calls.append([record.id for record in records])
        if self.faults:
            raise self.faults.pop(0)
        return [self.rule(record) for record in records]


class Naps:
    """A sleep that takes no time and remembers what was asked; `then` is called at each."""

    def __init__(self, then: Callable[[], None] = lambda: None) -> None:
        self.seconds: list[float] = []
        self._then = then

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        self._then()


def hold(metrics: Metrics, naps: Naps, stage: str = "score", most: float = 15.0) -> Hold:
    return Hold(stage, metrics=metrics, backoff=Backoff(first=0.1, most=most), sleep=naps, chance=lambda: 0.0)


def messages(topic: str, *records: Record | bytes) -> list[Message]:
    return [
        Message(topic=topic, partition=0, offset=n, key=f"key-{n}", value=it if isinstance(it, bytes) else encode(it))
        for n, it in enumerate(records)
    ]
