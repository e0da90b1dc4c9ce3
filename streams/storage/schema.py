"""An engine walks in; its database leaves with the tables this version needs.

alembic takes long to import, so it is only imported when there is something to migrate.
"""

from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

from streams.errors import Misconfigured
from streams.storage.engine import reading, writing

#: Key of PostgreSQL's advisory lock that migrating processes wait for; any number nobody else uses.
_LOCK = 4_711_001
_MIGRATIONS = Path(__file__).parent / "migrations"


async def migrate(engine: AsyncEngine) -> None:
    """Brings the database to this version; from empty, from any older one, or does nothing. All of it or none.

    Raises `Misconfigured` when a newer Hearout has written the database, `Transient` when it is away.
    """
    if await schema_is_current(engine):
        return
    async with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        await connection.run_sync(_upgrade)


async def schema_is_current(engine: AsyncEngine) -> bool:
    async with reading(engine) as connection:
        return await connection.run_sync(_version) == newest()


def newest() -> str:
    """The revision this version needs: files in `versions` are called `v<revision>_<what>`, in order."""
    last = max(path.stem for path in (_MIGRATIONS / "versions").glob("v*.py"))
    return last.removeprefix("v").split("_")[0]


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    # `%` starts an interpolation in alembic's configuration; a path may hold one.
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as fault:
        raise Misconfigured(
            f"the database is at a version this Hearout does not know ({_version(connection)})",
            id="HO-DB-NEWER",
            hint="install the version of Hearout that wrote it, or a newer one",
        ) from fault
