"""Messages per second through the bus on Apache Kafka: `python -m tests.bench.bench_kafka [HOST:PORT]`."""

import asyncio
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

from streams.bus.kafka import KafkaBus
from streams.bus.ports import Batch, Message, Outgoing
from streams.metrics import Metrics
from tests.kafka.broker import Broker
from tests.kafka.plugin import make_topics

COUNT, SIZE, BATCH = 40_000, 400, 200


async def measure(servers: str) -> None:
    prefix = f"bench{uuid.uuid4().hex[:8]}."
    make_topics(servers, prefix, "posts", partitions=4)
    bus = KafkaBus(servers=servers, prefix=prefix, metrics=Metrics())
    messages = [Outgoing(key=f"author-{n % 997}", value=b"x" * SIZE) for n in range(COUNT)]
    try:
        await bus.publish("posts", messages[:1])
        began = time.perf_counter()
        for start in range(0, COUNT, BATCH):
            await bus.publish("posts", messages[start : start + BATCH])
        took = time.perf_counter() - began
        print(f"publish  {COUNT / took:8,.0f} messages/s  ({COUNT:,} of {SIZE} bytes, {BATCH} a call, acks=all)")

        stop, seen, first = asyncio.Event(), 0, 0.0
        batches = 0

        async def count(batch: Sequence[Message]) -> None:
            nonlocal seen, first, batches
            first = first or time.perf_counter()
            seen += len(batch)
            batches += 1
            if seen >= COUNT + 1:
                stop.set()

        began = time.perf_counter()
        await bus.consume("posts", "bench", count, batch=Batch(size=BATCH), stop=stop)
        ended = time.perf_counter()
        print(f"joined   {first - began:8.2f} s to the first batch")
        print(f"consume  {seen / (ended - first):8,.0f} messages/s  (mean batch {seen / batches:.0f}, each committed)")
        await latency(bus)
    finally:
        await bus.close()


async def latency(bus: KafkaBus) -> None:
    """From publish called to handler called, one message at a time, 50 a second."""
    stop, taken = asyncio.Event(), []
    joined = asyncio.Event()

    async def arrive(batch: Sequence[Message]) -> None:
        joined.set()
        taken.extend(time.perf_counter() - float(each.value) for each in batch if each.key == "timed")

    reading = asyncio.create_task(bus.consume("posts", "latency", arrive, batch=Batch(size=BATCH), stop=stop))
    await joined.wait()
    while await bus.lag("posts", "latency"):
        await asyncio.sleep(0.1)
    for _ in range(200):
        await bus.publish("posts", [Outgoing(key="timed", value=str(time.perf_counter()).encode())])
        await asyncio.sleep(0.02)
    began = time.perf_counter()
    stop.set()
    await reading
    taken.sort()
    middle, late = taken[len(taken) // 2], taken[int(len(taken) * 0.99)]
    print(f"latency  p50 {middle * 1000:.0f} ms, p99 {late * 1000:.0f} ms from publish to handler")
    print(f"stopped  {time.perf_counter() - began:8.2f} s")


def main() -> None:
    if len(sys.argv) > 1:
        asyncio.run(measure(sys.argv[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        broker = Broker(Path(folder))
        broker.start()
        try:
            asyncio.run(measure(broker.address))
        finally:
            broker.kill()


if __name__ == "__main__":
    main()
