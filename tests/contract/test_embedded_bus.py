"""The embedded bus keeps the contract, and its own promises: one reader per group, old messages pruned, one file."""

import asyncio
import os
import sqlite3
import sys
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from streams.bus.embedded import EmbeddedBus
from streams.bus.ports import Batch, Message, Outgoing
from streams.clock import utc_now
from streams.errors import Misconfigured, Transient
from tests.contract.bus_contract import PROMPT, BusContract, MakeBus, MakeTopic, Seen, consuming, read, texts

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class TestEmbeddedBus(BusContract):
    @pytest.fixture
    async def make_bus(self, tmp_path: Path) -> AsyncIterator[MakeBus]:
        made: list[EmbeddedBus] = []

        async def make() -> EmbeddedBus:
            made.append(EmbeddedBus(tmp_path / "log.db", clock=utc_now, look=0.01))
            return made[-1]

        yield make
        for bus in made:
            await bus.close()

    @pytest.fixture
    async def make_topic(self) -> MakeTopic:
        numbers = count(1)

        async def make() -> str:
            # Names that begin alike, as `posts` and `posts.scored` do.
            return "posts" + ".x" * next(numbers)

        return make


@pytest.fixture
def now() -> list[datetime]:
    return [NOON]


@pytest.fixture
async def bus(tmp_path: Path, now: list[datetime]) -> AsyncIterator[EmbeddedBus]:
    bus = EmbeddedBus(tmp_path / "log.db", clock=lambda: now[0], look=0.01, patience=0.0)
    yield bus
    await bus.close()


async def test_a_second_reader_of_a_group_is_told_that_there_is_one(bus: EmbeddedBus, tmp_path: Path) -> None:
    """Two readers would do the work twice, so the second fails, is told so, and may come when the first left."""
    other = EmbeddedBus(tmp_path / "log.db", clock=utc_now, patience=0.0)
    async with asyncio.timeout(10):
        await bus.publish("posts", texts("a"))
        seen = Seen()
        async with consuming(bus, "posts", "score", seen):
            await seen.until(lambda it: it.values == [b"a"])
            with pytest.raises(Misconfigured, match="another process already runs stage 'score'") as told:
                await read(other, "posts", "score", 1)
            assert told.value.id == "HO-STAGE-TAKEN"
            assert [message.value for message in await read(other, "posts", "audit", 1)] == [b"a"]
        await other.publish("posts", texts("b"))
        assert [message.value for message in await read(other, "posts", "score", 1)] == [b"b"]
    await other.close()


async def test_a_reader_waits_for_one_that_is_leaving(bus: EmbeddedBus, tmp_path: Path) -> None:
    """On a restart the old process may still end its batch; the new one waits that long."""
    other = EmbeddedBus(tmp_path / "log.db", clock=utc_now, patience=10.0)
    async with asyncio.timeout(10):
        await bus.publish("posts", texts("a", "b"))
        handling, go_on = asyncio.Event(), asyncio.Event()

        async def slow(messages: Sequence[Message]) -> None:
            handling.set()
            await go_on.wait()

        async with consuming(bus, "posts", "score", slow, Batch(size=1, linger=0.0)) as (stop, _):
            await handling.wait()
            stop.set()
            waiting = asyncio.create_task(read(other, "posts", "score", 1))
            await asyncio.sleep(0)
            go_on.set()
        assert [message.value for message in await waiting] == [b"b"]
    await other.close()


async def test_pruning_takes_only_what_is_old_and_read_by_all(bus: EmbeddedBus, now: list[datetime]) -> None:
    """Kept are messages younger than asked, messages a group has not committed, and topics that are not named."""
    async with asyncio.timeout(10):
        await bus.publish("posts", texts("old 1", "old 2"))
        await bus.publish("cases", texts("old"))
        await read(bus, "posts", "score", 2)
        await read(bus, "posts", "audit", 2)
        now[0] += timedelta(hours=2)
        await bus.publish("posts", texts("young"))
        await read(bus, "posts", "score", 1)
        await read(bus, "posts", "audit", 1)
        hour_ago = now[0] - timedelta(hours=1)

        assert await bus.prune(hour_ago, {"posts": ["score", "never read"]}) == 0
        assert await bus.prune(hour_ago, {"posts": []}) == 0
        assert await bus.prune(hour_ago, {"posts": ["score", "audit"]}) == 2
        assert [m.value for m in await read(bus, "posts", "new group", 1)] == [b"young"]
        assert [m.value for m in await read(bus, "cases", "notify", 1)] == [b"old"]
        assert await bus.prune(now[0] + timedelta(hours=1), {"posts": ["score"]}) == 1


