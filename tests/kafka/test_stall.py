"""The watchdog on a real Apache Kafka: a partition that stands still ends the consumer, a held batch does not."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NoReturn

import pytest

from streams.bus.kafka import KafkaBus, Stalled
from streams.bus.kafka.engine import Engine
from streams.bus.ports import Message
from streams.metrics import Metrics
from tests.kafka.plugin import make_topics
from tests.kafka.readers import QUICK, SMALL, Seen, bus_on, numbered, reading

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

IMPATIENT = replace(QUICK, stall=1.0)


async def test_records_that_never_come_out_end_the_consumer(
    kafka: str, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An engine that is in the group but hands nothing over: the gauge shows it and the reader says what to do."""
    make_topics(kafka, prefix, "posts")

    async def never(self: Engine) -> Any:
        await asyncio.Event().wait()

    def nothing(self: Engine) -> NoReturn:
        raise asyncio.QueueEmpty

    monkeypatch.setattr(Engine, "get", never)
    monkeypatch.setattr(Engine, "get_nowait", nothing)
    metrics = Metrics()
    bus = KafkaBus(servers=kafka, prefix=prefix, metrics=metrics, tuning=IMPATIENT)
    try:
        async with asyncio.timeout(30):
            await bus.publish("posts", numbered(0, 5, keys=1))
            with pytest.raises(Stalled, match="score has not moved in 1 s on topic posts"):
                await bus.consume("posts", "score", Seen(), batch=SMALL, stop=asyncio.Event())
    finally:
        await bus.close()
    assert metrics.registry.get_sample_value("hearout_stalled_partitions", {"stage": "score"}) == 1


async def test_a_batch_that_is_held_is_no_stall(kafka: str, prefix: str) -> None:
    """A handler that waits three times the limit, for a database say, is let be."""
    make_topics(kafka, prefix, "posts")
    settled = Seen()

    async def hold(messages: Sequence[Message]) -> None:
        await asyncio.sleep(3 * IMPATIENT.stall)
        await settled(messages)

    async with (
        asyncio.timeout(30),
        bus_on(kafka, prefix, IMPATIENT) as bus,
        reading(bus, "posts", "score", hold),
    ):
        await bus.publish("posts", numbered(0, 5, keys=1))
        await settled.until_all_of(range(5))


async def test_an_idle_reader_is_no_stall(kafka: str, prefix: str) -> None:
    """With nothing to read for longer than the limit, and then something, all is well."""
    make_topics(kafka, prefix, "posts")
    seen = Seen()
    async with (
        asyncio.timeout(30),
        bus_on(kafka, prefix, IMPATIENT) as bus,
        reading(bus, "posts", "score", seen),
    ):
        for first in (0, 5):
            await bus.publish("posts", numbered(first, first + 5))
            await seen.until_all_of(range(first + 5))
            await asyncio.sleep(1.5 * IMPATIENT.stall)
