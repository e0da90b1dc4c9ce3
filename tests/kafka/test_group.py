"""Workers of one group on a real Apache Kafka: they share the partitions, come and go and fail, and nothing is lost."""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Sequence

import pytest

from streams.bus.ports import Bus, Handle, Message
from tests.kafka.plugin import make_topics
from tests.kafka.readers import QUICK, SMALL, Seen, bus_on, numbered, reading

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


async def test_two_workers_share_the_partitions(kafka: str, prefix: str) -> None:
    """Once both have joined, each message goes to exactly one of them, and both have work."""
    make_topics(kafka, prefix, "posts")
    ana, ben = Seen(), Seen()
    async with (
        asyncio.timeout(60),
        bus_on(kafka, prefix) as bus,
        bus_on(kafka, prefix) as other,
        reading(bus, "posts", "score", ana),
        reading(other, "posts", "score", ben),
    ):
        first = 0
        while not (ana.messages and ben.messages):
            await bus.publish("posts", numbered(first, first + 20, keys=50))
            first += 20
        await settle(bus)
        before = len(ana.messages), len(ben.messages)
        await bus.publish("posts", numbered(first, first + 200, keys=50))
        await settle(bus)
    late = [int(m.value) for m in ana.messages[before[0] :]], [int(m.value) for m in ben.messages[before[1] :]]
    assert late[0]
    assert late[1]
    assert sorted(late[0] + late[1]) == list(range(first, first + 200))


async def test_a_worker_that_leaves_hands_its_work_on(kafka: str, prefix: str) -> None:
    """With messages coming all the time, one of two workers stops; the other goes on with all of them."""
    make_topics(kafka, prefix, "posts")
    seen = Seen()
    async with (
        asyncio.timeout(60),
        bus_on(kafka, prefix) as bus,
        bus_on(kafka, prefix) as other,
        reading(bus, "posts", "score", seen),
    ):
        async with reading(other, "posts", "score", seen):
            for first in range(0, 400, 50):
                await bus.publish("posts", numbered(first, first + 50))
            await seen.until_all_of(range(200))
        for first in range(400, 800, 50):
            await bus.publish("posts", numbered(first, first + 50))
        await seen.until_all_of(range(800))
        await settle(bus)
    assert seen.counts.keys() == set(range(800))


async def test_keys_keep_their_order_while_workers_come_and_go(kafka: str, prefix: str) -> None:
    """Apart from what comes twice, each key's messages are settled in the order they were published."""
    make_topics(kafka, prefix, "posts")
    seen = Seen()
    async with (
        asyncio.timeout(60),
        bus_on(kafka, prefix) as bus,
        bus_on(kafka, prefix) as other,
        reading(bus, "posts", "score", seen),
    ):
        for first in range(0, 600, 200):
            async with reading(other, "posts", "score", seen):
                await bus.publish("posts", numbered(first, first + 200))
                await seen.until_all_of(range(first + 100))
        await seen.until_all_of(range(600))
    firsts: dict[str, list[int]] = defaultdict(list)
    for message in seen.messages:
        number = int(message.value)
        if number not in firsts[message.key]:
            firsts[message.key].append(number)
    assert all(numbers == sorted(numbers) for numbers in firsts.values())


async def test_no_commit_passes_what_was_not_handled(kafka: str, prefix: str) -> None:
    """Handlers fail at random and workers are cut off in the middle of a batch: in the end all is settled."""
    make_topics(kafka, prefix, "posts")
    chance = random.Random(7)
    seen = Seen()

    async def fickle(messages: Sequence[Message]) -> None:
        await asyncio.sleep(0)
        if chance.random() < 0.3:
            raise ConnectionError("the handler fails")
        await seen(messages)

    async def worker() -> None:
        async with bus_on(kafka, prefix) as bus:
            for _ in range(5):
                task = asyncio.create_task(read_on(bus, fickle))
                await asyncio.wait({task}, timeout=chance.uniform(0.3, 1.5))
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async with asyncio.timeout(90), bus_on(kafka, prefix) as bus:
        await bus.publish("posts", numbered(0, 1500))
        await asyncio.gather(*(worker() for _ in range(3)))
        async with reading(bus, "posts", "score", seen):
            await settle(bus)
    assert seen.counts.keys() == set(range(1500))


async def test_a_batch_held_longer_than_the_session_keeps_its_place_in_the_group(kafka: str, prefix: str) -> None:
    """A handler may wait for its database: its worker stays in the group, the batch is handled once and committed."""
    make_topics(kafka, prefix, "posts")
    calls: list[int] = []

    async def hold(messages: Sequence[Message]) -> None:
        calls.append(len(messages))
        await asyncio.sleep(2.5 * QUICK.session)

    async with asyncio.timeout(30), bus_on(kafka, prefix) as bus:
        await bus.publish("posts", numbered(0, 5, keys=1))
        async with reading(bus, "posts", "score", hold):
            await settle(bus)
    assert calls == [5]


async def test_a_blocked_event_loop_keeps_its_place_in_the_group(kafka: str, prefix: str) -> None:
    """Heartbeats have a thread of their own: a handler that blocks the loop beyond the session is not thrown out."""
    make_topics(kafka, prefix, "posts")
    calls: list[int] = []

    async def block(messages: Sequence[Message]) -> None:
        calls.append(len(messages))
        time.sleep(2 * QUICK.session)  # noqa: ASYNC251  (this is what must do no harm)

    async with asyncio.timeout(30), bus_on(kafka, prefix) as bus:
        await bus.publish("posts", numbered(0, 5, keys=1))
        async with reading(bus, "posts", "score", block):
            await settle(bus)
    assert calls == [5]


async def test_a_held_batch_does_not_keep_others_from_joining(kafka: str, prefix: str) -> None:
    """A worker that joins gets its share although another holds a batch; what was held may be done twice, not lost."""
    make_topics(kafka, prefix, "posts")
    joined, holding = Seen(), asyncio.Event()
    held = Seen()

    async def hold(messages: Sequence[Message]) -> None:
        holding.set()
        await joined.until(lambda it: bool(it.messages))
        await held(messages)

    async with asyncio.timeout(60), bus_on(kafka, prefix) as bus, bus_on(kafka, prefix) as other:
        await bus.publish("posts", numbered(0, 100, keys=50))
        async with reading(bus, "posts", "score", hold):
            await holding.wait()
            async with reading(other, "posts", "score", joined):
                await settle(bus)
    assert held.counts.keys() | joined.counts.keys() == set(range(100))


async def read_on(bus: Bus, handle: Handle) -> None:
    """Reads for ever, going on after a handler failed, as a worker that is started again."""
    while True:
        try:
            await bus.consume("posts", "score", handle, batch=SMALL, stop=asyncio.Event())
        except ConnectionError:
            continue


async def settle(bus: Bus) -> None:
    """Returns when the group has committed everything; the test's deadline bounds it."""
    while await bus.lag("posts", "score"):
        await asyncio.sleep(0.05)