async def test_offsets_go_on_after_everything_was_pruned(bus: EmbeddedBus, now: list[datetime]) -> None:
    """A group that has read an emptied topic is handed what comes next, and lag stays true."""
    async with asyncio.timeout(10):
        await bus.publish("posts", texts("a", "b"))
        await read(bus, "posts", "score", 2)
        assert await bus.prune(now[0] + timedelta(hours=1), {"posts": ["score"]}) == 2
        assert await bus.lag("posts", "new") == 0
        await bus.publish("posts", texts("c"))
        assert await bus.lag("posts", "score") == 1
        assert await bus.lag("posts", "new") == 1
        got = await read(bus, "posts", "score", 1)
    assert [(m.offset, m.value) for m in got] == [(2, b"c")]


async def test_pruning_spares_what_a_group_has_yet_to_read(bus: EmbeddedBus, now: list[datetime]) -> None:
    """However old it is: the slowest group decides."""
    async with asyncio.timeout(10):
        await bus.publish("posts", texts("a"))
        await read(bus, "posts", "score", 1)
        await read(bus, "posts", "audit", 1)
        await bus.publish("posts", texts("b"))
        await read(bus, "posts", "score", 1)
        assert await bus.prune(now[0] + timedelta(days=1), {"posts": ["score", "audit"]}) == 1
        assert [m.value for m in await read(bus, "posts", "audit", 1)] == [b"b"]


async def test_what_this_process_publishes_is_seen_at_once(tmp_path: Path) -> None:
    """A waiting reader need not look at the file to know of it."""
    bus = EmbeddedBus(tmp_path / "log.db", clock=utc_now, look=3600.0)
    seen = Seen()
    async with asyncio.timeout(10), consuming(bus, "posts", "score", seen):
        for n in range(5):
            await bus.publish("posts", texts(f"{n}"))
            await seen.until(lambda it, n=n: len(it.values) == n + 1)  # type: ignore[misc]
    await bus.close()


async def test_publishing_is_all_or_nothing(bus: EmbeddedBus) -> None:
    """Where one message cannot be written none is, and the next call is not disturbed."""
    with pytest.raises(UnicodeEncodeError):
        await bus.publish("posts", [*texts("a", "b"), Outgoing(key="\ud800", value=b"c")])
    assert await bus.lag("posts", "score") == 0
    await bus.publish("posts", texts("d"))
    async with asyncio.timeout(10):
        assert [m.value for m in await read(bus, "posts", "score", 1)] == [b"d"]


async def test_a_locked_file_is_transient(tmp_path: Path, bus: EmbeddedBus) -> None:
    """Another writer that does not let go makes publishing fail for now, whole, and work afterwards."""
    impatient = EmbeddedBus(tmp_path / "log.db", clock=utc_now, busy=0.01)
    await bus.publish("posts", texts("a"))
    locker = sqlite3.connect(tmp_path / "log.db", isolation_level=None)
    locker.execute("BEGIN IMMEDIATE")
    with pytest.raises(Transient, match="locked"):
        await impatient.publish("posts", texts("b"))
    assert await impatient.lag("posts", "score") == 1
    locker.execute("ROLLBACK")
    locker.close()
    await impatient.publish("posts", texts("c"))
    assert await impatient.lag("posts", "score") == 2
    await impatient.close()


async def test_a_file_that_is_no_log_is_for_a_person_to_mend(tmp_path: Path) -> None:
    """It says which file, and is never written over."""
    path = tmp_path / "log.db"
    path.write_bytes(b"these are my holiday notes, not a database" * 100)
    bus = EmbeddedBus(path, clock=utc_now)
    with pytest.raises(Misconfigured, match=r"log\.db"):
        await bus.publish("posts", texts("a"))
    with pytest.raises(Misconfigured):
        await bus.consume("posts", "score", Seen(), batch=PROMPT, stop=asyncio.Event())
    await bus.close()
    assert path.read_bytes().startswith(b"these are my holiday notes")


