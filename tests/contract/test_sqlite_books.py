"""The books keep the contract on SQLite, and what only SQLite asks: files that are locked, missing or damaged."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from streams.errors import Misconfigured, Transient
from streams.storage.case_book import SqlCaseBook
from streams.storage.engine import open_engine, reading, writing
from streams.storage.inbox import Inbox
from streams.storage.schema import migrate
from streams.storage.tables import metadata
from tests.contract.storage_contract import StorageContract
from tests.support.book_samples import new_case


class TestSqliteBooks(StorageContract):
    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        return f"sqlite+aiosqlite:///{tmp_path / 'hearout.db'}"

    @pytest.fixture(autouse=True)
    async def _drivers_end(self) -> AsyncIterator[None]:
        """The driver's thread of a connection that failed ends by itself, and tells the loop so: while there is one."""
        before = set(threading.enumerate())
        yield
        async with asyncio.timeout(10):
            while any("_connection_worker_thread" in one.name for one in set(threading.enumerate()) - before):
                await asyncio.sleep(0.01)

    async def test_a_file_another_process_holds_is_transient(self, tmp_path: Path, url: str) -> None:
        """And the same call works once it is let go; reading goes on all the while."""
        engine = open_engine(url + "?timeout=0.05")
        await migrate(engine)
        kept, opening = new_case("1")
        holder = sqlite3.connect(tmp_path / "hearout.db", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(Transient, match="locked"):
            async with SqlCaseBook(engine).transaction() as tx:
                await tx.write(posts=[kept], changes=[opening])
        assert await Inbox(engine).last_seq() == 0
        holder.execute("ROLLBACK")
        holder.close()
        async with SqlCaseBook(engine).transaction() as tx:
            await tx.write(posts=[kept], changes=[opening])
        assert await Inbox(engine).last_seq() == 2
        await engine.dispose()

    async def test_a_full_disk_is_transient(self, url: str) -> None:
        """Nothing of the transaction is left, and it works again once there is room."""
        engine = open_engine(url)
        await migrate(engine)
        kept, opening = new_case("1")
        with pytest.raises(Transient, match="disk of the database is full"):  # noqa: PT012 - likewise
            async with writing(engine) as connection:
                pages = (await connection.execute(text("PRAGMA page_count"))).scalar_one()
                await connection.execute(text(f"PRAGMA max_page_count = {pages}"))
                await connection.execute(text("CREATE TABLE big AS SELECT zeroblob(1000000)"))
        await engine.dispose()
        async with SqlCaseBook(engine).transaction() as tx:
            await tx.write(posts=[kept], changes=[opening])
        await engine.dispose()

    async def test_a_folder_that_is_not_there_is_told_to_the_operator(self, tmp_path: Path) -> None:
        engine = open_engine(f"sqlite+aiosqlite:///{tmp_path / 'none' / 'hearout.db'}")
        with pytest.raises(Misconfigured, match="HO-DB-OPEN"):
            await migrate(engine)
        await engine.dispose()

    async def test_a_file_that_is_no_database_is_told_to_the_operator(self, tmp_path: Path, url: str) -> None:
        (tmp_path / "hearout.db").write_bytes(b"dear diary, " * 100)
        engine = open_engine(url)
        with pytest.raises(Misconfigured, match="HO-DB-BROKEN"):
            await migrate(engine)
        await engine.dispose()

    async def test_writers_of_one_process_come_in_order_of_asking(self, url: str) -> None:
        """None starves, however many ask at once."""
        engine = open_engine(url)
        await migrate(engine)
        order: list[int] = []

        async def write(n: int) -> None:
            async with writing(engine):
                order.append(n)

        await asyncio.gather(*(write(n) for n in range(30)))
        assert order == list(range(30))
        await engine.dispose()

    async def test_a_write_inside_a_write_is_found_instead_of_waited_for(self, url: str) -> None:
        """It would wait for itself for ever."""
        engine = open_engine(url)
        await migrate(engine)
        with pytest.raises(RuntimeError, match="inside another"):
            async with writing(engine), writing(engine):
                pass
        async with writing(engine):
            pass
        await engine.dispose()

    async def test_the_migrations_build_what_the_tables_say(self, url: str) -> None:
        """`tables.py` and `migrations/` do not drift apart."""
        engine = open_engine(url)
        await migrate(engine)
        async with reading(engine) as connection:
            drift = await connection.run_sync(lambda it: compare_metadata(MigrationContext.configure(it), metadata))
        assert drift == []
        await engine.dispose()

    async def test_the_book_in_memory_works_like_one_on_disk(self) -> None:
        """What a test or a trial without a folder uses."""
        engine = open_engine("sqlite+aiosqlite://")
        await migrate(engine)
        async with SqlCaseBook(engine).transaction() as tx:
            await tx.write(changes=[new_case("1")[1]])
        assert await Inbox(engine).last_seq() == 2
        await engine.dispose()
