"""Files: what counts as a row, where reading goes on, and what a person is told."""

import asyncio
import csv
import gc
import gzip
import io
import os
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.errors import Misconfigured
from streams.ingest.brands import Brands
from streams.ingest.ports import Heard
from streams.ingest.sources.file.adapter import FileSource
from streams.ingest.sources.file.wire import MAX_LINE, CsvRows, Header, Lines, Row
from streams.records import DeadLetter, Deletion, Post

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass(frozen=True)
class All:
    records: list[Post | Deletion]
    refused: list[DeadLetter]
    cursor: str | None

    @property
    def ids(self) -> list[str]:
        return [record.id for record in self.records]

    @property
    def reasons(self) -> list[tuple[str, str]]:
        return [(letter.origin, letter.reason) for letter in self.refused]


def source(path: Path | str, **more: object) -> FileSource:
    return FileSource(str(path), clock=lambda: NOON, brands=Brands(()), identify=lambda text: "en", **more)  # type: ignore[arg-type]


async def hear(path: Path | str, cursor: str | None = None, **more: object) -> All:
    heards: list[Heard] = [heard async for heard in source(path, **more).listen(cursor)]
    return All(
        records=[record for heard in heards for record in heard.records],
        refused=[letter for heard in heards for letter in heard.refused],
        cursor=next((heard.cursor for heard in reversed(heards) if heard.cursor is not None), cursor),
    )


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


async def test_bad_lines_say_where_and_why(tmp_path: Path) -> None:
    """Each with its line number and bytes; the good ones between them are heard."""
    lines = [
        b'{"id": 1, "text": "ok"}',
        b"",
        b"{oops",
        b'{"id": 2, "text": "\xff"}',
        b'{"id": 3, "rating": NaN}',
        b"[1]",
        b"[" * 50_000,
        b'{"id": ' + b"9" * 5000 + b', "text": "x"}',
        b'{"id": "long", "text": "' + b"x" * MAX_LINE + b'"}',
        b'{"id": 4, "text": "half \\ud83d"}',
        b'{"id": 5, "te',
    ]
    heard = await hear(written(tmp_path, "r.jsonl", b"\n".join(lines)))

    assert heard.ids == ["file:1", "file:4"]
    assert heard.reasons == [
        ("r.jsonl line 3", "is no JSON: Expecting property name enclosed in double quotes at character 2"),
        ("r.jsonl line 4", "is not UTF-8: byte 0xff at position 20"),
        ("r.jsonl line 5", "is no JSON: NaN is no JSON number"),
        ("r.jsonl line 6", "is JSON, but no object"),
        ("r.jsonl line 7", "is nested too deeply"),
        ("r.jsonl line 8", "has a number of more digits than can be read"),
        ("r.jsonl line 9", f"the line has {MAX_LINE + 26} bytes, at most {MAX_LINE} are taken"),
        ("r.jsonl line 11", "is no JSON: Unterminated string starting at at character 11 (the last line, cut off?)"),
    ]
    assert [letter.payload for letter in heard.refused][:2] == [lines[2], lines[3]]
    assert heard.refused[1].stage == "source:file"


async def test_the_same_id_again_is_an_edit(tmp_path: Path) -> None:
    """The line number says which is the newer."""
    heard = await hear(
        written(tmp_path, "r.jsonl", '{"id":1,"text":"a"}\n\n{"id":1,"text":"b"}\n{"id":1,"deleted":true}')
    )
    assert [(r.text, r.version) for r in heard.records if isinstance(r, Post)] == [("a", 1), ("b", 3)]
    assert isinstance(heard.records[-1], Deletion)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
async def test_csv_of_any_usual_form_is_read(tmp_path: Path, delimiter: str) -> None:
    """With a byte order mark, quotes, line ends between quotes, inches that are no quotes, and empty cells."""
    rows = [
        ["id", "text", "aspects.punctuality", "rating"],
        ["1", '"two\r\nlines and ""quotes"""', "1", "5"],
        ["2", 'a 5" pipe', "", ""],
        ["3", f'"a{delimiter}b"', "", "2"],
    ]
    raw = "\ufeff" + "\r\n".join(delimiter.join(row) for row in rows) + "\r\n"
    heard = await hear(written(tmp_path, "r.csv", raw))

    assert heard.refused == []
    posts = [record for record in heard.records if isinstance(record, Post)]
    assert [post.text for post in posts] == [
        'two\nlines and "quotes"',
        'a 5" pipe',
        f"a{delimiter}b".replace("\t", " "),
    ]
    assert [post.version for post in posts] == [2, 4, 5]
    assert (posts[0].aspects, posts[0].rating, posts[1].rating) == ({"punctuality": 1.0}, 5.0, None)


async def test_a_quote_that_is_never_closed_costs_one_line(tmp_path: Path) -> None:
    heard = await hear(written(tmp_path, "r.csv", 'id,text\n1,ok\n2,"open\n3,still read\n4,"me, ""too"""\n5,last'))
    assert heard.ids == ["file:1", "file:3", "file:4", "file:5"]
    assert heard.reasons == [("r.csv line 3", "a quote is opened and never closed")]


