"""Blocks of a file walk in; posts, deletions and dead letters walk out in chunks, each with the place to go on from.

Knows no event loop and no open file: it is what happens between two reads.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from streams.clock import Clock
from streams.errors import Misconfigured
from streams.ingest.brands import Brands
from streams.ingest.ports import Heard
from streams.ingest.refusal import dead_letter
from streams.ingest.rows import BadRow, complete, read_row
from streams.ingest.sources.file.client import Head
from streams.ingest.sources.file.wire import CsvRows, Header, JsonRows, Line, Lines, Row
from streams.records import DeadLetter, Deletion, Post

#: Records handed over at once.
CHUNK = 300
#: When so many lines in a row from the start are no posts, the file is not what we take it for.
FIRST_LINES = 100


class Cursor(msgspec.Struct, frozen=True, kw_only=True):
    """Where reading goes on, and the beginning of the file it belongs to."""

    head: str
    head_size: int
    offset: int
    line: int


class Reading:
    """One pass over a file, from its beginning or from a cursor.

    `source` is the whole name of the source, `label` the file's for people. `head` is None for a pipe, which gets no
    cursors. `header` is the first line of a file that is read on.
    """

    def __init__(
        self,
        *,
        source: str,
        label: str,
        columns: Mapping[str, str],
        clock: Clock,
        brands: Brands,
        identify: Callable[[str], str],
        head: Head | None,
        start: Cursor | None = None,
        header: bytes = b"",
    ) -> None:
        self._source = source
        self._label = label
        self._columns = columns
        self._clock = clock
        self._brands = brands
        self._identify = identify
        self._head = head
        self._lines = Lines(offset=start.offset, number=start.line) if start is not None else Lines()
        self._rows = self._rows_for(header) if header else None
        self._records: list[Post | Deletion] = []
        self._refused: list[DeadLetter] = []
        self._offset, self._line = (start.offset, start.line) if start is not None else (0, 0)
        self._moved = False
        #: Whether a line was a post: until then refusals are held back.
        self._proven = start is not None
        self._lacking = 0

    def feed(self, block: bytes) -> Sequence[Heard]:
        """Raises `Misconfigured` when the file is something else than posts."""
        chunks: list[Heard] = []
        for line in self._lines.feed(block):
            for row in self._split(line):
                self._judge(row)
                if self._proven and len(self._records) + len(self._refused) >= CHUNK:
                    chunks.append(self._take())
        if self._proven and self._moved:
            chunks.append(self._take())
        return chunks

    def finish(self) -> Sequence[Heard]:
        """Raises `Misconfigured` when every line lacked what a post needs: then the names differ, not the lines."""
        rows = [row for line in self._lines.finish() for row in self._split(line)]
        rows += self._rows.finish() if self._rows is not None else ()
        for row in rows:
            self._judge(row)
        if not self._proven and self._refused and self._lacking == len(self._refused):
            raise self._no_posts()
        return (self._take(),) if self._moved or self._refused else ()

    def _split(self, line: Line) -> Iterator[Row]:
        """Return the rows a line completes; the first line that is not blank says what the file is."""
        if self._rows is not None:
            return self._rows.feed(line)
        if line.raw.strip():
            self._rows = self._rows_for(line.raw)
            if isinstance(self._rows, JsonRows):
                return self._rows.feed(line)
        return iter(())

    def _rows_for(self, first: bytes) -> JsonRows | CsvRows:
        if first[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise Misconfigured(
                f"{self._label} is written in UTF-16", id="HO-FILE-ENCODING", hint="save it as UTF-8 and try again"
            )
        if first.lstrip()[:1] == b"{":
            return JsonRows()
        try:
            header = Header.read(first)
        except ValueError as fault:
            raise Misconfigured(
                f"the first line of {self._label} is neither a JSON object nor a CSV header: {fault}",
                id="HO-FILE-FORM",
                hint="give JSONL (one object a line) or CSV with a header, in UTF-8",
            ) from fault
        if lacking := header.lacks(self._columns):
            raise Misconfigured(
                f"{self._label} has no column {lacking}; it has {header.shown()}",
                id="HO-FILE-COLUMNS",
                hint="say which columns are meant: --map id=COLUMN --map text=COLUMN",
            )
        return CsvRows(header)

    def _judge(self, row: Row) -> None:
        """Put the row's post, or what is wrong with it, into the chunk."""
        now = self._clock()
        post_id, fault = "", row.fault
        if row.fields is not None:
            try:
                record = read_row(_renamed(row.fields, self._columns), source="file", heard_at=now, version=row.line)
            except BadRow as bad:
                post_id, fault = bad.post_id, str(bad)
                self._lacking += bad.lacks("id", "text")
            else:
                self._add(row, record)
                return
        self._refuse(row, fault, post_id)

    def _add(self, row: Row, record: Post | Deletion) -> None:
        self._proven = True
        if isinstance(record, Post):
            post = complete(record, brands=self._brands, identify=self._identify)
            self._records.extend(() if post is None else (post,))
        else:
            self._records.append(record)
        self._go_past(row)

    def _refuse(self, row: Row, fault: str, post_id: str) -> None:
        origin = f"{self._label} line {row.line}"
        self._refused.append(
            dead_letter(
                stage="source:file",
                source=self._source,
                origin=origin,
                payload=row.raw,
                reason=fault,
                at=self._clock(),
                post_id=post_id,
            )
        )
        if not self._proven and len(self._refused) >= FIRST_LINES:
            raise self._no_posts()
        # A last line that is perhaps still being written is looked at again when the file has grown.
        if not row.open:
            self._go_past(row)

    def _go_past(self, row: Row) -> None:
        self._offset, self._line, self._moved = row.end, row.lines, True

    def _take(self) -> Heard:
        heard = Heard(records=tuple(self._records), refused=tuple(self._refused), cursor=self._cursor())
        self._records, self._refused, self._moved = [], [], False
        return heard

    def _cursor(self) -> str | None:
        if self._head is None or not self._offset:
            return None
        cursor = Cursor(head=self._head.digest, head_size=self._head.size, offset=self._offset, line=self._line)
        return msgspec.json.encode(cursor).decode()

    def _no_posts(self) -> Misconfigured:
        first = self._refused[0]
        return Misconfigured(
            f"none of the first {len(self._refused)} lines is a post; {first.origin}: {first.reason}",
            id="HO-FILE-NO-POSTS",
            hint="if its fields have other names, say so: --map id=KEY --map text=BODY",
        )


def _renamed(fields: Mapping[str, object], columns: Mapping[str, str]) -> Mapping[str, object]:
    if not columns:
        return fields
    return {**fields, **{ours: _reach(fields, theirs) for ours, theirs in columns.items()}}


def _reach(fields: Mapping[str, object], name: str) -> object:
    """Return the value by its name, or by its path where no field has the whole name."""
    if name in fields:
        return fields[name]
    value: object = fields
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
