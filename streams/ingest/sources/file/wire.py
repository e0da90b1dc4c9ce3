"""Bytes of a file walk in; rows walk out, each with its line, its bytes and where the next one begins.

JSONL: one object a line. CSV: a header, then records that may hold line ends between quotes. Nothing is thrown away
unseen: what is no row comes out with the reason.
"""

import csv
import io
import json
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NoReturn

#: Longer lines and records are refused: no post is so long, and a file without line ends must not fill the memory.
MAX_LINE = 1_000_000

_BOM = b"\xef\xbb\xbf"
_DELIMITERS = (b",", b";", b"\t", b"|")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    #: Number of its first line, from 1.
    line: int
    #: Where it ended: offset into the unpacked bytes, and number of lines up to there.
    end: int
    lines: int
    #: As it stood in the file, without the line end; over-long ones cut to `MAX_LINE`.
    raw: bytes
    #: None where `fault` says why there is none.
    fields: Mapping[str, object] | None
    fault: str = ""
    #: The last of the file, and without a line end: perhaps still being written.
    open: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    end: int
    raw: bytes
    #: Bytes it had, also those that were cut.
    length: int
    open: bool = False


class Lines:
    """Blocks in, whole lines out; holds at most one line of `MAX_LINE` between blocks."""

    def __init__(self, *, offset: int = 0, number: int = 0) -> None:
        self._offset = offset
        self._number = number
        self._rest = b""
        self._skipped = 0

    def feed(self, block: bytes) -> Iterator[Line]:
        first, *others = block.split(b"\n")
        self._keep(first)
        for other in others:
            yield self._line(ended=1)
            self._keep(other)

    def finish(self) -> Iterator[Line]:
        if self._rest:
            yield self._line(ended=0)

    def _keep(self, part: bytes) -> None:
        room = MAX_LINE + 1 - len(self._rest)
        if len(part) > room:
            self._skipped += len(part) - room
            part = part[:room]
        self._rest = self._rest + part if self._rest else part

    def _line(self, *, ended: int) -> Line:
        length = len(self._rest) + self._skipped
        self._offset += length + ended
        # A line that is not ended has no number yet: when the file grows, its end is still to come.
        self._number += ended
        raw, self._rest, self._skipped = self._rest, b"", 0
        number = self._number + (1 - ended)
        if number == 1:
            raw = raw.removeprefix(_BOM)
        return Line(number, self._offset, raw.removesuffix(b"\r"), length, not ended)


class JsonRows:
    """Lines in, JSON objects out. Blank lines are passed over."""

    def feed(self, line: Line) -> Iterator[Row]:
        if not line.raw.strip():
            return
        fields, fault = _json_object(line)
        yield _row(line, line, line.raw, fields, fault)

    def finish(self) -> Iterator[Row]:
        return iter(())


class CsvRows:
    """Lines in, records by the names of the header out.

    A quote opens only at the start of a field, so inches and quotations inside are no quotes. When a quote is not
    closed where a field can end, its first line is refused and reading goes on with the second.
    """

    def __init__(self, header: "Header") -> None:
        self._header = header
        self._held: deque[Line] = deque()
        self._size = 0
        self._quoted = False

    def feed(self, line: Line) -> Iterator[Row]:
        waiting = deque((line,))
        while waiting:
            yield from self._take(waiting.popleft(), waiting)

    def finish(self) -> Iterator[Row]:
        while self._held:
            refused, waiting = self._give_up()
            yield refused
            while waiting:
                yield from self._take(waiting.popleft(), waiting)

    def _take(self, line: Line, waiting: deque[Line]) -> Iterator[Row]:
        if not self._held and not line.raw.strip():
            return
        self._held.append(line)
        self._size += line.length
        self._quoted, sound = _in_quotes(line.raw, self._header.delimiter, self._quoted)
        if line.length > MAX_LINE and len(self._held) == 1:
            self._reset()
            yield _refused_line(line, f"the line has {line.length} bytes, at most {MAX_LINE} are taken")
        elif (self._quoted and self._size > MAX_LINE) or (len(self._held) > 1 and not sound):
            refused, others = self._give_up()
            waiting.extendleft(reversed(others))
            yield refused
        elif not self._quoted:
            held = tuple(self._held)
            self._reset()
            yield self._record(held)

    def _give_up(self) -> tuple[Row, deque[Line]]:
        """Return the first held line, refused, and the others, to be looked at again."""
        first, *others = self._held
        self._reset()
        return _refused_line(first, "a quote is opened and never closed"), deque(others)

    def _reset(self) -> None:
        self._held = deque()
        self._size = 0
        self._quoted = False

    def _record(self, held: tuple[Line, ...]) -> Row:
        raw = b"\n".join(line.raw for line in held)
        last = held[-1]
        fields, fault = self._header.record(raw)
        return _row(held[0], last, raw, fields, fault)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    delimiter: str
    names: tuple[str, ...]

    @classmethod
    def read(cls, raw: bytes) -> "Header":
        """Return what the first line of a CSV says. Raises `ValueError` when it is no header."""
        delimiter = max(_DELIMITERS, key=lambda mark: _outside_quotes(raw).count(mark)).decode()
        names = _cells(raw.decode("utf-8"), delimiter)
        return cls(delimiter=delimiter, names=tuple(name.strip() for name in names))

    def lacks(self, columns: Mapping[str, str]) -> str:
        """Return the column that has to be there and is not, quoted; `columns` are their names for our fields."""
        for theirs in columns.values():
            if theirs not in self.names:
                return repr(theirs)
        if "id" not in columns and "id" not in self.names:
            return "'id'"
        said = {columns.get(field, field) for field in ("text", "rating")} & set(self.names)
        return "" if said or any(name.startswith("aspects.") for name in self.names) else "'text' (or 'rating')"

    def shown(self) -> str:
        """Return the names for a message."""
        return ", ".join(repr(name[:40]) for name in self.names[:12])

    def record(self, raw: bytes) -> tuple[Mapping[str, object] | None, str]:
        try:
            cells = _cells(raw.decode("utf-8"), self.delimiter)
        except UnicodeDecodeError as fault:
            return None, _not_utf8(fault)
        except csv.Error as fault:
            return None, f"is no CSV record: {fault}"
        if len(cells) > len(self.names) and any(cells[len(self.names) :]):
            return None, f"has {len(cells)} fields, the header has {len(self.names)}"
        return dict(zip(self.names, cells, strict=False)), ""


