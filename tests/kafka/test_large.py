"""What is about as large as anything gets, on a real Apache Kafka."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from streams.bus.admin import Admin
from streams.bus.kafka import KafkaBus
from streams.bus.ports import Message, Outgoing
from streams.bus.publisher import BusPublisher
from streams.bus.wire import decode
from streams.errors import Refused
from streams.ingest.brands import Brands
from streams.ingest.poller import Poller
from streams.ingest.ports import SourceState
from streams.ingest.sources.file.adapter import FileSource
from streams.ingest.sources.file.wire import MAX_LINE
from streams.metrics import Metrics
from streams.records import DeadLetter
from streams.topics import DEAD_LETTERS, POSTS
from tests.kafka.readers import bus_on, reading
from tests.unit.ingest.doubles import MemorySourceBook

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def topics(kafka: str, prefix: str) -> None:
    admin = Admin(servers=kafka, prefix=prefix)
    admin.apply(admin.plan(partitions=2, replication=1))
    admin.close()


async def read(bus: KafkaBus, topic: str, count: int) -> list[Message]:
    seen: list[Message] = []
    enough = asyncio.Event()

    async def handle(messages: Sequence[Message]) -> None:
        seen.extend(messages)
        if len(seen) >= count:
            enough.set()

    async with reading(bus, topic, "keep", handle):
        await enough.wait()
    return seen


@pytest.mark.usefixtures("topics")
async def test_a_file_with_huge_bad_lines_is_read_to_its_end(kafka: str, prefix: str, tmp_path: Path) -> None:
    """Each is a dead letter with all the bytes a source keeps; the posts around them are heard."""
    huge = b'{"id": 2, "text": "' + b"\xff" * MAX_LINE
    path = tmp_path / "r.jsonl"
    path.write_bytes(b'{"id": 1, "text": "a"}\n' + huge + b"\n" + huge + b'\n{"id": 3, "text": "b"}\n')
    async with asyncio.timeout(60), bus_on(kafka, prefix) as bus:
        source = FileSource(str(path), clock=lambda: NOON, brands=Brands(()), identify=lambda text: "en")
        poller = Poller(
            source, publisher=BusPublisher(bus), book=MemorySourceBook(), clock=lambda: NOON, metrics=Metrics()
        )
        await poller.run(asyncio.Event())
        assert (poller.status.state, poller.status.error) == (SourceState.FINISHED, "")
        letters = [decode(message.value) for message in await read(bus, DEAD_LETTERS.name, 2)]
        assert {letter.origin for letter in letters if isinstance(letter, DeadLetter)} == {
            "r.jsonl line 2",
            "r.jsonl line 3",
        }
        assert [letter.payload for letter in letters if isinstance(letter, DeadLetter)] == [huge[:MAX_LINE]] * 2
        assert len(await read(bus, POSTS.name, 2)) == 2


@pytest.mark.usefixtures("topics")
async def test_what_no_topic_takes_is_refused_and_the_next_message_is_taken(kafka: str, prefix: str) -> None:
    """Whether the client or the broker says so."""
    async with asyncio.timeout(60), bus_on(kafka, prefix) as bus:
        for size in (1_500_000, 3_000_000):
            with pytest.raises(Refused, match="larger than Kafka takes"):
                await bus.publish(POSTS.name, [Outgoing(key="ana", value=b"x" * size)])
        await bus.publish(POSTS.name, [Outgoing(key="ana", value=b"x")])
        assert [message.value for message in await read(bus, POSTS.name, 1)] == [b"x"]
