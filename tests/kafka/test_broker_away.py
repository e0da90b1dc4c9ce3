"""The broker is not there, goes, and comes back."""

import asyncio
import socket

import pytest

from streams import logs
from streams.bus.kafka import Tuning
from streams.errors import Misconfigured, Transient
from tests.kafka.broker import Broker
from tests.kafka.plugin import make_topics
from tests.kafka.readers import SMALL, Seen, bus_on, numbered, reading

HASTY = Tuning(answer=1.0, backoff=(0.05, 0.1))


@pytest.fixture
def nobody() -> str:
    """An address nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{taken.getsockname()[1]}"


async def test_publishing_without_a_broker_is_transient(nobody: str) -> None:
    """The message names the address; the caller may try again."""
    async with asyncio.timeout(20), bus_on(nobody, "t.", HASTY) as bus:
        for _ in range(2):
            with pytest.raises(Transient, match=nobody):
                await bus.publish("posts", numbered(0, 1))


async def test_lag_without_a_broker_is_transient(nobody: str) -> None:
    """No lag is not a lag of zero."""
    async with asyncio.timeout(20), bus_on(nobody, "t.", HASTY) as bus:
        with pytest.raises(Transient, match=nobody):
            await bus.lag("posts", "score")


async def test_a_reader_waits_for_its_broker_without_noise(nobody: str, capfd: pytest.CaptureFixture[str]) -> None:
    """It tries again with a sentence each time, prints no traceback, and stops when told to."""
    logs.set_up("console", "info")
    stop = asyncio.Event()
    async with asyncio.timeout(20), bus_on(nobody, "t.", HASTY) as bus:
        task = asyncio.create_task(bus.consume("posts", "score", Seen(), batch=SMALL, stop=stop))
        said = ""
        while said.count("reading from Kafka was interrupted") < 2:
            assert not task.done()
            await asyncio.sleep(0.02)
            said += "".join(capfd.readouterr())
        stop.set()
        await task
    assert "Traceback" not in said + "".join(capfd.readouterr())
    assert nobody in said


@pytest.mark.kafka
@pytest.mark.slow
async def test_a_missing_topic_tells_the_operator_what_to_type(kafka: str, prefix: str) -> None:
    """Reading, publishing and lag name the topic and the command that makes it."""
    async with asyncio.timeout(20), bus_on(kafka, prefix) as bus:
        for attempt in (
            bus.publish("posts", numbered(0, 1)),
            bus.consume("posts", "score", Seen(), batch=SMALL, stop=asyncio.Event()),
            bus.lag("posts", "score"),
        ):
            with pytest.raises(Misconfigured, match=f"{prefix}posts does not exist") as caught:
                await attempt
            assert "hearout topics apply" in caught.value.hint


@pytest.mark.kafka
@pytest.mark.slow
async def test_a_broker_killed_in_the_middle_loses_nothing(own_kafka: Broker, prefix: str) -> None:
    """SIGKILL while messages are published and read; with the broker back, all goes on by itself."""
    make_topics(own_kafka.address, prefix, "posts")
    seen, published = Seen(), asyncio.Event()

    async def publish_on() -> None:
        for first in range(0, 1000, 20):
            while True:
                try:
                    await bus.publish("posts", numbered(first, first + 20))
                    break
                except Transient:
                    await asyncio.sleep(0.1)
            if first >= 300:
                published.set()

    async with (
        asyncio.timeout(90),
        bus_on(own_kafka.address, prefix) as bus,
        reading(bus, "posts", "score", seen),
        asyncio.TaskGroup() as group,
    ):
        group.create_task(publish_on())
        await published.wait()
        await seen.until(lambda it: len(it.messages) > 100)
        await asyncio.to_thread(own_kafka.kill)
        await asyncio.to_thread(own_kafka.start)
        await seen.until_all_of(range(1000))
        while await bus.lag("posts", "score"):
            await asyncio.sleep(0.1)
    assert seen.counts.keys() == set(range(1000))


@pytest.mark.kafka
@pytest.mark.slow
async def test_a_reader_stops_although_its_broker_is_gone(own_kafka: Broker, prefix: str) -> None:
    """Told to stop while the broker is dead, a reader returns within its bounds."""
    make_topics(own_kafka.address, prefix, "posts")
    seen = Seen()
    async with asyncio.timeout(60), bus_on(own_kafka.address, prefix) as bus:
        await bus.publish("posts", numbered(0, 20))
        async with reading(bus, "posts", "score", seen):
            await seen.until_all_of(range(20))
            await asyncio.to_thread(own_kafka.kill)
