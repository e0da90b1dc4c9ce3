"""What every bus must do. Subclass `BusContract` as `Test…`, and give it the fixtures `make_bus` and `make_topic`."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import pytest

from streams.bus.ports import Batch, Bus, Handle, Message, Outgoing

#: Another bus on the same data, as after a restart; the fixture closes them all at the end (closing twice is harmless).
MakeBus = Callable[[], Awaitable[Bus]]
#: A topic that exists and is empty; each call gives another.
MakeTopic = Callable[[], Awaitable[str]]

#: For what must come: short waits for more, so that tests are quick.
PROMPT = Batch(size=50, linger=0.01)


def texts(*values: str, key: str = "ana") -> list[Outgoing]:
    return [Outgoing(key=key, value=value.encode()) for value in values]


class Seen:
    """A handler that remembers what it was handed, and lets a test wait for it."""

    def __init__(self) -> None:
        self.batches: list[list[Message]] = []
        self._news = asyncio.Condition()

    async def __call__(self, messages: Sequence[Message]) -> None:
        async with self._news:
            self.batches.append(list(messages))
            self._news.notify_all()

    @property
    def values(self) -> list[bytes]:
        return [message.value for batch in self.batches for message in batch]

    async def until(self, enough: Callable[["Seen"], bool]) -> None:
        async with self._news:
            await self._news.wait_for(lambda: enough(self))


class Crash(Exception):
    """What a handler raises here when it cannot settle its batch."""


@asynccontextmanager
async def consuming(
    bus: Bus, topic: str, group: str, handle: Handle, batch: Batch = PROMPT
) -> AsyncIterator[tuple[asyncio.Event, "asyncio.Task[None]"]]:
    """Consumes while the block runs; at its end stops and waits for the consumer, whose exception goes on."""
    stop = asyncio.Event()
    task = asyncio.create_task(bus.consume(topic, group, handle, batch=batch, stop=stop))
    try:
        yield stop, task
        stop.set()
        await task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def read(bus: Bus, topic: str, group: str, count: int) -> list[Message]:
    """The first `count` messages or more that a group is handed, all of them committed."""
    seen = Seen()
    async with consuming(bus, topic, group, seen) as (_, task):
        waiting = asyncio.create_task(seen.until(lambda it: len(it.values) >= count))
        await asyncio.wait([waiting, task], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
    return [message for batch in seen.batches for message in batch]


class BusContract:
    #: Seconds any one test may wait for its bus.
    deadline = 20.0

    @pytest.fixture
    async def make_bus(self) -> MakeBus:
        raise NotImplementedError

    @pytest.fixture
    async def make_topic(self, make_bus: MakeBus) -> MakeTopic:
        raise NotImplementedError

    @pytest.fixture
    async def bus(self, make_bus: MakeBus) -> Bus:
        return await make_bus()

    @pytest.fixture
    async def topic(self, make_topic: MakeTopic) -> str:
        return await make_topic()

    async def test_a_message_comes_out_as_it_went_in(self, bus: Bus, topic: str) -> None:
        """Topic, key and value are kept as they were, whatever the key's script and the bytes of the value."""
        sent = [
            Outgoing(key="bluesky:Ана 🦊 ñ/:?#", value=b"\x00\xff\n binary"),
            Outgoing(key="", value=b"no key"),
            Outgoing(key="empty", value=b""),
        ]
        async with asyncio.timeout(self.deadline):
            await bus.publish(topic, sent)
            got = await read(bus, topic, f"{topic}-readers", 3)
        assert {(m.topic, m.key, m.value) for m in got} == {(topic, m.key, m.value) for m in sent}
        assert len(got) == 3

    async def test_one_keys_messages_keep_their_order(self, bus: Bus, topic: str) -> None:
        """Over many calls and many keys, each key's messages come out in the order they were published."""
        keys = [f"author-{n}" for n in range(20)]
        async with asyncio.timeout(self.deadline):
            for turn in range(10):
                await bus.publish(topic, [Outgoing(key=key, value=f"{turn}".encode()) for key in keys])
            got = await read(bus, topic, f"{topic}-readers", 200)
        by_key: dict[str, list[int]] = defaultdict(list)
        for message in got:
            by_key[message.key].append(int(message.value))
        assert by_key == {key: list(range(10)) for key in keys}

    async def test_offsets_tell_messages_of_a_partition_apart_and_rise(self, bus: Bus, topic: str) -> None:
        """Within a partition every message has a higher offset than the one before it."""
        async with asyncio.timeout(self.deadline):
            await bus.publish(topic, [Outgoing(key=f"{n}", value=b"x") for n in range(100)])
            got = await read(bus, topic, f"{topic}-readers", 100)
        by_partition: dict[int, list[int]] = defaultdict(list)
        for message in got:
            by_partition[message.partition].append(message.offset)
        assert all(offsets == sorted(set(offsets)) for offsets in by_partition.values())

    async def test_publishing_is_durable_when_it_returns(self, make_bus: MakeBus, topic: str) -> None:
        """A bus made anew on the same data has what was published, though the first was never closed nor read from."""
        async with asyncio.timeout(self.deadline):
            await (await make_bus()).publish(topic, texts("kept"))
            got = await read(await make_bus(), topic, f"{topic}-readers", 1)
        assert [message.value for message in got] == [b"kept"]

    async def test_publishing_nothing_is_nothing(self, bus: Bus, topic: str) -> None:
        """An empty call neither fails nor leaves a message."""
        async with asyncio.timeout(self.deadline):
            await bus.publish(topic, [])
            assert await bus.lag(topic, f"{topic}-readers") == 0

    async def test_a_new_group_starts_at_the_oldest_message(self, bus: Bus, topic: str) -> None:
        """What was published before anybody read is read."""
        async with asyncio.timeout(self.deadline):
            await bus.publish(topic, texts("first", "second"))
            await read(bus, topic, f"{topic}-early", 2)
            await bus.publish(topic, texts("third"))
            got = await read(bus, topic, f"{topic}-late", 3)
        assert [message.value for message in got] == [b"first", b"second", b"third"]

    async def test_groups_do_not_disturb_each_other(self, bus: Bus, topic: str) -> None:
        """Two groups that read at the same time each get everything."""
        one, other = Seen(), Seen()
        async with asyncio.timeout(self.deadline):
            await bus.publish(topic, texts("a", "b"))
            async with consuming(bus, topic, f"{topic}-one", one), consuming(bus, topic, f"{topic}-other", other):
                await bus.publish(topic, texts("c"))
                for seen in (one, other):
                    await seen.until(lambda it: len(it.values) >= 3)
        assert one.values == other.values == [b"a", b"b", b"c"]

    async def test_what_is_committed_does_not_come_again(self, make_bus: MakeBus, topic: str) -> None:
        """After a restart a group goes on behind what it had settled."""
        group = f"{topic}-readers"
        async with asyncio.timeout(self.deadline):
            bus = await make_bus()
            await bus.publish(topic, texts("old"))
            await read(bus, topic, group, 1)
            await bus.close()
            again = await make_bus()
            await again.publish(topic, texts("new"))
            got = await read(again, topic, group, 1)
        assert [message.value for message in got] == [b"new"]

    async def test_a_batch_whose_handler_raised_comes_again(self, make_bus: MakeBus, topic: str) -> None:
        """The exception reaches the caller, nothing of the batch is committed, and the next reader gets all of it."""
        group = f"{topic}-readers"

        async def crash(messages: Sequence[Message]) -> None:
            raise Crash

        async with asyncio.timeout(self.deadline):
            bus = await make_bus()
            await bus.publish(topic, texts("a", "b", "c"))
            with pytest.raises(Crash):
                await bus.consume(topic, group, crash, batch=PROMPT, stop=asyncio.Event())
            same = await read(bus, topic, group, 3)
        assert [message.value for message in same] == [b"a", b"b", b"c"]

    async def test_a_crash_loses_nothing_over_a_restart(self, make_bus: MakeBus, topic: str) -> None:
        """A reader that fails at its second batch, started anew on a new bus, has seen every message, in order."""
        group = f"{topic}-readers"
        settled: list[bytes] = []

        async def fail_later(messages: Sequence[Message]) -> None:
            if settled:
                raise Crash
            settled.extend(message.value for message in messages)

        async with asyncio.timeout(self.deadline):
            bus = await make_bus()
            await bus.publish(topic, texts(*(f"{n}" for n in range(10))))
            with pytest.raises(Crash):
                await bus.consume(topic, group, fail_later, batch=Batch(size=4, linger=0.01), stop=asyncio.Event())
            await bus.close()
            rest = await read(await make_bus(), topic, group, 10 - len(settled))
        assert settled + [message.value for message in rest] == [f"{n}".encode() for n in range(10)]

    async def test_a_reader_that_is_cancelled_commits_nothing(self, make_bus: MakeBus, topic: str) -> None:
        """A batch in the hands of a cancelled reader comes again."""
        group = f"{topic}-readers"
        holding = asyncio.Event()

        async def hold(messages: Sequence[Message]) -> None:
            holding.set()
            await asyncio.Event().wait()

        async with asyncio.timeout(self.deadline):
            bus = await make_bus()
            await bus.publish(topic, texts("a"))
            task = asyncio.create_task(bus.consume(topic, group, hold, batch=PROMPT, stop=asyncio.Event()))
            await holding.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await bus.close()
            got = await read(await make_bus(), topic, group, 1)
        assert [message.value for message in got] == [b"a"]

    async def test_nothing_is_committed_before_the_handler_returned(self, bus: Bus, topic: str) -> None:
        """While a batch is being handled it still counts as waiting; afterwards it does not."""
        group = f"{topic}-readers"
        handling, go_on = asyncio.Event(), asyncio.Event()

        async def wait(messages: Sequence[Message]) -> None:
            handling.set()
            await go_on.wait()

        async with asyncio.timeout(self.deadline):
            await bus.publish(topic, texts("a", "b"))
            async with consuming(bus, topic, group, wait):
                await handling.wait()
                assert await bus.lag(topic, group) == 2
                go_on.set()
            assert await bus.lag(topic, group) == 0

    async def test_stop_lets_the_running_batch_end(self, bus: Bus, topic: str) -> None:
        """A reader told to stop finishes and commits what it has in hand, takes nothing more, and returns."""
        group = f"{topic}-readers"
        handling, go_on = asyncio.Event(), asyncio.Event()
        settled: list[bytes] = []

        async def wait(messages: Sequence[Message]) -> None:
            handling.set()
            await go_on.wait()
            settled.extend(message.value for message in messages)

        async with asyncio.timeout(self.deadline):
            await bus.publish(topic, texts("a", "b", "c"))
            async with consuming(bus, topic, group, wait, Batch(size=1, linger=0.0)) as (stop, task):
                await handling.wait()
                stop.set()
                assert not task.done()
                go_on.set()
                await task
            rest = await read(bus, topic, group, 2)
        assert settled == [b"a"]
        assert [message.value for message in rest] == [b"b", b"c"]

    async def test_stop_ends_a_reader_that_has_nothing_to_read(self, bus: Bus, topic: str) -> None:
        """An idle reader returns soon after it was told to stop."""
        async with asyncio.timeout(self.deadline), consuming(bus, topic, f"{topic}-readers", Seen()) as (stop, task):
            stop.set()
            await task

    async def test_a_reader_waits_for_what_is_published_later(self, make_bus: MakeBus, topic: str) -> None:
        """What another bus on the same data publishes reaches a reader that was already waiting."""
        seen = Seen()
        async with asyncio.timeout(self.deadline):
            reader, writer = await make_bus(), await make_bus()
            async with consuming(reader, topic, f"{topic}-readers", seen):
                await writer.publish(topic, texts("first"))
                await seen.until(lambda it: it.values == [b"first"])
                await writer.publish(topic, texts("second"))
                await seen.until(lambda it: it.values == [b"first", b"second"])

    async def test_lag_counts_what_a_group_has_not_committed(self, bus: Bus, topic: str) -> None:
        """For a group that never read it is everything, and reading and publishing move it."""
        group = f"{topic}-readers"
        async with asyncio.timeout(self.deadline):
            assert await bus.lag(topic, group) == 0
            await bus.publish(topic, [Outgoing(key=f"{n}", value=b"x") for n in range(30)])
            assert await bus.lag(topic, group) == 30
            await read(bus, topic, group, 30)
            assert await bus.lag(topic, group) == 0
            await bus.publish(topic, texts("more"))
            assert await bus.lag(topic, group) == 1
            assert await bus.lag(topic, f"{topic}-others") == 31

    async def test_large_values_pass(self, bus: Bus, topic: str) -> None:
        """Half a megabyte, several times over in one call."""
        large = [bytes([n]) * 500_000 for n in range(4)]
        async with asyncio.timeout(self.deadline):
            await bus.publish(topic, [Outgoing(key="ana", value=value) for value in large])
            got = await read(bus, topic, f"{topic}-readers", 4)
        assert [message.value for message in got] == large

    async def test_topics_do_not_mix(self, bus: Bus, make_topic: MakeTopic) -> None:
        """Each of many topics, also those whose names contain one another, has only its own messages."""
        async with asyncio.timeout(self.deadline):
            topics = [await make_topic() for _ in range(5)]
            for turn in range(3):
                for topic in topics:
                    await bus.publish(topic, texts(f"{topic} {turn}"))
            got = [await read(bus, topic, f"{topic}-readers", 3) for topic in topics]
        assert [[message.value.decode() for message in one] for one in got] == [
            [f"{topic} {turn}" for turn in range(3)] for topic in topics
        ]

    async def test_a_batch_is_never_larger_than_asked_for(self, bus: Bus, topic: str) -> None:
        """However many messages wait, a handler is handed at most `size` of them, and never none."""
        seen = Seen()
        async with asyncio.timeout(self.deadline):
            await bus.publish(topic, texts(*(f"{n}" for n in range(50))))
            async with consuming(bus, topic, f"{topic}-readers", seen, Batch(size=7, linger=0.01)):
                await seen.until(lambda it: len(it.values) >= 50)
        assert all(1 <= len(batch) <= 7 for batch in seen.batches)
        assert max(len(batch) for batch in seen.batches) == 7

    async def test_a_full_batch_does_not_wait(self, bus: Bus, topic: str) -> None:
        """With as many messages as fit, the handler is called though the time to wait for more is far from over."""
        seen = Seen()
        async with asyncio.timeout(self.deadline):
            await bus.publish(topic, texts(*(f"{n}" for n in range(10))))
            async with consuming(bus, topic, f"{topic}-readers", seen, Batch(size=10, linger=self.deadline * 10)):
                await seen.until(lambda it: len(it.values) >= 10)
        assert [len(batch) for batch in seen.batches] == [10]

    async def test_messages_that_trickle_in_are_gathered(self, bus: Bus, topic: str) -> None:
        """A reader lingers for more, so ten messages published one after the other are one batch."""
        seen = Seen()
        async with asyncio.timeout(self.deadline):
            async with consuming(bus, topic, f"{topic}-readers", seen, Batch(size=10, linger=self.deadline * 10)):
                for n in range(10):
                    await bus.publish(topic, texts(f"{n}"))
                await seen.until(lambda it: len(it.values) >= 10)
        assert [len(batch) for batch in seen.batches] == [10]

    async def test_a_batch_that_does_not_fill_comes_after_the_linger(self, bus: Bus, topic: str) -> None:
        """Fewer messages than fit are handed on all the same."""
        seen = Seen()
        async with asyncio.timeout(self.deadline):
            await bus.publish(topic, texts("alone"))
            async with consuming(bus, topic, f"{topic}-readers", seen, Batch(size=10, linger=0.05)):
                await seen.until(lambda it: it.values == [b"alone"])
