"""An engine walks in; how many posts, cases and alerts there are, by how they ended, walks out."""

from collections.abc import Mapping

from sqlalchemy import Column, TextClause, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from streams.storage.engine import reading
from streams.storage.tables import HEARD, alerts, cases, posts


async def post_tally(engine: AsyncEngine) -> Mapping[str, int]:
    """Posts by effect. Raises `Transient`."""
    return await _by(engine, posts.c.effect, HEARD)


async def alert_tally(engine: AsyncEngine) -> Mapping[str, int]:
    """Alerts by state. Raises `Transient`."""
    return await _by(engine, alerts.c.state)


async def case_tally(engine: AsyncEngine) -> int:
    return sum((await _by(engine, cases.c.status)).values())


async def _by(engine: AsyncEngine, column: Column[str], *wanted: TextClause) -> Mapping[str, int]:
    asked = select(column.label("name"), func.count().label("rows")).where(*wanted).group_by(column)
    async with reading(engine) as connection:
        rows = await connection.execute(asked)
        return {row.name: row.rows for row in rows}
