"""What exports look like, line by line."""

import csv
import io
import json
from dataclasses import replace
from typing import Any

from streams.records import Effect
from streams.routing.ports import BookTransaction
from streams.storage.case_book import SqlCaseBook
from streams.storage.engine import open_engine
from streams.storage.export_formats import csv_lines, jsonl
from streams.storage.exports import exported
from streams.storage.schema import migrate
from tests.support.book_samples import NOON, hours, new_case, post, triaged


async def book_with(write: Any) -> Any:
    engine = open_engine("sqlite+aiosqlite://")
    await migrate(engine)
    async with SqlCaseBook(engine).transaction() as tx:
        await write(tx)
    return engine


async def lines(kind: str, write: Any, form: Any = jsonl) -> list[bytes]:
    engine = await book_with(write)
    found = [line async for line in form(exported(engine, kind))]
    await engine.dispose()
    return found


async def one_case(tx: BookTransaction) -> None:
    kept, opening = new_case("1")
    await tx.write(posts=[kept], changes=[opening])


async def test_a_post_tells_what_was_said_and_what_became_of_it() -> None:
    """Scores, verdict, rule, effect, case and reason; none of our own times."""
    (line,) = await lines("posts", one_case)
    record = json.loads(line)
    assert record == {
        "id": "file:1",
        "source": "file",
        "author": "mia",
        "created_at": "2026-03-02T12:00:00.123456Z",
        "lang": "en",
        "text": post("1").text,
        "brand": "Glanz",
        "sentiment": {"negative": 0.7, "neutral": 0.2, "positive": 0.1},
        "hostility": 0.25,
        "problem": 0.9,
        "constructiveness": 0.6,
        "emotionality": 0.4,
        "model": "linear-1@3f2a9c",
        "verdict": "complaint",
        "undecided": False,
        "severity": 2,
        "rule": "complaints",
        "effect": "opened",
        "case_id": new_case("1")[1].case.id,
        "reason": ["nothing went wrong in it"],
        "deleted": False,
    }


async def test_posts_heard_and_kept_at_other_times_export_the_same() -> None:
    """As after a crash: `heard_at`, `deleted_at` and times of the case are ours, not the post's."""

    async def later(tx: BookTransaction) -> None:
        said = post("1", heard_at=NOON + hours(7))
        kept, opening = new_case("1", of=said, at=NOON + hours(8))
        await tx.write(posts=[kept], changes=[opening])

    assert await lines("posts", one_case) == await lines("posts", later)


async def test_a_post_refused_before_the_model_spoke_has_the_same_columns() -> None:
    """Nothing where there is nothing to say."""

    async def refused(tx: BookTransaction) -> None:
        await tx.write(posts=[triaged(scores=None, verdict=None, severity=0, effect=Effect.REFUSED)])

    record = json.loads((await lines("posts", refused))[0])
    assert record["sentiment"] == {"negative": None, "neutral": None, "positive": None}
    assert (record["model"], record["verdict"], record["case_id"], record["effect"]) == (None, None, None, "refused")


async def test_csv_flattens_what_is_nested_and_keeps_what_is_empty() -> None:
    """One header, dots for nesting, JSON for what an event says."""

    async def two(tx: BookTransaction) -> None:
        await one_case(tx)
        await tx.write(posts=[triaged("2", scores=None, why=("one", "two"))])

    rows = list(csv.DictReader(io.StringIO(b"".join(await lines("posts", two, csv_lines)).decode())))
    assert [row["id"] for row in rows] == ["file:1", "file:2"]
    assert (rows[0]["sentiment.negative"], rows[1]["sentiment.negative"]) == ("0.7", "")
    assert (rows[0]["deleted"], rows[1]["reason"]) == ("false", "one; two")
    events = list(csv.DictReader(io.StringIO(b"".join(await lines("events", one_case, csv_lines)).decode())))
    assert json.loads(events[1]["data"])["owner"] == "ana"


async def test_csv_cells_cannot_run_as_formulas() -> None:
    """A post is hostile input; numbers stay numbers."""
    for text in ("=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\t=1", "\r=1"):

        async def bad(tx: BookTransaction, text: str = text) -> None:
            await tx.write(posts=[triaged(of=post("1", text=text))])

        (row,) = csv.DictReader(io.StringIO(b"".join(await lines("posts", bad, csv_lines)).decode(), newline=""))
        assert row["text"] == "'" + text
        assert row["severity"] == "1"


async def test_no_records_are_no_lines() -> None:
    async def none(tx: BookTransaction) -> None: ...

    assert await lines("posts", none) == []
    assert await lines("posts", none, csv_lines) == []


async def test_a_deleted_post_is_marked() -> None:
    """Its text is gone already."""

    async def deleted(tx: BookTransaction) -> None:
        await tx.write(posts=[replace(triaged(of=post("1", text="")), deleted_at=NOON)])

    record = json.loads((await lines("posts", deleted))[0])
    assert (record["deleted"], record["text"]) == (True, "")


async def test_events_and_cases_tell_their_parts() -> None:
    """Posts of a case by id; an event by its place in the case."""
    case_id = new_case("1")[1].case.id
    (line,) = await lines("cases", one_case)
    record = json.loads(line)
    assert (record["id"], record["posts"], record["owner"], record["status"]) == (case_id, ["file:1"], "ana", "open")
    events = [json.loads(line) for line in await lines("events", one_case)]
    assert [(event["id"], event["kind"], event["actor"]) for event in events] == [
        (f"{case_id}/1", "opened", "hearout"),
        (f"{case_id}/2", "assigned", "hearout"),
    ]
    assert "seq" not in events[0], "the order among cases depends on when they were opened"
