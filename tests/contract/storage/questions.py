"""What routing asks of the case book."""

from dataclasses import replace

import pytest

from streams.cases.events import Claimed, Closed, Overdue
from streams.cases.triaged import TriagedPost
from streams.storage import case_book
from streams.storage.case_book import SqlCaseBook
from streams.storage.rows import Bodied, post_from_row
from tests.contract.storage.book import BookFixtures
from tests.support.book_samples import NOON, RESOLVED, change, hours, ids, new_case, post, triaged


class QuestionsContract(BookFixtures):
    async def test_authors_and_their_cases(self, book: SqlCaseBook) -> None:
        """Unclosed cases oldest first; the helper is the owner of the latest one that was resolved or closed."""
        first = new_case("1", RESOLVED, owner="ana", at=NOON)
        second = new_case("2", RESOLVED, Closed(outcome="returned", text=""), owner="ben", at=NOON + hours(1))
        third = new_case("3", owner="carol", at=NOON + hours(2))
        someone = new_case("4", of=post("4", author="liv"))
        mia, liv, none = ("file", "mia"), ("file", "liv"), ("file", "none")
        async with book.transaction() as tx:
            await tx.write(posts=[it[0] for it in (third, second, first, someone)])
            await tx.write(changes=[it[1] for it in (third, second, first, someone)])
            assert ids(await tx.cases_of([mia, none])) == [first[1].case.id, third[1].case.id]
            assert await tx.cases_of([("webhook", "mia")]) == [], "a namesake on another network"
            assert await tx.last_helpers([("webhook", "mia")]) == {}
            assert await tx.last_helpers([mia, liv, none]) == {mia: "ben"}

    async def test_the_latest_sub_ratings_of_an_author(self, book: SqlCaseBook) -> None:
        """Of the post written last among those that have any, whichever was kept last."""
        mia, liv = ("file", "mia"), ("file", "liv")
        async with book.transaction() as tx:
            await tx.write(
                posts=[
                    triaged(of=post("new", aspects={"punctuality": 2.0}, created_at=NOON + hours(2))),
                    triaged(of=post("plain", created_at=NOON + hours(3))),
                    triaged(of=post("old", aspects={"punctuality": 5.0}, created_at=NOON)),
                    triaged(of=post("liv", author="liv")),
                ]
            )
            assert await tx.last_aspects([mia, liv]) == {mia: {"punctuality": 2.0}}

    async def test_of_an_author_with_a_long_history_only_the_newest_row_is_read(
        self, book: SqlCaseBook, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """However many posts an author has; of two written at once it is the one with the greater id."""
        read = 0

        def counted(row: Bodied) -> TriagedPost:
            nonlocal read
            read += 1
            return post_from_row(row)

        monkeypatch.setattr(case_book, "post_from_row", counted)
        said = [
            triaged(of=post(f"{n:03}", author=author, aspects={"price": 1.0 + n % 4}, created_at=NOON + hours(n // 2)))
            for author in ("mia", "liv", "zoe")
            for n in range(40)
        ]
        said = [replace(it, post=replace(it.post, id=f"{it.post.id}-{it.post.author}")) for it in said]
        async with book.transaction() as tx:
            await tx.write(posts=said)
            found = await tx.last_aspects([("file", "mia"), ("file", "liv"), ("webhook", "mia"), ("file", "none")])
        assert found == {("file", "mia"): {"price": 4.0}, ("file", "liv"): {"price": 4.0}}
        assert read == 2

    async def test_loads_count_open_cases_that_do_not_wait(self, book: SqlCaseBook) -> None:
        """Resolved and waiting ones burden nobody."""
        made = [
            new_case("1", owner="ana"),
            new_case("2", owner="ana"),
            new_case("3", owner="ana", waiting=True),
            new_case("4", RESOLVED, owner="ben"),
            new_case("5", owner="ben"),
        ]
        async with book.transaction() as tx:
            await tx.write(changes=[it[1] for it in made])
            assert await tx.loads() == {"ana": 2, "ben": 1}

    async def test_waiting_cases_come_most_severe_first_then_oldest(self, book: SqlCaseBook) -> None:
        """And no more than asked for; those somebody took or solved are not among them."""
        mild = new_case("mild", waiting=True, severity=1)[1]
        late = new_case("late", waiting=True, severity=3, at=NOON + hours(1))[1]
        early = new_case("early", waiting=True, severity=3, at=NOON)[1]
        taken = new_case("taken", Claimed(owner="ben"), waiting=True, severity=4)[1]
        async with book.transaction() as tx:
            await tx.write(changes=[mild, late, early, taken])
            assert ids(await tx.waiting(10)) == [early.case.id, late.case.id, mild.case.id]
            assert ids(await tx.waiting(1)) == [early.case.id]

    async def test_due_cases_are_those_nobody_was_told_of(self, book: SqlCaseBook) -> None:
        """Earliest deadline first; once it is said, the case is due again only at the next deadline."""
        late, opening = new_case("1")
        told = change(opening.case, opening.case.id, Overdue(deadline="first_contact", due=NOON + hours(4)))
        async with book.transaction() as tx:
            await tx.write(posts=[late], changes=[opening])
            assert await tx.due(NOON + hours(4), 10) == []
            assert ids(await tx.due(NOON + hours(4.1), 10)) == [opening.case.id]
            await tx.write(changes=[told])
            assert await tx.due(NOON + hours(4.1), 10) == []
            assert ids(await tx.due(NOON + hours(25), 10)) == [opening.case.id]

    async def test_closed_cases_are_never_due(self, book: SqlCaseBook) -> None:
        """No clock runs for them."""
        closed = new_case("1", RESOLVED, Closed(outcome="returned", text=""))[1]
        async with book.transaction() as tx:
            await tx.write(changes=[closed])
            assert await tx.due(NOON + hours(1000), 10) == []
