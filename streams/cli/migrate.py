"""`hearout migrate`: the database brought to the version of this Hearout."""

import asyncio
from pathlib import Path

import click

from streams.cli.options import err, home_option, load_settings, plainly
from streams.errors import Misconfigured
from streams.settings import Settings
from streams.storage import schema
from streams.storage.engine import open_engine


@click.command("migrate", short_help="Bring the database to this version.")
@home_option
@click.option("--check", is_flag=True, help="Change nothing; fail when there is something to do.")
@plainly
def migrate(home: Path | None, check: bool) -> None:
    """Bring the database to the version of this Hearout: all of it, or nothing. Make a backup first.

    SQLite is also brought there by whichever command opens it first; PostgreSQL by this one and by `hearout up`.

    \b
    Example:
      hearout migrate
      hearout migrate --check
    """
    settings = load_settings(home)
    asyncio.run(_check(settings) if check else _migrate(settings))


async def _migrate(settings: Settings) -> None:
    if settings.database is None:
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = open_engine(settings.database_url)
    try:
        was_current = await schema.schema_is_current(engine)
        await schema.migrate(engine)
    finally:
        await engine.dispose()
    err.print("The database was at this version already." if was_current else "The database is at this version now.")


async def _check(settings: Settings) -> None:
    if settings.database is None and not (settings.home / "hearout.db").exists():
        raise Misconfigured("there is no database yet", id="HO-DB-NONE", hint="run `hearout migrate`, or `hearout up`")
    engine = open_engine(settings.database_url)
    try:
        current = await schema.schema_is_current(engine)
    finally:
        await engine.dispose()
    if not current:
        raise Misconfigured(
            "the database is not at the version of this Hearout", id="HO-DB-OLD", hint="run `hearout migrate`"
        )
    err.print("The database is at this version.")
