"""`hearout dead-letters`: what was refused, for people to see and to send back into the walk."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from streams.bootstrap.home import Home, open_home
from streams.bus.dead_letters import replay
from streams.bus.ports import Shelf
from streams.cli.options import FAILED, err, home_option, load_settings, out, plainly
from streams.errors import Refused
from streams.records import KeptLetter

T = TypeVar("T")

_PAGE = 500
#: So much of an id is enough to name a letter.
_SHORT_ID = 10


@click.group("dead-letters", short_help="See what was refused, and send it back.")
def dead_letters() -> None:
    """Records that could not be used are kept here as they were, each with the reason. ID may be the beginning of one.

    \b
    Examples:
      hearout dead-letters list
      hearout dead-letters show 3b9f0c
      hearout dead-letters replay 3b9f0c
      hearout dead-letters replay --all --stage triage
    """


@dead_letters.command("list")
@home_option
@click.option("--stage", help="Only what this stage or source refused: score, triage, source:file…")
@click.option("--replayed", is_flag=True, help="Also what was sent back since.")
@click.option("--limit", default=50, show_default=True, help="Newest so many.")
@plainly
def list_letters(home: Path | None, stage: str | None, replayed: bool, limit: int) -> None:
    """Print dead letters, newest first: id, when, stage, origin, reason. In a pipe: one a line, parted by tabs."""

    async def work(opened: Home) -> list[KeptLetter]:
        found: list[KeptLetter] = []
        async for kept in _letters(opened.shelf, stage, replayed=replayed):
            if len(found) == limit:
                break
            found.append(kept)
        return found

    found = _do(home, work)
    print_letters(found, out)
    if not found:
        err.print("No dead letters.")


@dead_letters.command("show")
@click.argument("id_", metavar="ID")
@home_option
@plainly
def show(id_: str, home: Path | None) -> None:
    """Print one dead letter whole, with its bytes; what could move a terminal is escaped."""
    click.echo(whole(_do(home, lambda opened: _letter(opened.shelf, id_))))


@dead_letters.command("replay")
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--all", "all_", is_flag=True, help="All that nobody has replayed, oldest first.")
@click.option("--stage", help="With --all: only what this stage or source refused.")
@home_option
@plainly
def replay_letters(ids: tuple[str, ...], all_: bool, stage: str | None, home: Path | None) -> None:
    """Send dead letters back to where they were read, once the cause is mended. What is still bad comes back here."""
    if bool(ids) == all_ or (stage and not all_):
        raise click.UsageError("name dead letters, or say --all (with --stage, if you like)")
    refused = _do(home, lambda opened: _replay(opened, ids, stage))
    sys.exit(FAILED if refused else 0)


async def _replay(home: Home, ids: tuple[str, ...], stage: str | None) -> int:
    """Of all letters when none is named; says each, and how many a source still refuses."""
    if not ids:
        ids = tuple([kept.letter.id async for kept in _letters(home.shelf, stage, replayed=False)][::-1])
    refused = 0
    for id_ in ids:
        kept = await _letter(home.shelf, id_)
        try:
            await replay(kept, bus=home.bus, shelf=home.shelf, reread=home.reread, clock=home.clock)
            click.echo(f"replayed {kept.letter.id}")
        except Refused as reason:
            refused += 1
            click.echo(f"still refused {kept.letter.id}: {safe(str(reason))}")
    return refused


async def _letters(shelf: Shelf, stage: str | None, *, replayed: bool) -> AsyncIterator[KeptLetter]:
    """Each once, newest first; new ones that come in meanwhile move the pages, and are left for the next time."""
    seen: set[str] = set()
    offset = 0
    while page := await shelf.letters(_PAGE, offset):
        offset += len(page)
        for kept in page:
            wanted = stage in (None, kept.letter.stage) and (replayed or kept.replayed_at is None)
            if wanted and kept.letter.id not in seen:
                yield kept
            seen.add(kept.letter.id)


async def _letter(shelf: Shelf, id_: str) -> KeptLetter:
    kept = await shelf.letter(id_)
    if kept is None:
        raise Refused(f"there is no dead letter {id_!r}, or more than one begins like that")
    return kept


def print_letters(letters: list[KeptLetter], console: Console) -> None:
    """A table for people, lines for a pipe."""
    rows = [
        (
            kept.letter.id,
            f"{kept.letter.at:%Y-%m-%d %H:%M:%S}Z",
            kept.letter.stage,
            kept.letter.origin or kept.letter.topic,
            kept.letter.reason,
        )
        for kept in letters
    ]
    if not console.is_terminal:
        for row in rows:
            click.echo("\t".join(map(safe, row)), file=console.file)
    elif rows:
        table = Table("id", "when", "stage", "origin", "reason")
        for id_, *rest in rows:
            table.add_row(*(Text(safe(cell)) for cell in (id_[:_SHORT_ID], *rest)))
        console.print(table)


def whole(kept: KeptLetter) -> str:
    letter = kept.letter
    facts = {
        "id": letter.id,
        "when": letter.at.isoformat(),
        "stage": letter.stage,
        "origin": letter.origin,
        "topic": letter.topic,
        "key": letter.key,
        "post": letter.post_id,
        "reason": letter.reason,
        "replayed": kept.replayed_at.isoformat() if kept.replayed_at else "",
    }
    lines = [f"{name:9} {safe(value)}" for name, value in facts.items() if value]
    return "\n".join([*lines, f"payload   {len(letter.payload)} bytes", "", payload_text(letter.payload)])


def payload_text(payload: bytes) -> str:
    """The bytes as text; what is no UTF-8 as `\\xff`, and each line by itself made safe."""
    return "\n".join(map(safe, payload.decode(errors="backslashreplace").split("\n")))


def safe(text: str) -> str:
    """The text with everything that is not plainly visible (control characters, marks of direction) as its code."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )


def _do(home: Path | None, work: Callable[[Home], Awaitable[T]]) -> T:
    async def doing() -> T:
        async with open_home(load_settings(home)) as opened:
            return await work(opened)

    return asyncio.run(doing())
