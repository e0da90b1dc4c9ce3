"""A file's name walks in; what its lines say walks out, a few hundred at once, with the way to go on."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import BinaryIO

import msgspec

from streams.clock import Clock
from streams.errors import Misconfigured
from streams.ingest.brands import Brands
from streams.ingest.ports import Heard
from streams.ingest.rows import FIELDS
from streams.ingest.sources.file.client import STDIN, Head, Opened, open_file
from streams.ingest.sources.file.reading import Cursor, Reading
from streams.ingest.sources.file.wire import Lines

#: Told bytes done and bytes in all; 0 in all for a pipe.
Progress = Callable[[int, int], None]


class FileSource:
    """JSONL or CSV, told apart by the first line; gzip unpacked; `-` is standard input.

    `columns` says how the file calls our fields: `{"text": "body"}`; with dots it reaches into JSON objects
    (`{"author": "user.name"}`). A file that grew is read on, one that was replaced is read anew. Standard input has no
    places to go back to: what was read is read, and a restart takes what comes then.
    """

    def __init__(
        self,
        path: str,
        *,
        clock: Clock,
        brands: Brands,
        identify: Callable[[str], str],
        columns: Mapping[str, str] | None = None,
        progress: Progress | None = None,
        stdin: BinaryIO | None = None,
        name: str = "",
    ) -> None:
        self._path = path
        self._label = "stdin" if path == STDIN else Path(path).name
        self.name = name or f"file:{self._label}"
        self._clock = clock
        self._brands = brands
        self._identify = identify
        self._columns = dict(columns or {})
        self._progress = progress
        self._stdin = stdin
        if unknown := sorted(set(self._columns) - set(FIELDS)):
            raise Misconfigured(
                f"a post has no field {unknown[0]!r}",
                id="HO-FILE-COLUMNS",
                hint=f"write OURS=THEIRS, with one of ours: {', '.join(FIELDS)}",
            )

    async def listen(self, cursor: str | None) -> AsyncGenerator[Heard, None]:
        opened = open_file(self._path, self._stdin if self._stdin is not None else sys.stdin.buffer)
        try:
            start = _resumed(opened, cursor)
            reading = Reading(
                source=self.name,
                label=self._label,
                columns=self._columns,
                clock=self._clock,
                brands=self._brands,
                identify=self._identify,
                head=opened.head,
                start=start,
                header=await _first_line(opened) if start is not None else b"",
            )
            async with aclosing(opened.blocks(start.offset if start is not None else 0)) as blocks:
                async for block in blocks:
                    # Off the loop: a block takes up to a tenth of a second, and the desk may live on the same loop.
                    for heard in await asyncio.to_thread(reading.feed, block):
                        yield heard
                    self._tell(opened)
            for heard in reading.finish():
                yield heard
            self._tell(opened)
        finally:
            opened.close()

    def _tell(self, opened: Opened) -> None:
        if self._progress is not None:
            self._progress(opened.done, opened.total)


def _resumed(opened: Opened, cursor: str | None) -> Cursor | None:
    """Return where to go on, or None to start at the beginning."""
    if cursor is None:
        return None
    try:
        kept = msgspec.json.decode(cursor, type=Cursor)
    except msgspec.DecodeError:
        return None
    return kept if opened.holds(Head(size=kept.head_size, digest=kept.head), kept.offset) else None


async def _first_line(opened: Opened) -> bytes:
    """Return the first line that is not blank: of a CSV, the header."""
    lines = Lines()
    async with aclosing(opened.blocks(0)) as blocks:
        async for block in blocks:
            for line in lines.feed(block):
                if line.raw.strip():
                    return line.raw
    return next((line.raw for line in lines.finish()), b"")
