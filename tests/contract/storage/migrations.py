"""An empty, an old, a newer database: what migrating does to each."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from streams.errors import Misconfigured
from streams.storage.engine import open_engine, writing
from streams.storage.inbox import Inbox
from streams.storage.outbox import SqlOutbox
from streams.storage.schema import migrate, schema_is_current
from tests.contract.storage.book import BookFixtures


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