async def test_columns_may_have_other_names(tmp_path: Path) -> None:
    """In CSV by column, in JSON also by path."""
    table = written(tmp_path, "r.csv", "key,body\n1,hello\n")
    assert (await hear(table, columns={"id": "key", "text": "body"})).ids == ["file:1"]
    jsonl = written(tmp_path, "r.jsonl", '{"key":"tw:1","body":{"de":"hallo"},"user":{"name":"ana"}}\n')
    heard = await hear(jsonl, columns={"id": "key", "text": "body.de", "author": "user.name"})
    assert [(r.id, r.author) for r in heard.records] == [("tw:1", "ana")]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("r.csv", "key,body\n1,x\n", "r.csv has no column 'id'; it has 'key', 'body'"),
        ("r.csv", "id,body\n1,x\n", "r.csv has no column 'text' (or 'rating'); it has 'id', 'body'"),
        ("r.jsonl", '{"key":1,"body":"x"}\n' * 3, "none of the first 3 lines is a post; r.jsonl line 1: id is missing"),
        ("r.jsonl", "{oops\n" * 500, "none of the first 100 lines is a post; r.jsonl line 1: is no JSON"),
        ("r.csv", b"\xff\xfei\x00d\x00", "r.csv is written in UTF-16"),
        ("r.txt", b"\x80\x81binary", "the first line of r.txt is neither a JSON object nor a CSV header"),
    ],
)
async def test_a_file_of_something_else_is_told(tmp_path: Path, name: str, content: str | bytes, said: str) -> None:
    """With the first fault, and how to name the columns; nothing of it is taken."""
    with pytest.raises(Misconfigured, match="hint") as told:
        await hear(written(tmp_path, name, content))
    assert said in str(told.value)


