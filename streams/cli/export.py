"""`hearout export`: the case book as JSONL or CSV."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from streams.cli.options import err, home_option, load_settings, plainly
from streams.errors import Misconfigured
from streams.settings import Settings
from streams.storage.engine import open_engine
from streams.storage.export_formats import FORMATS
from streams.storage.exports import EXPORTS, exported
from streams.storage.schema import migrate, schema_is_current


@click.command("export", short_help="Print posts, cases, events, alerts, dead letters or corrections.")
@click.argument("kind", type=click.Choice(tuple(EXPORTS)))
@home_option
@click.option("--format", "format_", type=click.Choice(tuple(FORMATS)), default="jsonl", help="Default: jsonl.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write; it appears whole or not at all. Default: standard output.",
)
@plainly
def export(kind: str, home: Path | None, format_: str, output: Path | None) -> None:
    """Print what is in the case book, one record a line, in an order that does not depend on when things ran.

    `corrections` are the posts that people judged, by the audit or by solving their case, labelled for `hearout learn`.

    \b
    Example:
      hearout export posts > posts.jsonl
      hearout export cases --format csv --output cases.csv
      hearout export corrections > corrections.jsonl
    """
    settings = load_settings(home)
    with _opened(output) as file:
        asyncio.run(_export(settings, kind, format_, file))


@contextmanager
def _opened(output: Path | None) -> Iterator[BinaryIO]:
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    part = output.with_name(output.name + ".part")
    try:
        file = part.open("wb")
        try:
            with file:
                yield file
            part.replace(output)
        finally:
            part.unlink(missing_ok=True)
    except OSError as fault:
        raise Misconfigured(
            f"{output} cannot be written: {fault.strerror}", id="HO-EXPORT-OUT", hint="name another file with --output"
        ) from fault


async def _export(settings: Settings, kind: str, format_: str, output: BinaryIO) -> None:
    engine = open_engine(settings.database_url)
    try:
        file = Path(engine.url.database or "") if engine.dialect.name == "sqlite" else None
        if file is not None and not file.exists():
            raise Misconfigured(
                f"there is no case book at {file} yet", id="HO-DB-NONE", hint="run `hearout up`, or name --home"
            )
        if file is not None:
            await migrate(engine)
        elif not await schema_is_current(engine):
            raise Misconfigured(
                "the database is not at the version of this Hearout", id="HO-DB-OLD", hint="run `hearout migrate`"
            )
        none = True
        async for line in FORMATS[format_](exported(engine, kind)):
            output.write(line)
            none = False
        if none:
            err.print(f"there are no {kind.replace('-', ' ')} yet")
    finally:
        await engine.dispose()
