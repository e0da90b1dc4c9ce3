"""Writers wait for each other, readers for nobody; what fails leaves nothing."""

import asyncio
import traceback

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from streams.cases.events import Noted
from streams.storage.case_book import SqlCaseBook
from streams.storage.engine import writing
from streams.storage.inbox import Inbox
from tests.contract.storage.book import BookFixtures
from tests.support.book_samples import change, new_case


class TransactionsContract(BookFixtures):
    async def test_nothing_is_left_of_a_transaction_that_failed(self, engine: AsyncEngine, book: SqlCaseBook) -> None:
        """No post, no case, no event, and the next event has the number the lost one would have had."""
        lost, its_change = new_case("lost")
        with pytest.raises(RuntimeError, match="on purpose"):  # noqa: PT012 - the whole transaction is the subject
            async with book.transaction() as tx:
                await tx.write(posts=[lost], changes=[its_change])
                raise RuntimeError("on purpose")
        assert await Inbox(engine).post("file:lost") is None
        assert await Inbox(engine).case(its_change.case.id) is None
        kept, its_change = new_case("kept")
        async with book.transaction() as tx:
            await tx.write(posts=[kept], changes=[its_change])
        assert [event.seq for event in await Inbox(engine).events_after(0)] == [1, 2]

    async def test_a_database_that_fails_does_not_repeat_what_was_said(self, engine: AsyncEngine) -> None:
        """Errors end up in logs and reasons; text of posts belongs in neither."""
        said = " ".join(["my", "private", "matter"])
        statement = text("SELECT :said FROM cases WHERE id = :said AND nothing_like_this(1) = 1")
        with pytest.raises(Exception) as caught:  # noqa: PT011 - whichever the database raises
            async with writing(engine) as connection:
                await connection.execute(statement, {"said": said})
        assert said not in "".join(traceback.format_exception(caught.value))

    async def test_writers_of_two_processes_never_interleave(self, engine: AsyncEngine, other: AsyncEngine) -> None:
        """What one read stays true until it wrote: of many read-and-add-one, none is lost."""
        kept, first = new_case("1")
        async with SqlCaseBook(engine).transaction() as tx:
            await tx.write(posts=[kept], changes=[first])

        async def note(book: SqlCaseBook) -> None:
            for _ in range(10):
                async with book.transaction() as tx:
                    case = await tx.case(first.case.id)
                    assert case is not None
                    await tx.write(changes=[change(case, case.id, Noted(text="once more"))])

        await asyncio.gather(*(note(SqlCaseBook(one)) for one in (engine, engine, other, other)))
        page = await Inbox(engine).case(first.case.id)
        assert page is not None
        assert [event.number for event in page.events] == list(range(1, 43))
        assert page.case.number == 42

    async def test_event_numbers_become_visible_in_order_and_without_gaps(
        self, engine: AsyncEngine, other: AsyncEngine
    ) -> None:
        """A reader that follows `seq` while two processes write misses none, though some of them fail."""
        books, done = (SqlCaseBook(engine), SqlCaseBook(other)), asyncio.Event()

        async def write(book: SqlCaseBook, name: str) -> None:
            for n in range(12):
                kept, opening = new_case(f"{name}-{n}")
                try:
                    async with book.transaction() as tx:
                        await tx.write(posts=[kept], changes=[opening])
                        if n % 4 == 3:
                            raise RuntimeError("on purpose")
                except RuntimeError:
                    continue

        async def follow() -> list[int]:
            seen: list[int] = []
            while True:
                last_round = done.is_set()
                seen += [event.seq for event in await Inbox(engine).events_after(seen[-1] if seen else 0, limit=5)]
                if last_round and len(seen) == await Inbox(engine).last_seq():
                    return seen
                await asyncio.sleep(0)

        following = asyncio.create_task(follow())
        await asyncio.gather(*(write(book, str(n)) for n, book in enumerate(books)))
        done.set()
        seen = await asyncio.wait_for(following, 20)
        assert seen == list(range(1, 2 * 9 * 2 + 1))

    async def test_readers_do_not_wait_for_a_writer(self, engine: AsyncEngine, book: SqlCaseBook) -> None:
        """While a transaction is open, the desk sees the book as it was before."""
        kept, opening = new_case("1")
        async with book.transaction() as tx:
            await tx.write(posts=[kept], changes=[opening])
            assert await asyncio.wait_for(Inbox(engine).last_seq(), 5) == 0
        assert await Inbox(engine).last_seq() == 2