async def test_what_cannot_be_opened_or_unpacked_is_told(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="cannot be read: No such file"):
        await hear(tmp_path / "missing.jsonl")
    whole = gzip.compress(
        b"".join(b'{"id":%d,"text":"%s"}\n' % (n, os.urandom(30).hex().encode()) for n in range(5000))
    )
    with pytest.raises(Misconfigured, match="cannot be unpacked"):
        await hear(written(tmp_path, "cut.jsonl.gz", whole[: len(whole) // 2]))
    with pytest.raises(Misconfigured, match="no field 'body'"):
        source("x", columns={"body": "text"})


async def test_few_bad_lines_alone_are_dead_letters(tmp_path: Path) -> None:
    """A short file of broken lines is no other format."""
    heard = await hear(written(tmp_path, "r.jsonl", "{oops\n{oops\n"))
    assert len(heard.refused) == 2


async def test_empty_files_are_finished_at_once(tmp_path: Path) -> None:
    for content in ("", "\n\n", "id,text\n"):
        assert await hear(written(tmp_path, "empty.csv", content)) == All([], [], None)


async def test_a_file_that_grew_is_read_on(tmp_path: Path) -> None:
    """Also when it had ended in the middle of a line; line numbers go on."""
    path = written(tmp_path, "r.jsonl", '{"id":1,"text":"a"}\n{"id":2,"te')
    first = await hear(path)
    path.write_text('{"id":1,"text":"a"}\n{"id":2,"text":"b"}\n{"id":3,"text":"c"}')
    second = await hear(path, first.cursor)
    third = await hear(path, second.cursor)
    path.write_text('{"id":1,"text":"a"}\n{"id":2,"text":"b"}\n{"id":3,"text":"c"}\n{"id":4,"text":"d"}\n')
    fourth = await hear(path, third.cursor)

    assert first.ids == ["file:1"]
    assert len(first.refused) == 1
    assert [(r.id, r.version) for r in second.records if isinstance(r, Post)] == [("file:2", 2), ("file:3", 3)]
    assert third.ids == []
    assert [(r.id, r.version) for r in fourth.records if isinstance(r, Post)] == [("file:4", 4)]


async def test_a_csv_that_grew_keeps_its_header(tmp_path: Path) -> None:
    path = written(tmp_path, "r.csv", "id;text\n1;a\n")
    first = await hear(path)
    path.write_text("id;text\n1;a\n2;b\n")
    assert (await hear(path, first.cursor)).ids == ["file:2"]


async def test_a_file_that_was_replaced_is_read_anew(tmp_path: Path) -> None:
    """By another beginning, or by being shorter."""
    path = written(tmp_path, "r.jsonl", '{"id":1,"text":"a"}\n{"id":2,"text":"b"}\n')
    cursor = (await hear(path)).cursor
    path.write_text('{"id":3,"text":"a"}\n{"id":4,"text":"b"}\n')
    assert (await hear(path, cursor)).ids == ["file:3", "file:4"]
    path.write_text('{"id":1,"text":"a"}\n')
    assert (await hear(path, cursor)).ids == ["file:1"]


async def test_standard_input_is_read_to_its_end() -> None:
    """It has no places to go back to."""
    heard = await hear("-", stdin=io.BytesIO(b'{"id":1,"text":"a"}\n{"id":2,"text":"b"}'))
    assert (heard.ids, heard.cursor) == (["file:1", "file:2"], None)


async def test_a_pipe_is_heard_while_it_is_open() -> None:
    """Nobody waits for a full block; what comes is handed on."""
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb", buffering=0) as pipe:
        listening = source("-", stdin=pipe).listen(None)
        os.write(writing, b'{"id":1,"text":"a"}\n')
        async with asyncio.timeout(5):
            first = await anext(listening)
        os.close(writing)
        assert [heard async for heard in listening] == []
    assert [record.id for record in first.records] == ["file:1"]


async def test_a_named_pipe_nobody_writes_to_yet_holds_nobody_up(tmp_path: Path) -> None:
    """The event loop goes on meanwhile, what comes later is heard, and the pipe is closed at its end."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    going_on = threading.Event()

    def write() -> bool:
        seen = going_on.wait(5)
        path.write_bytes(b'{"id":1,"text":"a"}\n')
        return seen

    async with asyncio.timeout(10):
        writing = asyncio.get_running_loop().run_in_executor(None, write)
        listening = asyncio.ensure_future(hear(path))
        await asyncio.sleep(0)
        going_on.set()
        assert await writing, "the event loop stood still"
        assert (await listening).ids == ["file:1"]
    gc.collect()


async def test_a_named_pipe_nobody_ever_writes_to_can_be_left(tmp_path: Path) -> None:
    """Nobody has to write first, and no thread is left behind once somebody does."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    opened = threading.Event()

    def open_other_end() -> None:
        opened.set()
        os.close(os.open(path, os.O_RDWR))

    rescue = threading.Timer(5, open_other_end)
    rescue.start()
    listening = asyncio.ensure_future(hear(path))
    await asyncio.sleep(0)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    assert not opened.is_set(), "the event loop stood still"
    assert listening.cancelled()
    rescue.cancel()
    open_other_end()


async def test_two_files_of_one_name_have_dead_letters_of_their_own(tmp_path: Path) -> None:
    """The same bad line in the same place of each; people see the short name."""
    letters = []
    for folder in ("a", "b", "b"):
        (tmp_path / folder).mkdir(exist_ok=True)
        path = written(tmp_path / folder, "r.jsonl", "{oops\n")
        letters += (await hear(path, name=f"file:{path}")).refused
    assert [letter.origin for letter in letters] == ["r.jsonl line 1"] * 3
    assert letters[0].id != letters[1].id == letters[2].id


async def test_progress_is_told_in_bytes(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    path = written(tmp_path, "r.jsonl", '{"id":1,"text":"a"}\n' * 10_000)
    await hear(path, progress=lambda done, total: told.append((done, total)))
    size = path.stat().st_size
    assert told[-1] == (size, size)
    assert told == sorted(told)
    assert len(told) > 2


TEXT = st.text(alphabet="ab,;\"'\n\r\té ", max_size=12)


@given(st.lists(st.tuples(TEXT, TEXT), max_size=6), st.integers(1, 7), st.sampled_from(",;"))
def test_whatever_csv_writes_is_read_back(rows: list[tuple[str, str]], block: int, delimiter: str) -> None:
    """However the bytes are cut into blocks. Carriage returns stay inside quotes only."""
    wrote = io.StringIO(newline="")
    writer = csv.writer(wrote, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows(rows)
    raw = wrote.getvalue().encode()
    lines, read = Lines(), CsvRows(Header(delimiter=delimiter, names=("one", "two")))
    found = [
        row for at in range(0, len(raw), block) for line in lines.feed(raw[at : at + block]) for row in read.feed(line)
    ]
    found += read.finish()
    assert [row.fault for row in found] == [""] * len(rows)
    expected = [tuple(cell.replace("\r\n", "\n") for cell in row) for row in rows]
    assert [tuple((row.fields or {}).values()) for row in found] == expected


@given(st.binary(max_size=400), st.integers(1, 50))
def test_any_bytes_are_rows_or_refusals(raw: bytes, block: int) -> None:
    """Every byte of every line that is not blank comes out again, in a row or in a refusal."""
    lines, read = Lines(), CsvRows(Header(delimiter=",", names=("id", "text")))
    found: list[Row] = []
    for at in range(0, len(raw), block):
        for line in lines.feed(raw[at : at + block]):
            found += read.feed(line)
    for line in lines.finish():
        found += read.feed(line)
    found += read.finish()
    assert all((row.fields is None) == bool(row.fault) for row in found)
    assert sum(row.raw.count(b"\n") + 1 for row in found) >= sum(
        1 for line in raw.removeprefix(b"\xef\xbb\xbf").split(b"\n") if line.strip()
    )
