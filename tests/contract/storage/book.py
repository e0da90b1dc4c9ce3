"""A migrated, empty book for every contract; the fixture `url` comes from the database under test."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from streams.storage.case_book import SqlCaseBook
from streams.storage.engine import open_engine
from streams.storage.schema import migrate


class BookFixtures:
    @pytest.fixture
    async def engine(self, url: str) -> AsyncIterator[AsyncEngine]:
        """A migrated, empty book."""
        engine = open_engine(url)
        await migrate(engine)
        yield engine
        await engine.dispose()

    @pytest.fixture
    async def other(self, url: str, engine: AsyncEngine) -> AsyncIterator[AsyncEngine]:
        """The same book, as another process has it open."""
        other = open_engine(url)
        yield other
        await other.dispose()

    @pytest.fixture
    def book(self, engine: AsyncEngine) -> SqlCaseBook:
        return SqlCaseBook(engine)
