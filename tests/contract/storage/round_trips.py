"""What is kept comes back exactly."""

from datetime import timedelta, timezone

from sqlalchemy.ext.asyncio import AsyncEngine

from streams.cases.codec import event_from_data
from streams.cases.events import Claimed, ContactLogged
from streams.cases.evolve import replay
from streams.records import Effect
from streams.routing.ports import Change
from streams.storage.case_book import SqlCaseBook
from streams.storage.inbox import Inbox
from tests.contract.storage.book import BookFixtures
from tests.support.book_samples import NOON, RESOLVED, change, full_case, hours, new_case, post, triaged


class RoundTripsContract(BookFixtures):
    async def test_posts_come_back_as_they_were(self, book: SqlCaseBook) -> None:
        """Every field, microseconds, emoji and missing scores included; ids nobody wrote are left out."""
        kept = [
            triaged(
                "1", of=post("1", aspects={"punctuality": 1.0}, version=3), audit=True, undecided=True, deleted_at=NOON
            ),
            triaged("2", scores=None, verdict=None, severity=0, effect=Effect.REFUSED, why=("no text", "at all")),
            triaged("3", of=post("3", created_at=NOON.astimezone(timezone(timedelta(hours=5))))),
        ]
        async with book.transaction() as tx:
            await tx.write(posts=kept)
        async with book.transaction() as tx:
            found = await tx.posts(["file:1", "file:2", "file:3", "file:none"])
        assert found == {one.post.id: one for one in kept}

    async def test_many_posts_are_found_at_once(self, book: SqlCaseBook) -> None:
        """More ids than one IN list may hold."""
        async with book.transaction() as tx:
            await tx.write(posts=[triaged(str(n)) for n in range(1000)])
            assert len(await tx.posts([f"file:{n}" for n in range(1200)])) == 1000

    async def test_a_case_comes_back_as_it_was(self, book: SqlCaseBook) -> None:
        """The projection is the fold of the events, whole: fields nobody asks for by column too."""
        full = full_case()
        async with book.transaction() as tx:
            await tx.write(changes=[Change(case=full, events=(), at=NOON, actor="ana")])
        async with book.transaction() as tx:
            assert await tx.case(full.id) == full
            assert await tx.case("c-none") is None

    async def test_folding_the_kept_events_gives_the_kept_case(self, engine: AsyncEngine, book: SqlCaseBook) -> None:
        """The book's projection and its history tell the same."""
        contact = ContactLogged(channel="call", reached=True, text="spoke", turned_constructive=True)
        kept, first = new_case("1", Claimed(owner="ben"))
        second = change(first.case, first.case.id, contact, RESOLVED, at=NOON + hours(1), actor="ben")
        async with book.transaction() as tx:
            await tx.write(posts=[kept], changes=[first, second])
        page = await Inbox(engine).case(first.case.id)
        assert page is not None
        assert page.case == second.case
        assert replay(page.case.id, [(event_from_data(e.kind, e.data), e.at) for e in page.events]) == second.case
        assert [(e.number, e.actor) for e in page.events] == [
            (1, "hearout"),
            (2, "hearout"),
            (3, "hearout"),
            (4, "ben"),
            (5, "ben"),
        ]

    async def test_a_later_triage_of_a_post_replaces_the_earlier(self, book: SqlCaseBook, engine: AsyncEngine) -> None:
        """By id; what people said in the audit stays."""
        async with book.transaction() as tx:
            await tx.write(posts=[triaged("1", audit=True)])
        assert await Inbox(engine).mark_audited("file:1", "ana", NOON, "fine")
        edited = triaged("1", of=post("1", text="now kind", version=2), audit=True)
        async with book.transaction() as tx:
            await tx.write(posts=[edited])
            assert await tx.posts(["file:1"]) == {"file:1": edited}
        assert (await Inbox(engine).audit()).total == 0