async def test_a_missing_disk_is_transient(tmp_path: Path) -> None:
    """A folder that is not there may come back, and then the same bus works."""
    folder = tmp_path / "disk"
    bus = EmbeddedBus(folder / "log.db", clock=utc_now)
    with pytest.raises(Transient):
        await bus.publish("posts", texts("a"))
    folder.mkdir()
    await bus.publish("posts", texts("a"))
    assert await bus.lag("posts", "score") == 1
    await bus.close()


async def test_it_shares_its_file_with_other_tables(tmp_path: Path, bus: EmbeddedBus) -> None:
    """The log may lie in a file that holds other things; neither touches the other's tables."""
    other = sqlite3.connect(tmp_path / "log.db")
    other.execute("CREATE TABLE mine (x)")
    other.execute("INSERT INTO mine VALUES (1)")
    other.commit()
    async with asyncio.timeout(10):
        await bus.publish("posts", [Outgoing(key="ana", value=b"a")])
        assert len(await read(bus, "posts", "score", 1)) == 1
    assert other.execute("SELECT x FROM mine").fetchall() == [(1,)]
    other.close()


WRITER = """
import asyncio, sys
from pathlib import Path
from streams.bus.embedded import EmbeddedBus
from streams.bus.ports import Outgoing
from streams.clock import utc_now

async def main():
    bus = EmbeddedBus(Path(sys.argv[1]), clock=utc_now)
    n = 0
    while True:
        await bus.publish("posts", [Outgoing(key="ana", value=str(n + i).encode()) for i in range(7)])
        n += 7
        print(n, flush=True)

asyncio.run(main())
"""


READER = """
import asyncio, sys
from pathlib import Path
from streams.bus.embedded import EmbeddedBus
from streams.bus.ports import Batch
from streams.clock import utc_now

async def handle(messages):
    for message in messages:
        print(message.value.decode(), flush=True)

async def main():
    bus = EmbeddedBus(Path(sys.argv[1]), clock=utc_now)
    await bus.consume("posts", "score", handle, batch=Batch(size=3, linger=0.0), stop=asyncio.Event())

asyncio.run(main())
"""


async def start(script: str, path: Path) -> asyncio.subprocess.Process:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, str(path), stdout=asyncio.subprocess.PIPE, env=environment
    )


async def lines_until_killed(process: asyncio.subprocess.Process, enough: int) -> list[int]:
    """Numbers the process printed, a kill at `enough` of them and the last ones included."""
    assert process.stdout is not None
    numbers = [int(await process.stdout.readline()) for _ in range(enough)]
    process.kill()
    rest = await process.stdout.read()
    await process.wait()
    # A line that was cut by the kill was not said.
    return [*numbers, *map(int, rest[: rest.rfind(b"\n") + 1].split())]


@pytest.mark.slow
async def test_a_killed_reader_leaves_its_place_and_loses_nothing(tmp_path: Path, bus: EmbeddedBus) -> None:
    """After SIGKILL another reader goes on at once, where the killed one had committed: nothing is skipped."""
    every = list(range(2000))
    async with asyncio.timeout(60):
        await bus.publish("posts", texts(*map(str, every)))
        handled = await lines_until_killed(await start(READER, tmp_path / "log.db"), 100)
        rest = [int(m.value) for m in await read(bus, "posts", "score", await bus.lag("posts", "score"))]
    assert handled == every[: len(handled)]
    assert rest == every[len(every) - len(rest) :]
    assert 0 <= len(handled) + len(rest) - len(every) <= 3


@pytest.mark.slow
async def test_what_a_killed_process_was_told_is_published_is_there(tmp_path: Path, bus: EmbeddedBus) -> None:
    """A process killed with SIGKILL while it publishes leaves all that it was told is safe: whole calls only, once."""
    async with asyncio.timeout(60):
        acknowledged = (await lines_until_killed(await start(WRITER, tmp_path / "log.db"), 100))[-1]
        there = await bus.lag("posts", "score")
        got = [int(message.value) for message in await read(bus, "posts", "score", there)]
    assert there >= acknowledged
    assert got == list(range(there))
    assert there % 7 == 0
