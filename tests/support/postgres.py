"""Fixtures for tests that need a real PostgreSQL: one cluster for the run, an empty database for each test."""

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

HOW = (
    "install PostgreSQL's server programs (Debian: apt-get install postgresql), or set "
    "HEAROUT_TEST_POSTGRES=postgresql+asyncpg://user:password@host/postgres to a server where that user may create "
    "databases"
)

#: A test cluster is thrown away: it need not survive a power cut.
_SETTINGS = (
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "listen_addresses=127.0.0.1",
    "max_connections=60",
)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a running server, as one who may create databases."""
    given = os.environ.get("HEAROUT_TEST_POSTGRES")
    if given:
        yield given
        return
    programs = _programs()
    if programs is None:
        _unavailable(f"there is no PostgreSQL here; {HOW}")
        return
    folder = Path(tempfile.mkdtemp(prefix="hearout-postgres-"))
    try:
        yield _start(programs, folder)
    finally:
        _run([str(programs / "pg_ctl"), "-D", str(folder / "data"), "-m", "immediate", "stop"], check=False)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def _postgres_database(postgres_server: str) -> Iterator[str]:
    name = f"hearout_test_{uuid.uuid4().hex[:12]}"
    asyncio.run(_say(postgres_server, f'CREATE DATABASE "{name}"'))
    yield make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
    asyncio.run(_say(postgres_server, f'DROP DATABASE "{name}" WITH (FORCE)'))


@pytest.fixture
async def postgres_url(_postgres_database: str) -> str:
    """URL of an empty database; one test has it at a time. Emptying is many times faster than making another."""
    await _say(_postgres_database, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    return _postgres_database


async def _say(url: str, *statements: str) -> None:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await engine.dispose()


def _unavailable(reason: str) -> None:
    """Skips, visibly; fails where PostgreSQL is required."""
    if os.environ.get("HEAROUT_REQUIRE_POSTGRES") == "1":
        pytest.fail(f"HEAROUT_REQUIRE_POSTGRES=1, but {reason}", pytrace=False)
    pytest.skip(reason)


def _programs() -> Path | None:
    """The folder with `initdb` and `pg_ctl`; Debian keeps them off the path."""
    if shutil.which("initdb") and shutil.which("pg_ctl"):
        return Path(shutil.which("initdb") or "").resolve().parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda it: int(it.parts[-3]))
    return found[-1].parent if found else None


def _start(programs: Path, folder: Path) -> str:
    data, port = folder / "data", _free_port()
    if os.geteuid() == 0:
        os.chown(folder, pwd.getpwnam(_other_user()).pw_uid, -1)
    # Sorted as people sort, unlike Hearout's own order: a query that forgets to say its order is found out.
    version = subprocess.run([programs / "initdb", "--version"], capture_output=True, text=True, check=True).stdout
    icu = ["--locale-provider=icu", "--icu-locale=en"] if int(version.split()[2].split(".")[0]) >= 15 else []
    initdb = [
        str(programs / "initdb"),
        "-D",
        str(data),
        "-U",
        "hearout",
        "--auth=trust",
        "--encoding=UTF8",
        "--no-sync",
    ]
    _run([*initdb, "--locale=C.UTF-8", *icu])
    settings = " ".join(
        f"-c {setting}" for setting in (*_SETTINGS, f"port={port}", f"unix_socket_directories={folder}")
    )
    _run(
        [
            str(programs / "pg_ctl"),
            "-D",
            str(data),
            "-l",
            str(folder / "log"),
            "-w",
            "-t",
            "30",
            "-o",
            settings,
            "start",
        ]
    )
    return f"postgresql+asyncpg://hearout@127.0.0.1:{port}/postgres"


def _run(command: list[str], *, check: bool = True) -> None:
    """PostgreSQL does not run as root: root steps down for it."""
    if os.geteuid() == 0:
        command = ["runuser", "-u", _other_user(), "--", *command]
    # Not a pipe: the server keeps its output open, and a pipe would be waited for until it ends.
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(command, stdout=said, stderr=said, stdin=subprocess.DEVNULL, cwd="/", check=False)
        said.seek(0)
        if check and done.returncode:
            raise RuntimeError(f"{command} failed: {said.read().decode()}")


def _other_user() -> str:
    known = {user.pw_name for user in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
