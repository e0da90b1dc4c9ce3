"""Events that have not left the book walk out, in its order; the mark of how far they got rests in `counters`."""

from collections.abc import Sequence

from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from streams.records import CaseEvent
from streams.storage.engine import reading, writing
from streams.storage.rows import event_from_row
from streams.storage.tables import counters, events


class SqlOutbox:
    """Raises `Transient` when the database is away."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def unrelayed(self, limit: int) -> Sequence[CaseEvent]:
        """The oldest events after the mark, at most `limit`."""
        mark = _counter("relay").scalar_subquery()
        async with reading(self._engine) as connection:
            rows = await connection.execute(
                select(events).where(events.c.seq > mark).order_by(events.c.seq).limit(limit)
            )
            return [event_from_row(row) for row in rows]

    async def relayed(self, up_to_seq: int) -> None:
        """Moves the mark up to here; a mark that is further on already stays."""
        moved = update(counters).where(counters.c.name == "relay", counters.c.value < up_to_seq).values(value=up_to_seq)
        async with writing(self._engine) as connection:
            await connection.execute(moved)

    async def pending(self) -> int:
        """How many events are after the mark."""
        asked = select(_counter("events").scalar_subquery() - _counter("relay").scalar_subquery())
        async with reading(self._engine) as connection:
            left: int = (await connection.execute(asked)).scalar_one()
        return left


def _counter(name: str) -> Select[tuple[int]]:
    return select(counters.c.value).where(counters.c.name == name)
