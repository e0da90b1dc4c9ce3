"""Records walk in; lines of JSONL or CSV walk out, as bytes."""

import csv
import io
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import msgspec

from streams.storage.exports import Record, plain

#: A cell that begins like this is run as a formula by spreadsheets (OWASP, "CSV Injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

_encoder = msgspec.json.Encoder()


async def jsonl(records: AsyncIterator[Record]) -> AsyncIterator[bytes]:
    async for record in records:
        yield _encoder.encode(record) + b"\n"


async def csv_lines(records: AsyncIterator[Record]) -> AsyncIterator[bytes]:
    """A header and a line per record; nothing for no records. Nested fields are `outer.inner`, lists `one; two`.

    What an event says differs by kind, so its `data` stays one cell of JSON.
    """
    header = False
    async for record in records:
        cells = dict(_flat(plain(record)))
        if not header:
            header = True
            yield _line(list(cells))
        yield _line([_guarded(value) for value in cells.values()])


#: By the name people type.
FORMATS: Mapping[str, Callable[[AsyncIterator[Record]], AsyncIterator[bytes]]] = {"jsonl": jsonl, "csv": csv_lines}


def _flat(record: Mapping[str, Any]) -> list[tuple[str, Any]]:
    cells: list[tuple[str, Any]] = []
    for name, value in record.items():
        if name == "data":
            cells.append((name, _encoder.encode(value).decode()))
        elif isinstance(value, Mapping):
            cells.extend((f"{name}.{inner}", cell) for inner, cell in _flat(value))
        elif isinstance(value, list | tuple):
            cells.append((name, "; ".join(map(str, value))))
        else:
            cells.append((name, value))
    return cells


def _guarded(value: Any) -> Any:
    """Text that a spreadsheet would run gets an apostrophe before it, and is shown as text."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


def _line(cells: list[Any]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue().encode()
