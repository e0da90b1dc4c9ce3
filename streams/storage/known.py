"""Ids of posts walk in; those the case book has walk out."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from streams.storage.engine import reading
from streams.storage.statements import chunks
from streams.storage.tables import posts


async def known_posts(engine: AsyncEngine, ids: Collection[str]) -> set[str]:
    """Raises `Transient`."""
    known: set[str] = set()
    async with reading(engine) as connection:
        for stretch in chunks(ids):
            known |= set((await connection.execute(select(posts.c.id).where(posts.c.id.in_(stretch)))).scalars())
    return known
