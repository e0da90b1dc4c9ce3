"""How many triaged posts a second the case book keeps: `python tests/bench/bench_storage.py`.

Asks of each batch all that routing asks of it, in one transaction.
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from streams.cases.triaged import TriagedPost
from streams.routing.ports import Change
from streams.storage.case_book import SqlCaseBook
from streams.storage.engine import open_engine
from streams.storage.exports import exported
from streams.storage.inbox import Inbox
from streams.storage.schema import migrate
from tests.support.book_samples import NOON, hours, new_case, post, triaged

AT_ONCE = 200
#: One post in so many opens a case.
CASE_EVERY = 20
TEXT = "They came an hour late, left without cleaning the windows and nobody answers the phone. What now? " * 2


def made(start: int) -> tuple[list[TriagedPost], list[Change]]:
    kept: list[TriagedPost] = []
    changes: list[Change] = []
    for n in range(start, start + AT_ONCE):
        said = post(f"{n:08}", author=f"author-{n}", text=TEXT)
        if n % CASE_EVERY:
            kept.append(triaged(of=said, audit=n % 50 == 1))
        else:
            opening, change = new_case("", of=said, owner=f"handler-{n % 7}", at=NOON + hours(n / 1000))
            kept.append(opening)
            changes.append(change)
    return kept, changes


async def keep(book: SqlCaseBook, kept: list[TriagedPost], changes: list[Change]) -> None:
    authors = {(one.post.source, one.post.author) for one in kept}
    async with book.transaction() as tx:
        await tx.posts([one.post.id for one in kept])
        await tx.cases_of(authors)
        await tx.last_helpers(authors)
        await tx.last_aspects(authors)
        await tx.loads()
        await tx.write(posts=kept, changes=changes)


async def fill(engine: AsyncEngine, count: int) -> tuple[float, float]:
    """Seconds spent in the book, by the clock and of processor time; making the posts is not counted."""
    book, spent, worked = SqlCaseBook(engine), 0.0, 0.0
    for start in range(0, count, AT_ONCE):
        batch = made(start)
        began, clocked = time.perf_counter(), time.process_time()
        await keep(book, *batch)
        spent += time.perf_counter() - began
        worked += time.process_time() - clocked
    return spent, worked


async def reads(engine: AsyncEngine) -> None:
    inbox = Inbox(engine)
    some = await inbox.cases(view="open", handler="handler-1", teams=["service"], now=NOON)
    for name, asked in {
        "one list": lambda: inbox.cases(view="mine", handler="handler-1", teams=["service"], now=NOON),
        "a search": lambda: inbox.cases(view="all", handler="x", teams=None, now=NOON, search="no such words"),
        "the counts": lambda: inbox.counts("handler-1", ["service"], NOON),
        "a case": lambda: inbox.case(some.rows[0].case.id),
        "the numbers": lambda: inbox.numbers(NOON),
        "the audit list": lambda: inbox.audit(),
    }.items():
        # The first time SQLAlchemy compiles the statement.
        await asked()
        began = time.perf_counter()
        await asked()
        print(f"{name}: {(time.perf_counter() - began) * 1000:.1f} ms")
    began, seen = time.perf_counter(), 0
    async for _ in exported(engine, "posts"):
        seen += 1
    print(f"export: {seen / (time.perf_counter() - began):,.0f} posts a second")


async def main(count: int, url: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(url or f"sqlite+aiosqlite:///{Path(folder) / 'hearout.db'}")
        await migrate(engine)
        spent, worked = await fill(engine, count)
        print(f"keeping: {count / spent:,.0f} posts a second, {count:,} posts, {count // CASE_EVERY:,} cases")
        print(f"  of processor time alone: {count / worked:,.0f} posts a second")
        await reads(engine)
        await engine.dispose()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=40_000)
    parser.add_argument("--url", default="", help="an empty database; default: SQLite in a temporary folder")
    given = parser.parse_args()
    asyncio.run(main(given.count, given.url))
