"""A case book walks in; a short name of its own walks out, the same for every process that opens this book."""

import secrets
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from streams.storage.engine import writing
from streams.storage.statements import insert
from streams.storage.tables import counters

_NAME = "installation"


async def installation_id(engine: AsyncEngine, *, draw: Callable[[], int] = lambda: secrets.randbits(40)) -> str:
    """Drawn once per book: ten hexadecimal digits. Raises `Transient`."""
    chosen = select(counters.c.value).where(counters.c.name == _NAME)
    async with writing(engine) as connection:
        await connection.execute(
            insert(connection, counters).on_conflict_do_nothing(), [{"name": _NAME, "value": draw()}]
        )
        return f"{(await connection.execute(chosen)).scalar_one():010x}"
