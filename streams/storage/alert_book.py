"""Alerts walk in once by id; each is handed to one sender at a time, and its fate is kept."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Update, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from streams.notify.ports import Alert, AlertState
from streams.storage.engine import reading, writing
from streams.storage.statements import chunks, insert
from streams.storage.tables import FAILED, UNSETTLED
from streams.storage.tables import alerts as table

#: The columns that are an `Alert`; the rest is this book's own.
COLUMNS = tuple(column for column in table.c if column.name != "taken_at")


def alert_from_row(row: RowMapping | Mapping[str, Any]) -> Alert:
    return Alert(**{**row, "state": AlertState(row["state"])})


class SqlAlertBook:
    """Raises `Transient` when the database is away."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, alerts: Sequence[Alert]) -> Sequence[str]:
        """Keeps those whose id is new; returns their ids."""
        rows = {alert.id: {column.name: getattr(alert, column.name) for column in COLUMNS} for alert in alerts}
        async with writing(self._engine) as connection:
            for stretch in chunks(list(rows)):
                known = await connection.execute(select(table.c.id).where(table.c.id.in_(stretch)))
                for alert_id in known.scalars():
                    del rows[alert_id]
            if rows:
                # Another process may have been quicker by a moment: its row stays.
                await connection.execute(insert(connection, table).on_conflict_do_nothing(), list(rows.values()))
        return list(rows)

    async def due(self, now: datetime, limit: int) -> Sequence[Alert]:
        """Pending alerts with `due_at` passed, most severe first, then oldest."""
        asked = (
            select(*COLUMNS)
            .where(UNSETTLED, table.c.state == AlertState.PENDING, table.c.due_at <= now)
            .order_by(table.c.severity.desc(), table.c.created_at, table.c.id)
            .limit(limit)
        )
        async with reading(self._engine) as connection:
            return [alert_from_row(row) for row in (await connection.execute(asked)).mappings()]

    async def take(self, ids: Collection[str], now: datetime) -> Sequence[str]:
        """Marks pending alerts as `sending` and counts the attempt; returns those this caller got."""
        taken = (
            update(table)
            .where(table.c.state == AlertState.PENDING)
            .values(state=AlertState.SENDING, attempts=table.c.attempts + 1, taken_at=now)
            .returning(table.c.id)
        )
        async with writing(self._engine) as connection:
            rows = await _for_each(connection, taken, ids)
        got = {row.id for row in rows}
        return [id_ for id_ in ids if id_ in got]

    async def sent(self, ids: Collection[str], at: datetime) -> None:
        sent = update(table).values(state=AlertState.SENT, sent_at=at, error="").returning(table.c.id)
        async with writing(self._engine) as connection:
            await _for_each(connection, sent, ids)

    async def failed(self, alert_id: str, error: str, retry_at: datetime | None) -> None:
        """Back to `pending` until `retry_at`, or `failed` for good when None."""
        fate: dict[str, Any] = {"state": AlertState.FAILED, "error": error}
        if retry_at is not None:
            fate |= {"state": AlertState.PENDING, "due_at": retry_at}
        async with writing(self._engine) as connection:
            await connection.execute(update(table).where(table.c.id == alert_id).values(**fate))

    async def release_interrupted(self, before: datetime) -> Sequence[Alert]:
        """`sending` since before this time: back to `pending`, with `repeated` set; returns them, by id."""
        released = (
            update(table)
            .where(UNSETTLED, table.c.state == AlertState.SENDING, table.c.taken_at < before)
            .values(state=AlertState.PENDING, repeated=True)
            .returning(*COLUMNS)
        )
        async with writing(self._engine) as connection:
            rows = (await connection.execute(released)).mappings().all()
        return sorted(map(alert_from_row, rows), key=lambda alert: alert.id)

    async def given_up(self, limit: int) -> Sequence[Alert]:
        """Failed for good, newest first; `target` is always empty here, for it may hold secrets."""
        asked = select(*COLUMNS).where(FAILED).order_by(table.c.due_at.desc(), table.c.id).limit(limit)
        async with reading(self._engine) as connection:
            return [alert_from_row({**row, "target": ""}) for row in (await connection.execute(asked)).mappings()]

    async def unsettled(self, now: datetime) -> int:
        """How many are on their way: being sent, due by `now`, or tried before and to be tried again."""
        soon = and_(table.c.state == AlertState.PENDING, or_(table.c.due_at <= now, table.c.attempts > 0))
        on_their_way = or_(table.c.state == AlertState.SENDING, soon)
        asked = select(func.count()).select_from(table).where(UNSETTLED, on_their_way)
        async with reading(self._engine) as connection:
            return (await connection.execute(asked)).scalar_one()


async def _for_each(connection: AsyncConnection, change: Update, ids: Collection[str]) -> list[Any]:
    """Runs the change for these ids; returns its rows."""
    rows: list[Any] = []
    for stretch in chunks(ids):
        rows.extend(await connection.execute(change.where(table.c.id.in_(stretch))))
    return rows
