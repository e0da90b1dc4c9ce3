"""The case book: triaged posts and decided changes walk in, and rest; what routing asks of them walks out."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from streams.cases.case import Case, Status
from streams.cases.triaged import TriagedPost
from streams.routing.ports import AuthorKey, BookTransaction, Change
from streams.storage.engine import writing
from streams.storage.rows import Values, case_from_row, case_to_row, event_to_row, post_from_row, post_to_row
from streams.storage.statements import chunks, newest_of_each, upsert
from streams.storage.tables import OF_A_POST, RATED, alerts, case_helpers, cases, counters, dead_letters, events, posts

#: What an alert says once the post it quoted is gone.
TAKEN_BACK = "The author took the post back"


class SqlCaseBook:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[BookTransaction]:
        """Commits at the end, or nothing of it if an exception leaves. Raises `Transient` when the database is away."""
        async with writing(self._engine) as connection:
            # All writers of the book wait for each other here; SQLite's let only one this far anyway.
            locked = select(counters.c.value).where(counters.c.name == "events").with_for_update()
            last_seq = (await connection.execute(locked)).scalar_one()
            yield _Transaction(connection, last_seq)


class _Transaction:
    def __init__(self, connection: AsyncConnection, last_seq: int) -> None:
        self._connection = connection
        self._last_seq = last_seq

    async def posts(self, ids: Collection[str]) -> Mapping[str, TriagedPost]:
        found: dict[str, TriagedPost] = {}
        for stretch in chunks(ids):
            rows = await self._connection.execute(select(posts.c.id, posts.c.body).where(posts.c.id.in_(stretch)))
            found |= {row.id: post_from_row(row) for row in rows}
        return found

    async def case(self, case_id: str) -> Case | None:
        row = (await self._connection.execute(select(cases.c.body).where(cases.c.id == case_id))).first()
        return case_from_row(row) if row else None

    async def cases_of(self, authors: Collection[AuthorKey]) -> Sequence[Case]:
        found: list[Case] = []
        authors = set(authors)
        for names in chunks({author for _, author in authors}):
            rows = await self._connection.execute(
                select(cases.c.source, cases.c.author, cases.c.body).where(
                    cases.c.author.in_(names), cases.c.status != Status.CLOSED
                )
            )
            found.extend(case_from_row(row) for row in rows if (row.source, row.author) in authors)
        return sorted(found, key=lambda case: (case.opened_at, case.id))

    async def last_helpers(self, authors: Collection[AuthorKey]) -> Mapping[AuthorKey, str]:
        found: dict[AuthorKey, str] = {}
        for asked in chunks(set(authors)):
            newest = newest_of_each(asked, cases, cases.c.opened_at, cases.c.status != Status.OPEN)
            rows = await self._connection.execute(
                select(cases.c.source, cases.c.author, cases.c.owner).where(cases.c.id.in_(newest))
            )
            found |= {(row.source, row.author): row.owner for row in rows}
        return found

    async def last_aspects(self, authors: Collection[AuthorKey]) -> Mapping[AuthorKey, Mapping[str, float]]:
        found: dict[AuthorKey, Mapping[str, float]] = {}
        for asked in chunks(set(authors)):
            newest = newest_of_each(asked, posts, posts.c.created_at, RATED)
            rows = await self._connection.execute(
                select(posts.c.source, posts.c.author, posts.c.body).where(posts.c.id.in_(newest))
            )
            found |= {(row.source, row.author): post_from_row(row).post.aspects for row in rows}
        return found

    async def loads(self) -> Mapping[str, int]:
        rows = await self._connection.execute(
            select(cases.c.owner, func.count().label("cases"))
            .where(cases.c.status == Status.OPEN, cases.c.waiting.is_(False))
            .group_by(cases.c.owner)
        )
        return {row.owner: row.cases for row in rows}

    async def waiting(self, limit: int) -> Sequence[Case]:
        rows = await self._connection.execute(
            select(cases.c.body)
            .where(cases.c.waiting.is_(True), cases.c.status == Status.OPEN)
            .order_by(cases.c.severity.desc(), cases.c.opened_at, cases.c.id)
            .limit(limit)
        )
        return [case_from_row(row) for row in rows]

    async def due(self, now: datetime, limit: int) -> Sequence[Case]:
        rows = await self._connection.execute(
            select(cases.c.body)
            .where(cases.c.untold_due_at < now)
            .order_by(cases.c.untold_due_at, cases.c.id)
            .limit(limit)
        )
        return [case_from_row(row) for row in rows]

    async def write(self, *, posts: Sequence[TriagedPost] = (), changes: Sequence[Change] = ()) -> None:
        await self._write_posts([post_to_row(triaged) for triaged in posts])
        gone = [triaged for triaged in posts if triaged.deleted_at]
        await self._blank_alerts({triaged.case_id for triaged in gone if triaged.case_id})
        await self._blank_letters({triaged.post.id for triaged in gone})
        if changes:
            await self._write_cases(changes)
            await self._write_events(changes)

    async def _write_posts(self, rows: Sequence[Values]) -> None:
        if rows:
            await self._connection.execute(upsert(self._connection, posts, rows[0]), rows)

    async def _blank_alerts(self, case_ids: Collection[str]) -> None:
        """What an author took back is not quoted any longer, nor sent by an alert that has not left yet."""
        for stretch in chunks(case_ids):
            blanked = update(alerts).where(alerts.c.case_id.in_(stretch)).values(title=TAKEN_BACK, body="")
            await self._connection.execute(blanked)

    async def _blank_letters(self, post_ids: Collection[str]) -> None:
        """Nor do the bytes stay that were refused on the way."""
        for stretch in chunks(post_ids):
            blanked = update(dead_letters).where(OF_A_POST, dead_letters.c.post_id.in_(stretch)).values(payload=b"")
            await self._connection.execute(blanked)

    async def _write_cases(self, changes: Sequence[Change]) -> None:
        # Of several changes of one case only the last is how it stands.
        last = {change.case.id: change for change in changes}
        rows = [case_to_row(change) for change in last.values()]
        await self._connection.execute(upsert(self._connection, cases, rows[0]), rows)
        helped = [change.case for change in last.values() if change.case.helpers]
        for stretch in chunks(last):
            await self._connection.execute(delete(case_helpers).where(case_helpers.c.case_id.in_(stretch)))
        if helped:
            pairs = [{"case_id": case.id, "handler": handler} for case in helped for handler in case.helpers]
            await self._connection.execute(insert(case_helpers), pairs)

    async def _write_events(self, changes: Sequence[Change]) -> None:
        rows: list[Values] = []
        for change in changes:
            first = change.case.number - len(change.events) + 1
            for number, event in enumerate(change.events, first):
                self._last_seq += 1
                rows.append(event_to_row(change, event, number, self._last_seq))
        if rows:
            await self._connection.execute(insert(events), rows)
            moved = update(counters).where(counters.c.name == "events").values(value=self._last_seq)
            await self._connection.execute(moved)
