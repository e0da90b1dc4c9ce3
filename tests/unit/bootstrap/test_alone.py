"""One process at a time does what only one should do."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from streams.bootstrap.alone import alone
from streams.storage.engine import open_engine


class Worker:
    """A job that says when it works, and how often it began."""

    def __init__(self) -> None:
        self.working = asyncio.Event()
        self.began = 0

    async def __call__(self, stop: asyncio.Event) -> None:
        self.began += 1
        self.working.set()
        await stop.wait()
        self.working.clear()


async def until(condition: Callable[[], bool], within: float = 20.0) -> None:
    async with asyncio.timeout(within):
        while not condition():
            await asyncio.sleep(0.01)


async def one_after_the_other(first: AsyncEngine, second: AsyncEngine, folder: Path) -> None:
    ana, ben = Worker(), Worker()
    ana_stop, ben_stop = asyncio.Event(), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(alone(first, folder, "send", ana)(ana_stop))
        await until(ana.working.is_set)
        group.create_task(alone(second, folder, "send", ben)(ben_stop))
        other = Worker()
        group.create_task(alone(second, folder, "relay", other)(ben_stop))
        await until(other.working.is_set)
        assert not ben.working.is_set(), "two do the same work"
        ana_stop.set()
        await until(ben.working.is_set)
        ben_stop.set()


@pytest.fixture
async def engines(postgres_url: str) -> AsyncIterator[tuple[AsyncEngine, AsyncEngine]]:
    first, second = open_engine(postgres_url), open_engine(postgres_url)
    yield first, second
    await first.dispose()
    await second.dispose()


async def test_on_one_machine_the_second_stands_by_until_the_first_ends(tmp_path: Path) -> None:
    """A file lock; work of another name goes on meanwhile."""
    engine = open_engine(f"sqlite+aiosqlite:///{tmp_path / 'book.db'}")
    await one_after_the_other(engine, engine, tmp_path / "locks")
    await engine.dispose()


async def test_told_to_stop_while_standing_by_it_leaves(tmp_path: Path) -> None:
    """Nobody waits for a lock for ever."""
    engine = open_engine(f"sqlite+aiosqlite:///{tmp_path / 'book.db'}")
    ana, ben, stop = Worker(), Worker(), asyncio.Event()
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        group.create_task(alone(engine, tmp_path, "send", ana)(stop))
        await until(ana.working.is_set)
        group.create_task(alone(engine, tmp_path, "send", ben)(stop))
        stop.set()
    assert ben.began == 0
    await engine.dispose()


@pytest.mark.postgres
async def test_on_many_machines_the_second_stands_by_until_the_first_ends(
    engines: tuple[AsyncEngine, AsyncEngine], tmp_path: Path
) -> None:
    """An advisory lock of the database."""
    await one_after_the_other(*engines, tmp_path)


@pytest.mark.postgres
async def test_who_loses_the_database_stops_and_begins_anew(
    engines: tuple[AsyncEngine, AsyncEngine], tmp_path: Path
) -> None:
    """A restart of the database ends no process, and leaves no two at work."""
    ana, stop = Worker(), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(alone(engines[0], tmp_path, "send", ana)(stop))
        await until(ana.working.is_set)
        async with engines[1].connect() as connection:
            await connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
            )
        await until(lambda: ana.began == 2)
        stop.set()
