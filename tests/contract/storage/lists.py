"""Lists of the inbox: who sees which cases, in which order, found by what."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from streams.cases.events import Closed, Escalated
from streams.errors import Refused
from streams.records import Verdict
from streams.storage.alert_book import SqlAlertBook
from streams.storage.case_book import SqlCaseBook
from streams.storage.inbox import Inbox
from tests.contract.storage.book import BookFixtures
from tests.support.book_samples import NOON, RESOLVED, alert, hours, new_case, post, triaged


class ListsContract(BookFixtures):
    async def test_each_view_holds_its_cases(self, engine: AsyncEngine, book: SqlCaseBook) -> None:
        """Ana's, her team's, those nobody took, those that are late; counts agree with lists."""
        made = {
            "hers": new_case("hers", owner="ana"),
            "bens": new_case("bens", owner="ben"),
            "helped": new_case("helped", Escalated(to="ana", why="stuck"), owner="cy", team="sales"),
            "waits": new_case("waits", owner="sue", waiting=True),
            "hidden": new_case("hidden", owner="cy", waiting=True, team="sales"),
            "solved": new_case("solved", RESOLVED, owner="ana"),
            "over": new_case("over", RESOLVED, Closed(outcome="returned", text=""), owner="ana"),
            "late": new_case("late", owner="ben", first_contact_due=NOON - hours(1)),
        }
        async with book.transaction() as tx:
            await tx.write(posts=[it[0] for it in made.values()], changes=[it[1] for it in made.values()])
        names = {it[1].case.id: name for name, it in made.items()}
        inbox = Inbox(engine)

        async def shown(view: str, teams: list[str] | None) -> set[str]:
            found = await inbox.cases(view=view, handler="ana", teams=teams, now=NOON)  # type: ignore[arg-type]
            counted = await inbox.counts("ana", teams, NOON)
            assert found.total == counted[view] == len(found.rows)
            return {names[row.case.id] for row in found.rows}

        assert await shown("mine", ["service"]) == {"hers", "helped", "solved"}
        assert await shown("team", ["service"]) == {"hers", "bens", "waits", "solved", "late"}
        assert await shown("unassigned", ["service"]) == {"waits"}
        assert await shown("waiting", None) == {"waits", "hidden"}
        assert await shown("overdue", ["service"]) == {"late"}
        assert await shown("open", ["service"]) == {"hers", "bens", "helped", "waits", "late"}
        assert await shown("resolved", ["service"]) == {"solved"}
        assert await shown("closed", ["service"]) == {"over"}
        assert await shown("all", ["service"]) == set(made) - {"hidden"}
        assert await shown("all", None) == set(made)
        assert await shown("all", []) == {"hers", "helped", "solved", "over"}

    async def test_who_is_on_no_team_and_owns_nothing_sees_nothing(
        self, engine: AsyncEngine, book: SqlCaseBook
    ) -> None:
        """Carol must see nothing, in no view and by no search."""
        kept, opening = new_case("1", Escalated(to="ben", why="stuck"))
        async with book.transaction() as tx:
            await tx.write(posts=[kept], changes=[opening])
        inbox = Inbox(engine)
        assert set((await inbox.counts("carol", ["sales"], NOON + hours(100))).values()) == {0}
        for search in ("", "floor", opening.case.id):
            for view in ("all", "team", "overdue"):
                found = await inbox.cases(
                    view=view,
                    handler="carol",
                    teams=["sales"],
                    now=NOON + hours(100),
                    search=search,  # type: ignore[arg-type]
                )
                assert found.rows == []

    @pytest.mark.parametrize("view", ["open", "all"])
    async def test_a_list_is_read_in_stretches_without_loss(
        self, engine: AsyncEngine, book: SqlCaseBook, view: str
    ) -> None:
        """Every case once, in the order of the view, though many deadlines and times are equal."""
        made = [
            new_case(
                f"{n:02}",
                resolution_due=NOON + hours(n % 3),
                first_contact_due=NOON + hours(99),
                at=NOON + hours(n % 4),
            )
            for n in range(23)
        ]
        async with book.transaction() as tx:
            await tx.write(posts=[it[0] for it in made], changes=[it[1] for it in made])
        seen, after = [], None
        while True:
            found = await Inbox(engine).cases(
                view=view,
                handler="ana",
                teams=None,
                now=NOON,
                limit=5,
                after=after,  # type: ignore[arg-type]
            )
            assert found.total == 23
            seen += found.rows
            if (after := found.next) is None:
                break
        assert len({row.case.id for row in seen}) == len(seen) == 23
        keys = [row.due if view == "open" else row.case.opened_at for row in seen]
        assert keys == sorted(keys, reverse=view == "all")  # type: ignore[type-var]

    async def test_a_row_tells_the_post_that_opened_the_case(self, engine: AsyncEngine, book: SqlCaseBook) -> None:
        """It holds the problem; a later word is shown where that one was taken back."""
        kept, opening = new_case("1")
        later = triaged("2", of=post("2", text="And still nobody called."), case_id=opening.case.id)
        joined = replace(opening, case=replace(opening.case, post_ids=(kept.post.id, later.post.id)))
        async with book.transaction() as tx:
            await tx.write(posts=[kept, later], changes=[joined])
        (row,) = (await Inbox(engine).cases(view="all", handler="", teams=None, now=NOON)).rows
        assert (row.excerpt, row.posts) == (kept.post.text, 2)
        async with book.transaction() as tx:
            await tx.write(posts=[replace(kept, deleted_at=NOON)])
        (row,) = (await Inbox(engine).cases(view="all", handler="", teams=None, now=NOON)).rows
        assert row.excerpt == "And still nobody called."

    async def test_a_row_tells_its_post_and_the_deadline(self, engine: AsyncEngine, book: SqlCaseBook) -> None:
        """A text that was taken back is not shown."""
        kept, opening = new_case("1")
        async with book.transaction() as tx:
            await tx.write(posts=[kept], changes=[opening])
        (row,) = (await Inbox(engine).cases(view="all", handler="", teams=None, now=NOON + hours(5))).rows
        assert (row.excerpt, row.author, row.posts) == (kept.post.text, "Mia B.", 1)
        assert (row.due, row.overdue) == (NOON + hours(4), True)
        async with book.transaction() as tx:
            await tx.write(posts=[replace(kept, deleted_at=NOON)])
        (row,) = (await Inbox(engine).cases(view="all", handler="", teams=None, now=NOON)).rows
        assert (row.excerpt, row.overdue) == ("", False)

    @pytest.mark.parametrize(
        ("search", "found"),
        [
            ("FLOOR", True),
            ("ОПОЗДАЛИ", True),
            ("mia b", True),
            ("100%", False),
            ("fl__r", False),
            ("nowhere", False),
            ("\x00", True),
        ],
    )
    async def test_search_finds_a_stretch_of_text_in_any_case_and_script(
        self, engine: AsyncEngine, book: SqlCaseBook, search: str, found: bool
    ) -> None:
        """What databases take for patterns is plain text here."""
        kept, opening = new_case("1")
        async with book.transaction() as tx:
            await tx.write(posts=[kept, triaged("2", of=post("2", text="nowhere near a case"))], changes=[opening])
        list_ = await Inbox(engine).cases(view="all", handler="", teams=None, now=NOON, search=search)
        assert bool(list_.rows) is found

    async def test_filters_narrow_a_list(self, engine: AsyncEngine, book: SqlCaseBook) -> None:
        """By language, by verdict, by the case's id; a forged place to read on from is refused."""
        spanish = new_case("es", lang="es", verdict=Verdict.HOSTILE_PROBLEM)
        english = new_case("en")
        async with book.transaction() as tx:
            await tx.write(posts=[spanish[0], english[0]], changes=[spanish[1], english[1]])
        inbox = Inbox(engine)

        async def shown(**wanted: str) -> list[str]:
            found = await inbox.cases(view="all", handler="", teams=None, now=NOON, **wanted)  # type: ignore[arg-type]
            return [row.case.id for row in found.rows]

        assert await shown(lang="es") == [spanish[1].case.id]
        assert await shown(verdict="complaint") == [english[1].case.id]
        assert await shown(lang="es", verdict="complaint") == []
        assert await shown(search=english[1].case.id) == [english[1].case.id]
        for forged in ("x", "!!", "W251bGwsICJhIl0"):
            with pytest.raises(Refused):
                await shown(after=forged)

    async def test_a_case_page_shows_the_whole_case(self, engine: AsyncEngine, book: SqlCaseBook) -> None:
        """Posts, events, alerts without their targets, and the author's other cases."""
        before = new_case("0", RESOLVED, Closed(outcome="returned", text=""), at=NOON - hours(9))
        kept, opening = new_case("1")
        async with book.transaction() as tx:
            await tx.write(posts=[before[0], kept], changes=[before[1], opening])
        await SqlAlertBook(engine).add([alert("ana", case_id=opening.case.id)])
        page = await Inbox(engine).case(opening.case.id)
        assert page is not None
        assert page.posts == (kept,)
        assert [event.kind for event in page.events] == ["opened", "assigned"]
        assert page.alerts == (alert("ana", case_id=opening.case.id, target=""),)
        assert page.earlier == (before[1].case,)
        assert page.due == NOON + hours(4)

    async def test_the_audit_list_holds_what_nobody_looked_at(self, engine: AsyncEngine, book: SqlCaseBook) -> None:
        """Newest first, by verdict, in stretches; looking is done once."""
        drawn = [
            triaged(
                of=post(f"{n}", created_at=NOON + hours(n // 2)),
                audit=True,
                verdict=Verdict.ABUSE if n % 2 else Verdict.MENTION,
            )
            for n in range(6)
        ]
        async with book.transaction() as tx:
            await tx.write(posts=[*drawn, triaged("not-drawn")])
        inbox = Inbox(engine)
        first = await inbox.audit(limit=4)
        rest = await inbox.audit(limit=4, after=first.next)
        assert [it.post.id for it in (*first.posts, *rest.posts)] == [f"file:{n}" for n in (5, 4, 3, 2, 1, 0)]
        assert (first.total, rest.next) == (6, None)
        assert (await inbox.audit(kinds=["abuse"])).total == 3
        assert await inbox.mark_audited("file:5", "ana", NOON, "problem")
        assert not await inbox.mark_audited("file:5", "ben", NOON, "fine")
        assert not await inbox.mark_audited("file:not-drawn", "ben", NOON, "fine")
        assert (await inbox.audit()).total == 5
        assert await inbox.audited() == {"problem": 1}

    async def test_undecided_posts_stand_first_on_the_audit_list(self, engine: AsyncEngine, book: SqlCaseBook) -> None:
        """In stretches that end before, at and after the last of them; alone where they are asked for."""
        drawn = [
            triaged(of=post(f"{n}", created_at=NOON + hours(n)), audit=True, undecided=n in (1, 3)) for n in range(5)
        ]
        async with book.transaction() as tx:
            await tx.write(posts=[*drawn, triaged("not-drawn", undecided=True)])
        inbox = Inbox(engine)
        for limit in (1, 2, 3, 5):
            found, after = [], None
            while True:
                listed = await inbox.audit(limit=limit, after=after)
                found += [it.post.id for it in listed.posts]
                if (after := listed.next) is None:
                    break
            assert found == [f"file:{n}" for n in (3, 1, 4, 2, 0)]
        alone = await inbox.audit(undecided=True)
        assert ([it.post.id for it in alone.posts], alone.total) == (["file:3", "file:1"], 2)
        assert await inbox.mark_audited("file:3", "ana", NOON, "fine")
        assert (await inbox.audit(undecided=True)).total == 1

    async def test_numbers_are_counted_from_the_book(self, engine: AsyncEngine, book: SqlCaseBook) -> None:
        """Open cases by verdict, late and waiting ones, and posts by day, language, verdict and sentiment."""
        made = [new_case("1"), new_case("2", waiting=True), new_case("3", RESOLVED, verdict=Verdict.GRIEVANCE)]
        old = triaged(of=post("old", created_at=NOON - timedelta(days=20)))
        async with book.transaction() as tx:
            await tx.write(posts=[*(it[0] for it in made), triaged("4"), old], changes=[it[1] for it in made])
        numbers = await Inbox(engine).numbers(NOON + hours(5))
        assert numbers.open_by_verdict == {"complaint": 2}
        assert (numbers.overdue, numbers.waiting) == (2, 1)
        told = [(str(it.day), it.lang, it.verdict, it.sentiment, it.posts) for it in numbers.days]
        assert told == [
            ("2026-03-02", "en", "complaint", "negative", 3),
            ("2026-03-02", "en", "mention", "negative", 1),
        ]
