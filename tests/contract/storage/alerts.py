"""Each alert is kept once, taken by one sender, and settled."""

import asyncio

from sqlalchemy.ext.asyncio import AsyncEngine

from streams.notify.ports import AlertState
from streams.records import Effect
from streams.storage.alert_book import SqlAlertBook
from streams.storage.case_book import TAKEN_BACK, SqlCaseBook
from streams.storage.inbox import Inbox
from tests.contract.storage.book import BookFixtures
from tests.support.book_samples import NOON, alert, hours, ids, triaged


class AlertsContract(BookFixtures):
    async def test_an_alert_is_kept_once_by_id(self, engine: AsyncEngine) -> None:
        """A second adding changes nothing of the first, not even when it was sent already."""
        book = SqlAlertBook(engine)
        assert await book.add([alert("ana"), alert("ben")]) == [alert("ana").id, alert("ben").id]
        await book.sent([alert("ana").id], NOON)
        assert await book.add([alert("ana", title="other"), alert("cy")]) == [alert("cy").id]
        assert ids(await book.due(NOON, 10)) == [alert("ben").id, alert("cy").id]

    async def test_many_alerts_are_kept_at_once(self, engine: AsyncEngine) -> None:
        """More than one statement may hold, and a twin among them is kept once."""
        many = [alert(f"h{n:03}") for n in range(150)]
        assert len(await SqlAlertBook(engine).add([*many, many[0]])) >= 150
        assert len(await SqlAlertBook(engine).due(NOON, 1000)) == 150

    async def test_due_alerts_come_most_severe_first_then_oldest(self, engine: AsyncEngine) -> None:
        """And none before its time; an alert comes back as it was."""
        book = SqlAlertBook(engine)
        severe = alert("severe", severity=4, created_at=NOON + hours(1))
        late = alert("late", due_at=NOON + hours(2))
        await book.add([late, alert("b", created_at=NOON + hours(1)), alert("a"), severe])
        assert ids(await book.due(NOON, 10)) == [it.id for it in (severe, alert("a"), alert("b"))]
        assert (await book.due(NOON + hours(2), 10))[0] == severe

    async def test_a_post_its_author_took_back_is_quoted_by_no_alert(
        self, engine: AsyncEngine, book: SqlCaseBook
    ) -> None:
        """Not by those that were sent, nor by one still to leave; alerts of other cases stay."""
        told, other = alert("ana"), alert("ben", case_id="c-other")
        await SqlAlertBook(engine).add([told, other])
        async with book.transaction() as tx:
            await tx.write(posts=[triaged("1", effect=Effect.OPENED, case_id=told.case_id, deleted_at=NOON)])
        found = {it.id: it for it in await SqlAlertBook(engine).due(NOON, 10)}
        assert (found[told.id].title, found[told.id].body) == (TAKEN_BACK, "")
        assert found[other.id] == other

    async def test_an_alert_is_taken_by_one_sender_only(self, engine: AsyncEngine, other: AsyncEngine) -> None:
        """However many race for it."""
        many = [alert(f"h{n:02}") for n in range(40)]
        await SqlAlertBook(engine).add(many)
        books = [SqlAlertBook(one) for one in (engine, other, engine, other)]
        got = await asyncio.gather(*(book.take(ids(many), NOON) for book in books))
        assert sorted(id_ for some in got for id_ in some) == ids(many)

    async def test_a_failed_alert_is_tried_again_or_given_up(self, engine: AsyncEngine) -> None:
        """Each taking counts as a try; the supervisor sees the last error."""
        book, ana = SqlAlertBook(engine), alert("ana").id
        await book.add([alert("ana")])
        assert await book.take([ana], NOON) == [ana]
        await book.failed(ana, "the server is away", NOON + hours(1))
        assert await book.due(NOON, 10) == []
        (again,) = await book.due(NOON + hours(1), 10)
        assert (again.attempts, again.error, again.state) == (1, "the server is away", AlertState.PENDING)
        assert await book.unsettled(NOON) == 1, "it was tried and will be tried again"
        await book.take([ana], NOON + hours(1))
        await book.failed(ana, "no such address", None)
        assert await book.due(NOON + hours(9), 10) == []
        assert await book.unsettled(NOON + hours(9)) == 0
        assert (await Inbox(engine).numbers(NOON)).alerts_failed == 1

    async def test_alerts_a_dead_sender_held_are_sent_again_and_marked(self, engine: AsyncEngine) -> None:
        """Only those held since before the given time; they may have gone out."""
        book = SqlAlertBook(engine)
        await book.add([alert("ana"), alert("ben"), alert("cy")])
        await book.take([alert("ana").id], NOON)
        await book.take([alert("ben").id], NOON + hours(1))
        assert ids(await book.release_interrupted(NOON + hours(1))) == [alert("ana").id]
        (ana, _cy) = await book.due(NOON + hours(1), 10)
        assert (ana.id, ana.repeated, ana.attempts) == (alert("ana").id, True, 1)

    async def test_unsettled_alerts_are_those_on_their_way(self, engine: AsyncEngine) -> None:
        """Being sent or due; one that waits for the end of quiet hours is not."""
        book = SqlAlertBook(engine)
        await book.add([alert("ana"), alert("ben"), alert("quiet", due_at=NOON + hours(8))])
        await book.take([alert("ana").id], NOON)
        assert await book.unsettled(NOON) == 2
        await book.sent([alert("ana").id, alert("ben").id], NOON)
        assert await book.unsettled(NOON) == 0
        assert await book.unsettled(NOON + hours(8)) == 1
