"""Exports tell everything once, in an order of their own."""

from datetime import datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from streams.cases.case import Status
from streams.storage.alert_book import SqlAlertBook
from streams.storage.case_book import SqlCaseBook
from streams.storage.engine import writing
from streams.storage.exports import exported
from streams.storage.shelf import SqlShelf
from streams.storage.tables import events
from tests.contract.storage.book import BookFixtures
from tests.support.book_samples import RESOLVED, alert, dead_letter, new_case, triaged


class ExportsContract(BookFixtures):
    async def test_exports_tell_everything_once_in_an_order_of_their_own(
        self, engine: AsyncEngine, book: SqlCaseBook
    ) -> None:
        """By id in code points, whatever the order of writing and the language of the database."""
        names = ["b", "B", "a", "ä", "_", "10", "9"]
        async with book.transaction() as tx:
            for name in names:
                kept, opening = new_case(name)
                await tx.write(posts=[kept], changes=[opening])
        await SqlAlertBook(engine).add([alert("ben"), alert("Ana")])
        await SqlShelf(engine).keep([dead_letter("2", payload=b"\xff"), dead_letter("1")])
        for kind, expected in (
            ("posts", sorted(f"file:{name}" for name in names)),
            ("cases", sorted(new_case(name)[1].case.id for name in names)),
            ("events", sorted(f"{new_case(name)[1].case.id}/{n}" for name in names for n in (1, 2))),
            ("alerts", ["c-1/1/Ana/email", "c-1/1/ben/email"]),
            ("dead-letters", ["1", "2"]),
        ):
            assert [record["id"] async for record in exported(engine, kind)] == expected

    async def test_an_export_is_of_one_moment(self, engine: AsyncEngine, book: SqlCaseBook) -> None:
        """What is written while it runs is not in it."""
        async with book.transaction() as tx:
            await tx.write(posts=[triaged(f"{n:04}") for n in range(1200)])
        seen = 0
        async for _ in exported(engine, "posts"):
            if seen == 0:
                async with book.transaction() as tx:
                    await tx.write(posts=[triaged("9999")])
            seen += 1
        assert seen == 1200

    async def test_an_alert_is_exported_without_its_target(self, engine: AsyncEngine) -> None:
        """It may hold secrets."""
        await SqlAlertBook(engine).add([alert("ana", target="https://secret")])
        (record,) = [record async for record in exported(engine, "alerts")]
        assert "secret" not in str(record)
        assert (record["state"], record["attempts"], record["sent_at"]) == ("pending", 0, None)

    async def test_times_without_a_zone_are_not_kept(self, engine: AsyncEngine) -> None:
        """A fault of ours is found at once, not as a case that is due at the wrong hour."""
        with pytest.raises(Exception, match="without a zone"):
            await SqlAlertBook(engine).due(datetime(2026, 3, 2), 1)  # noqa: DTZ001 - the point of the test

    async def test_statuses_of_cases_are_kept_as_words(self, engine: AsyncEngine, book: SqlCaseBook) -> None:
        """People who look into the tables can read them."""
        kept, opening = new_case("1", RESOLVED)
        async with book.transaction() as tx:
            await tx.write(posts=[kept], changes=[opening])
        async with writing(engine) as connection:
            assert (await connection.execute(text("SELECT status FROM cases"))).scalar_one() == Status.RESOLVED.value
            assert set((await connection.execute(select(events.c.kind))).scalars()) == {
                "opened",
                "assigned",
                "resolved",
            }
