"""Work only one process at a time should do: a name walks in, and the work begins once no other process does it.

On SQLite all processes are on one machine, so it is a file lock, which dies with its process. On PostgreSQL it is an
advisory lock of a connection that is held open and looked after: when it is lost the work ends, to begin anew.
"""

import asyncio
import fcntl
import zlib
from pathlib import Path
from typing import IO

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from streams.bootstrap.process import Job, wait
from streams.errors import HearoutError, Transient
from streams.storage.faults import translated

log = structlog.get_logger(__name__)

#: Seconds between two tries to begin, and between two looks whether the lock is still ours.
_TRY_AGAIN, _LOOK = 1.0, 2.0


def alone(engine: AsyncEngine, folder: Path, name: str, job: Job) -> Job:
    """The job, begun once this process holds the name; gives up waiting for it when told to stop.

    `engine` is the case book's; `folder` holds the locks where that is SQLite.
    """

    async def begin(stop: asyncio.Event) -> None:
        if engine.dialect.name == "sqlite":
            await _on_this_machine(folder, name, job, stop)
            return
        while not stop.is_set():
            try:
                await _on_all_machines(engine, name, job, stop)
            except Transient as fault:
                log.warning("waiting to begin", job=name, reason=str(fault))
                await wait(stop, _TRY_AGAIN)

    return begin


async def _on_this_machine(folder: Path, name: str, job: Job, stop: asyncio.Event) -> None:
    folder.mkdir(exist_ok=True)
    with (folder / f"{name}.lock").open("a") as file:
        while not (held := _lock(file)) and not stop.is_set():
            await wait(stop, _TRY_AGAIN)
        if held:
            await job(stop)


def _lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _on_all_machines(engine: AsyncEngine, name: str, job: Job, stop: asyncio.Event) -> None:
    """Until the stop, or until the lock is lost. Raises `Transient` when the database is away."""
    key = zlib.crc32(f"hearout {name}".encode())
    asked = text("SELECT pg_try_advisory_lock(:key)").bindparams(key=key)
    with translated():
        async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            while not (held := bool((await connection.execute(asked)).scalar_one())) and not stop.is_set():
                await wait(stop, _TRY_AGAIN)
            if held:
                over = asyncio.Event()
                watching = asyncio.create_task(_watch(connection, stop, over))
                try:
                    await job(over)
                finally:
                    watching.cancel()
                    # The lock is the connection's: back in the pool, it would hold it on.
                    await connection.invalidate()


async def _watch(connection: AsyncConnection, stop: asyncio.Event, over: asyncio.Event) -> None:
    """Sets `over` when told to stop, and when the connection that holds the lock is gone."""
    try:
        with translated():
            while not stop.is_set():
                await wait(stop, _LOOK)
                await connection.execute(text("SELECT 1"))
    except HearoutError as fault:
        log.warning("lost the lock", reason=str(fault))
    finally:
        over.set()