def _cells(text: str, delimiter: str) -> list[str]:
    if '"' not in text:
        return text.split(delimiter)
    return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])


def _in_quotes(raw: bytes, delimiter: str, quoted: bool) -> tuple[bool, bool]:
    """Return whether a field is still open between quotes at the end of the line, and whether quotes close fields.

    When something stands between a closing quote and the next delimiter, a quote from a line before was never meant
    to reach here.
    """
    if b'"' not in raw:
        return quoted, True
    mark, at, sound = delimiter.encode(), 0, True
    if not quoted and raw.startswith(b'"'):
        quoted, at = True, 1
    while True:
        if quoted:
            close = raw.find(b'"', at)
            if close < 0:
                return True, sound
            if raw.startswith(b'"', close + 1):
                at = close + 2
                continue
            at = close + 1
            sound = sound and (at == len(raw) or raw.startswith(mark, at))
        following = raw.find(mark, at)
        if following < 0:
            return False, sound
        at = following + 1
        quoted = raw.startswith(b'"', at)
        at += quoted


def _outside_quotes(raw: bytes) -> bytes:
    return b"".join(raw.split(b'"')[::2])


def _refused_line(line: Line, why: str) -> Row:
    return _row(line, line, line.raw, None, why)


def _row(first: Line, last: Line, raw: bytes, fields: Mapping[str, object] | None, fault: str) -> Row:
    return Row(
        line=first.number,
        end=last.end,
        lines=last.number - 1 if last.open else last.number,
        raw=raw[:MAX_LINE],
        fields=fields,
        fault=fault,
        open=last.open,
    )


def _json_object(line: Line) -> tuple[Mapping[str, object] | None, str]:
    if line.length > MAX_LINE:
        return None, f"the line has {line.length} bytes, at most {MAX_LINE} are taken"
    try:
        value = _DECODER.decode(line.raw.decode("utf-8"))
    except UnicodeDecodeError as fault:
        return None, _not_utf8(fault)
    except json.JSONDecodeError as fault:
        cut = " (the last line, cut off?)" if line.open else ""
        return None, f"is no JSON: {fault.msg} at character {fault.pos + 1}{cut}"
    except ValueError as fault:
        too_long = "int_max_str_digits" in str(fault)
        return None, "has a number of more digits than can be read" if too_long else f"is no JSON: {fault}"
    except RecursionError:
        return None, "is nested too deeply"
    if not isinstance(value, dict):
        return None, "is JSON, but no object"
    return value, ""


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


#: `json` and not `msgspec`: exports hold halves of emoji, which msgspec refuses and `clean_text` mends.
_DECODER = json.JSONDecoder(parse_constant=_no_constant)


def _not_utf8(fault: UnicodeDecodeError) -> str:
    return f"is not UTF-8: byte 0x{fault.object[fault.start]:02x} at position {fault.start + 1}"
