"""Events leave the book in order, and sources keep their place."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncEngine

from streams.cases.codec import event_from_data
from streams.ingest.ports import Gap, SourceState, SourceStatus
from streams.storage.case_book import SqlCaseBook
from streams.storage.outbox import SqlOutbox
from streams.storage.source_book import SqlSourceBook
from tests.contract.storage.book import BookFixtures
from tests.support.book_samples import NOON, assigned, hours, new_case, opened


class OutboxContract(BookFixtures):
    async def test_events_leave_in_order_and_the_mark_never_goes_back(
        self, engine: AsyncEngine, book: SqlCaseBook
    ) -> None:
        """A relay that was overtaken does not make them leave twice."""
        outbox = SqlOutbox(engine)
        async with book.transaction() as tx:
            await tx.write(changes=[new_case(str(n))[1] for n in range(3)])
        assert await outbox.pending() == 6
        assert [event.seq for event in await outbox.unrelayed(4)] == [1, 2, 3, 4]
        await outbox.relayed(4)
        await outbox.relayed(2)
        assert [event.seq for event in await outbox.unrelayed(10)] == [5, 6]
        assert await outbox.pending() == 2

    async def test_an_event_says_what_happened(self, engine: AsyncEngine, book: SqlCaseBook) -> None:
        """Its id is derived, its data can be read back into the event."""
        kept, opening = new_case("1")
        async with book.transaction() as tx:
            await tx.write(posts=[kept], changes=[opening])
        first, second = await SqlOutbox(engine).unrelayed(10)
        assert (first.id, first.kind, first.at, first.actor) == (f"{opening.case.id}/1", "opened", NOON, "hearout")
        assert event_from_data(first.kind, first.data) == opened(kept.post)
        assert event_from_data(second.kind, second.data) == assigned()

    async def test_a_source_keeps_its_place(self, engine: AsyncEngine) -> None:
        """Whole, by name, the last word counts."""
        book = SqlSourceBook(engine)
        assert await book.status("bluesky") is None
        status = SourceStatus(
            name="bluesky", state=SourceState.HEARING, since=NOON, newest_post_at=NOON, cursor="1725911162329308"
        )
        await book.save(replace(status, state=SourceState.BROKEN, error="refused", failures=3))
        await book.save(status)
        await book.save(SourceStatus(name="a-file", state=SourceState.FINISHED, since=NOON))
        assert await book.status("bluesky") == status
        assert [it.name for it in await book.statuses()] == ["a-file", "bluesky"]

    async def test_a_gap_is_noted_once(self, engine: AsyncEngine) -> None:
        """The same gap again is no second one; gaps come oldest first."""
        book = SqlSourceBook(engine)
        late = Gap(start=NOON + hours(2), end=NOON + hours(3), why="the server began later than asked")
        early = Gap(start=NOON, end=NOON + hours(1), why="the server began later than asked")
        for gap in (late, early, late):
            await book.record_gap("bluesky", gap)
        await book.record_gap("other", early)
        assert await book.gaps("bluesky") == [("bluesky", early), ("bluesky", late)]
        assert len(await book.gaps()) == 3
