"""A database URL walks in; an engine walks out, with the two ways to use it: `reading` and `writing`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from streams.errors import Misconfigured
from streams.storage.faults import translated

#: Seconds to wait for another process to let go of an SQLite file (`?timeout=` in the URL says otherwise).
_LOCK_SECONDS = 5.0
#: A writer of this process waits its turn here: SQLite's own waiting is by polling, without order.
_TURN = "hearout_turn"
_WRITES = "hearout_writes"

_HINT = "say `sqlite+aiosqlite:///<file>` or `postgresql+asyncpg://user:password@host/name` in the `database` setting"


def open_engine(url: str) -> AsyncEngine:
    """Opens no connection yet. Raises `Misconfigured` on a URL or driver that cannot be used."""
    try:
        parsed = make_url(url)
        driver = parsed.drivername
        if driver == "sqlite+aiosqlite":
            return _sqlite(parsed, in_memory=parsed.database in (None, "", ":memory:"))
        if driver == "postgresql+asyncpg":
            return _postgres(url)
    except (ArgumentError, NoSuchModuleError, ValueError) as fault:
        raise Misconfigured("the database URL cannot be read", id="HO-DB-URL", hint=_HINT) from fault
    except ModuleNotFoundError as fault:
        raise Misconfigured(
            f"the database needs the library {fault.name!r}, which is not installed",
            id="HO-DB-DRIVER",
            hint="run `pip install 'hearout[postgres]'`",
        ) from fault
    raise Misconfigured(f"databases of the kind {driver!r} are not known", id="HO-DB-URL", hint=_HINT)


@asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection that sees one moment of the database until it ends, and holds nobody up."""
    options: dict[str, Any] = {}
    if engine.dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with translated():
        async with engine.execution_options(**options).connect() as connection:
            yield connection


@asynccontextmanager
async def writing(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A transaction that commits at the end, or leaves nothing when an exception leaves it.

    On SQLite there is one at a time, in order of asking; it has the write lock from its first moment. One inside
    another would wait for itself: that is a `RuntimeError`.
    """
    turn: _Turn | None = engine.get_execution_options().get(_TURN)
    with translated():
        if turn is None:
            async with engine.begin() as connection:
                yield connection
        else:
            async with turn.taken(), engine.execution_options(**{_WRITES: True}).begin() as connection:
                yield connection


class _Turn:
    """Whose turn it is to write; the others wait in order of asking."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._holder: asyncio.Task[Any] | None = None

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        if self._holder is not None and self._holder is asyncio.current_task():
            raise RuntimeError("a write transaction was begun inside another one")
        async with self._lock:
            self._holder = asyncio.current_task()
            try:
                yield
            finally:
                self._holder = None


def _sqlite(url: URL, *, in_memory: bool) -> AsyncEngine:
    engine = create_async_engine(
        url,
        poolclass=AsyncAdaptedQueuePool,
        # A database in memory lives as long as its one connection.
        pool_size=1 if in_memory else 5,
        max_overflow=0 if in_memory else 5,
        execution_options={_TURN: _Turn()},
        hide_parameters=True,
        # The driver must not open transactions by itself: `_begin` does.
        connect_args={"isolation_level": None} | ({} if "timeout" in url.query else {"timeout": _LOCK_SECONDS}),
    )
    event.listen(engine.sync_engine, "connect", _set_pragmas)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


_PRAGMAS = (
    "journal_mode = WAL",
    # The bus forgets a record once the book has it, so the book has to be on the disk by then: even a power cut
    # loses nothing. One fsync per batch costs half a millisecond on a common SSD.
    "synchronous = FULL",
    "foreign_keys = ON",
    "temp_store = MEMORY",
    # In KiB, for each connection.
    "cache_size = -8000",
    "journal_size_limit = 64000000",
    # What an author took back is overwritten where that costs no extra writing.
    "secure_delete = FAST",
)


def _set_pragmas(connection: Any, _record: Any) -> None:
    try:
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
    except BaseException:
        # The pool does not know of it yet: left open, its thread would outlive the event loop.
        connection.close()
        raise


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgres(url: str) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=8,
        max_overflow=8,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"timeout": 10},
    )
