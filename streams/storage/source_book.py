"""States, cursors and gaps of sources walk in, and out again after any crash."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from streams.ingest.ports import Gap, SourceState, SourceStatus
from streams.storage.engine import reading, writing
from streams.storage.statements import insert, upsert
from streams.storage.tables import gaps, sources


class SqlSourceBook:
    """Raises `Transient` when the database is away."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def status(self, name: str) -> SourceStatus | None:
        return next((status for status in await self.statuses() if status.name == name), None)

    async def statuses(self) -> Sequence[SourceStatus]:
        """By name."""
        async with reading(self._engine) as connection:
            rows = (await connection.execute(select(sources).order_by(sources.c.name))).mappings()
            return [SourceStatus(**{**row, "state": SourceState(row["state"])}) for row in rows]

    async def save(self, status: SourceStatus) -> None:
        row = {column.name: getattr(status, column.name) for column in sources.c}
        async with writing(self._engine) as connection:
            await connection.execute(upsert(connection, sources, row), row)

    async def record_gap(self, name: str, gap: Gap) -> None:
        row = {"source": name, "start": gap.start, "end": gap.end, "why": gap.why}
        async with writing(self._engine) as connection:
            await connection.execute(insert(connection, gaps).on_conflict_do_nothing(), row)

    async def gaps(self, name: str | None = None) -> Sequence[tuple[str, Gap]]:
        """Oldest first."""
        asked = select(gaps).order_by(gaps.c.start, gaps.c.source, gaps.c.end, gaps.c.why)
        if name is not None:
            asked = asked.where(gaps.c.source == name)
        async with reading(self._engine) as connection:
            rows = await connection.execute(asked)
            return [(row.source, Gap(start=row.start, end=row.end, why=row.why)) for row in rows]
