"""What people said of posts, out of the book: Ana looks through the audit, and solves cases."""

import json
from dataclasses import replace
from typing import Any

from streams.cases.events import ContactLogged, Marked
from streams.records import Effect, Verdict
from streams.routing.ports import BookTransaction
from streams.storage.case_book import SqlCaseBook
from streams.storage.engine import open_engine
from streams.storage.export_formats import jsonl
from streams.storage.exports import exported
from streams.storage.inbox import Inbox
from streams.storage.schema import migrate
from tests.support.book_samples import NOON, RESOLVED, hours, new_case, post, triaged

LET_GO: dict[str, Any] = {"verdict": Verdict.ABUSE, "effect": Effect.LET_GO, "audit": True}


async def corrections(write: Any, looked: dict[str, str]) -> list[dict[str, Any]]:
    """`looked` is what Ana saw in posts of the audit an hour after noon, by post."""
    engine = open_engine("sqlite+aiosqlite://")
    await migrate(engine)
    async with SqlCaseBook(engine).transaction() as tx:
        await write(tx)
    for name, seen in looked.items():
        assert await Inbox(engine).mark_audited(f"file:{name}", "ana", NOON + hours(1), seen)
    found = [json.loads(line) async for line in jsonl(exported(engine, "corrections"))]
    await engine.dispose()
    return found


async def test_the_audit_says_whether_there_is_a_problem_and_no_more() -> None:
    """What the model thought of hostility is not said again as if a person had said it."""

    async def write(tx: BookTransaction) -> None:
        await tx.write(posts=[triaged(name, **LET_GO) for name in ("1", "2", "3")])

    first, second = await corrections(write, {"1": "fine", "2": "problem"})
    assert first == {
        "id": "file:1",
        "lang": "en",
        "text": post("1").text,
        "s": None,
        "p": 0,
        "h": None,
        "c": None,
        "by": "audit",
    }
    assert (second["id"], second["p"]) == ("file:2", 1)


async def test_nothing_walks_out_of_posts_that_are_gone_or_were_edited() -> None:
    """Taken back, without words, or of another text than Ana saw."""

    async def write(tx: BookTransaction) -> None:
        texts = {"1": post("1", text=""), "2": post("2", heard_at=NOON + hours(2)), "3": post("3")}
        kept = {name: triaged(of=said, **LET_GO) for name, said in texts.items()}
        kept["3"] = replace(kept["3"], deleted_at=NOON)
        await tx.write(posts=list(kept.values()))

    assert await corrections(write, {"1": "fine", "2": "problem", "3": "problem"}) == []


async def test_a_case_that_was_solved_was_a_problem() -> None:
    """The post that opened it says so; not while it is open, by stars alone, or marked as malicious."""
    contact = ContactLogged(channel="call", reached=True, text="", turned_constructive=True)

    async def write(tx: BookTransaction) -> None:
        for name, events, rating in (
            ("solved", (contact, RESOLVED), None),
            ("open", (contact,), None),
            ("stars", (RESOLVED,), 1.0),
            ("malicious", (Marked(mark="malicious", text="blackmail"), RESOLVED), None),
        ):
            kept, opening = new_case(name, *events, of=post(name, rating=rating))
            await tx.write(posts=[replace(kept, verdict=Verdict.HOSTILE_PROBLEM)], changes=[opening])

    (line,) = await corrections(write, {})
    assert (line["id"], line["p"], line["h"], line["by"]) == ("file:solved", 1, 1, "case")


async def test_a_calm_customer_was_not_hostile_for_being_helped() -> None:
    """Only of a hostile problem does a customer turn constructive."""
    contact = ContactLogged(channel="call", reached=True, text="", turned_constructive=True)

    async def write(tx: BookTransaction) -> None:
        kept, opening = new_case("1", contact, RESOLVED, of=post("1", rating=None))
        await tx.write(posts=[kept], changes=[opening])

    (line,) = await corrections(write, {})
    assert (line["p"], line["h"]) == (1, None)
