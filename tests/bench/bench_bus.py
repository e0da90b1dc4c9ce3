"""How many messages a second the embedded log takes and gives: `python tests/bench/bench_bus.py`."""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from streams.bus.embedded import EmbeddedBus
from streams.bus.ports import Batch, Message, Outgoing
from streams.clock import utc_now

AT_ONCE = 200
#: What a post of two sentences takes on the wire.
BYTES = 700


def messages(count: int) -> list[Outgoing]:
    return [Outgoing(key=f"author-{n}", value=b"x" * BYTES) for n in range(count)]


async def publish(bus: EmbeddedBus, topic: str, count: int, at_once: int = AT_ONCE) -> None:
    for _ in range(count // at_once):
        await bus.publish(topic, messages(at_once))


async def settle(batch: Sequence[Message]) -> None:
    """The work of a stage that does nothing."""


async def consume(
    bus: EmbeddedBus, topic: str, group: str, count: int, work: Callable[[Sequence[Message]], Awaitable[None]] = settle
) -> None:
    stop = asyncio.Event()
    seen = 0

    async def handle(batch: Sequence[Message]) -> None:
        nonlocal seen
        await work(batch)
        seen += len(batch)
        if seen >= count:
            stop.set()

    await bus.consume(topic, group, handle, batch=Batch(size=AT_ONCE, linger=0.0), stop=stop)


async def timed(title: str, count: int, *works: Awaitable[None]) -> None:
    began = time.perf_counter()
    await asyncio.gather(*works)
    print(f"{title:40} {count / (time.perf_counter() - began):>10,.0f} messages/s")


async def main(folder: Path, count: int) -> None:
    bus = EmbeddedBus(folder / "bench-log.db", clock=utc_now)

    async def pass_on(batch: Sequence[Message]) -> None:
        await bus.publish("third", [Outgoing(key=message.key, value=message.value) for message in batch])

    await timed("publish, 200 at once", count, publish(bus, "first", count))
    await timed("consume, 200 at once", count, consume(bus, "first", "reader", count))
    await timed(
        "publish and consume at the same time",
        count,
        publish(bus, "second", count),
        consume(bus, "second", "reader", count),
    )
    await timed("one hop: consume, publish on, commit", count, consume(bus, "first", "hop", count, pass_on))
    await timed("publish one by one", 1000, publish(bus, "single", 1000, at_once=1))
    await bus.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="where to write; default: a temporary folder")
    parser.add_argument("--messages", type=int, default=100_000, help="a multiple of 200")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        asyncio.run(main(given.folder or Path(temporary), given.messages))
