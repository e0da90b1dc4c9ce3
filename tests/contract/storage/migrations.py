"""An empty, an old, a newer database: what migrating does to each."""

import asyncio
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, bindparam, text
from sqlalchemy.ext.asyncio import AsyncEngine

from streams.errors import Misconfigured
from streams.storage import schema
from streams.storage.case_book import SqlCaseBook
from streams.storage.columns import UtcDateTime
from streams.storage.engine import open_engine, writing
from streams.storage.inbox import Inbox
from streams.storage.outbox import SqlOutbox
from streams.storage.rows import post_to_row
from streams.storage.schema import migrate, schema_is_current
from tests.contract.storage.book import BookFixtures
from tests.support.book_samples import NOON, hours, post, triaged


def _at(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


class MigrationsContract(BookFixtures):
    async def test_an_empty_database_is_migrated_and_migrating_again_changes_nothing(self, url: str) -> None:
        """From empty to this version, twice; before it, the schema is said not to be current."""
        engine = open_engine(url)
        assert not await schema_is_current(engine)
        await migrate(engine)
        assert await schema_is_current(engine)
        await migrate(engine)
        assert await SqlOutbox(engine).pending() == 0
        await engine.dispose()

    async def test_posts_of_a_book_from_before_are_decided(self, url: str) -> None:
        """What was kept without a doubt stays on the audit list, after what is undecided from now on."""
        engine = open_engine(url)
        old = post_to_row(triaged("old", audit=True))
        del old["undecided"]
        async with writing(engine) as connection:
            await connection.run_sync(_at, "0002")
            written = ", ".join(old), ", ".join(f":{name}" for name in old)
            kept = text(f"INSERT INTO posts ({written[0]}) VALUES ({written[1]})")
            await connection.execute(kept.bindparams(bindparam("created_at", type_=UtcDateTime())), old)
        await migrate(engine)
        async with SqlCaseBook(engine).transaction() as tx:
            await tx.write(
                posts=[triaged("new", of=post("new", created_at=NOON - hours(9)), audit=True, undecided=True)]
            )
        listed = await Inbox(engine).audit()
        assert [(it.post.id, it.undecided) for it in listed.posts] == [("file:new", True), ("file:old", False)]
        await engine.dispose()

    async def test_two_processes_may_migrate_at_once(self, url: str) -> None:
        """Both come home, and the schema is there once."""
        one, other = open_engine(url), open_engine(url)
        await asyncio.gather(migrate(one), migrate(other))
        assert await schema_is_current(one)
        await one.dispose()
        await other.dispose()

    async def test_a_database_of_a_newer_hearout_is_left_alone(self, engine: AsyncEngine) -> None:
        """An operator is told, and nothing is touched."""
        async with writing(engine) as connection:
            await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        assert not await schema_is_current(engine)
        with pytest.raises(Misconfigured, match="HO-DB-NEWER"):
            await migrate(engine)

    async def test_a_database_without_tables_says_what_to_type(self, url: str) -> None:
        """Not a stack of SQL: the command that mends it."""
        engine = open_engine(url)
        with pytest.raises(Misconfigured, match="hearout migrate"):
            await Inbox(engine).last_seq()
        await engine.dispose()
