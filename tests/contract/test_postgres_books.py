"""The books keep the contract on PostgreSQL, and what only PostgreSQL asks: servers that are away, logins, drift."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import make_url, text

from streams.errors import Misconfigured, Refused, Transient
from streams.storage.engine import open_engine, reading, writing
from streams.storage.inbox import Inbox
from streams.storage.schema import migrate
from streams.storage.tables import metadata
from tests.contract.storage_contract import StorageContract
from tests.support.book_samples import NOON

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


class TestPostgresBooks(StorageContract):
    @pytest.fixture
    def url(self, postgres_url: str) -> str:
        return postgres_url

    async def test_a_server_that_is_away_is_transient(self) -> None:
        engine = open_engine("postgresql+asyncpg://hearout@127.0.0.1:1/hearout")
        with pytest.raises(Transient, match="cannot be reached"):
            await Inbox(engine).last_seq()
        await engine.dispose()

    async def test_a_connection_that_is_cut_is_transient_and_the_next_call_works(self, url: str) -> None:
        """As when the server is started again in the middle of a transaction."""
        engine = open_engine(url)
        await migrate(engine)
        with pytest.raises(Transient):
            async with writing(engine) as connection:
                await connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        assert await Inbox(engine).last_seq() == 0
        await engine.dispose()

    async def test_a_database_that_is_not_there_is_told_to_the_operator(self, url: str) -> None:
        engine = open_engine(make_url(url).set(database="nowhere").render_as_string(hide_password=False))
        with pytest.raises(Misconfigured, match="HO-DB-MISSING"):
            await Inbox(engine).last_seq()
        await engine.dispose()

    async def test_text_postgresql_cannot_keep_is_refused(self, url: str) -> None:
        """NUL, which SQLite keeps: the fault of the record, not of the database."""
        engine = open_engine(url)
        await migrate(engine)
        with pytest.raises(Refused, match="cannot keep"):
            await Inbox(engine).cases(view="all", handler="a\x00", teams=None, now=NOON, lang="\x00")
        await engine.dispose()

    async def test_the_migrations_build_what_the_tables_say(self, url: str) -> None:
        """`tables.py` and `migrations/` do not drift apart."""
        engine = open_engine(url)
        await migrate(engine)
        async with reading(engine) as connection:
            drift = await connection.run_sync(lambda it: compare_metadata(MigrationContext.configure(it), metadata))
        assert drift == []
        await engine.dispose()
