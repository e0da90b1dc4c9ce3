"""Gauges of the business and tallies for a chart walk out of the book."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import ColumnElement, Table, TextClause, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from streams.cases.case import Status
from streams.storage.pages import BookNumbers, DayTally
from streams.storage.tables import FAILED, KEPT, alerts, cases, dead_letters, posts


async def book_numbers(connection: AsyncConnection, now: datetime, days: int) -> BookNumbers:
    async def count(table: Table, *wanted: ColumnElement[bool] | TextClause) -> int:
        return (await connection.execute(select(func.count()).select_from(table).where(*wanted))).scalar_one()

    verdicts = await connection.execute(
        select(cases.c.verdict, func.count().label("cases"))
        .where(cases.c.status == Status.OPEN)
        .group_by(cases.c.verdict)
    )
    first = (now.astimezone(UTC) - timedelta(days=days - 1)).date().isoformat()
    alike = (posts.c.day, posts.c.lang, posts.c.verdict, posts.c.sentiment)
    tallies = await connection.execute(
        select(*alike, func.count().label("posts")).where(posts.c.day >= first).group_by(*alike).order_by(*alike)
    )
    return BookNumbers(
        open_by_verdict={row.verdict: row.cases for row in verdicts},
        overdue=await count(cases, cases.c.status != Status.CLOSED, cases.c.due_at < now),
        waiting=await count(cases, cases.c.status == Status.OPEN, cases.c.waiting.is_(True)),
        dead_letters=await count(dead_letters, KEPT),
        alerts_failed=await count(alerts, FAILED),
        days=tuple(
            DayTally(
                day=date.fromisoformat(row.day),
                lang=row.lang,
                verdict=row.verdict,
                sentiment=row.sentiment,
                posts=row.posts,
            )
            for row in tallies
        ),
    )
