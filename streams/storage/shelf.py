"""Dead letters walk in once by id, and rest for people to see; the post each stood for is noted as refused."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import RowMapping, and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from streams.cases.triaged import TriagedPost
from streams.records import DeadLetter, Effect, KeptLetter, Post, Scores
from streams.storage.engine import reading, writing
from streams.storage.rows import post_from_row, post_to_row
from streams.storage.statements import chunks, insert
from streams.storage.tables import dead_letters, posts

_json = msgspec.json.Decoder(Any)


class SqlShelf:
    """Raises `Transient` when the database is away."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def keep(self, letters: Sequence[DeadLetter]) -> None:
        """Once by id. One that was replayed and comes again with a later `at` was refused again: it stands unreplayed.

        A post that can still be read from the payload, and is not in the case book, is noted there with the effect
        `refused` and the reason; `CaseBook.write` replaces that once the post gets through. Of a post its author took
        back no bytes are kept.
        """
        if not letters:
            return
        refused = [post_to_row(triaged) for triaged in map(_refused, letters) if triaged is not None]
        async with writing(self._engine) as connection:
            gone = await _taken_back(connection, {letter.post_id for letter in letters if letter.post_id})
            rows = [
                {name: getattr(letter, name) for name in DeadLetter.__slots__}
                | ({"payload": b""} if letter.post_id in gone else {})
                for letter in letters
            ]
            kept = insert(connection, dead_letters)
            again = kept.on_conflict_do_update(
                index_elements=[dead_letters.c.id],
                set_={"replayed_at": None, "at": kept.excluded.at, "reason": kept.excluded.reason},
                where=and_(dead_letters.c.replayed_at.is_not(None), kept.excluded.at > dead_letters.c.at),
            )
            await connection.execute(again, rows)
            if refused:
                await connection.execute(insert(connection, posts).on_conflict_do_nothing(), refused)

    async def letters(self, limit: int, offset: int) -> Sequence[KeptLetter]:
        """Newest first, then by id; replayed ones too."""
        asked = select(dead_letters).order_by(dead_letters.c.at.desc(), dead_letters.c.id).limit(limit).offset(offset)
        async with reading(self._engine) as connection:
            return [letter_from_row(row) for row in (await connection.execute(asked)).mappings()]

    async def letter(self, id: str) -> KeptLetter | None:
        """By id, or by the beginning of one that only one letter has."""
        begins = dead_letters.c.id.startswith(id, autoescape=True)
        asked = select(dead_letters).where(begins).order_by(dead_letters.c.id).limit(2)
        async with reading(self._engine) as connection:
            found = [letter_from_row(row) for row in (await connection.execute(asked)).mappings()]
        # The whole id sorts before all that begin with it.
        exact = [kept for kept in found if kept.letter.id == id]
        return (exact or found)[0] if exact or len(found) == 1 else None

    async def replayed(self, id: str, at: datetime) -> None:
        async with writing(self._engine) as connection:
            await connection.execute(update(dead_letters).where(dead_letters.c.id == id).values(replayed_at=at))


def letter_from_row(row: RowMapping) -> KeptLetter:
    letter = DeadLetter(**{name: row[name] for name in DeadLetter.__slots__})
    return KeptLetter(letter=letter, replayed_at=row["replayed_at"])


async def _taken_back(connection: AsyncConnection, ids: Collection[str]) -> frozenset[str]:
    found: set[str] = set()
    for stretch in chunks(ids):
        rows = await connection.execute(select(posts.c.id, posts.c.body).where(posts.c.id.in_(stretch)))
        found |= {row.id for row in rows if post_from_row(row).deleted_at is not None}
    return frozenset(found)


def _refused(letter: DeadLetter) -> TriagedPost | None:
    """The post the letter stands for, as far as it can be read: the post itself, or the post with its scores."""
    if not letter.post_id:
        return None
    try:
        record: Any = _json.decode(letter.payload)
        record = record.get("data", record)
        post = msgspec.convert(record.get("post", record), Post)
        scores = msgspec.convert(record.get("scores"), Scores | None)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, AttributeError):
        return None
    if post.id != letter.post_id or post.created_at.tzinfo is None:
        return None
    return TriagedPost(
        post=post,
        scores=scores,
        verdict=None,
        severity=0,
        rule="",
        effect=Effect.REFUSED,
        case_id="",
        why=(letter.reason,),
    )
