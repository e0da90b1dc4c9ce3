"""The case page, and everything a handler does with a case."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from streams.cases.events import Claimed, Promised
from streams.notify.ports import AlertState
from streams.records import Verdict
from streams.storage.alert_book import SqlAlertBook
from tests.desk.world import NASTY, World, token_of
from tests.support.book_samples import NOON, alert, hours, post

PROMISE = {
    "cause": "a strike",
    "solution": "we come tomorrow",
    "due": "2026-03-03T10:00",
    "responsible": "Ben, +1 555 01",
}
RESOLVE = {
    "cause_department": "planning",
    "cause": "no spare crew",
    "follow_up_due": "2026-03-06T10:00",
    "text": "done",
}


async def act(world: World, client: httpx2.AsyncClient, case: str, name: str, **fields: Any) -> httpx2.Response:
    return await client.post(f"/cases/{case}/{name}", data={"csrf": await token_of(client), **fields})


async def test_the_page_says_who_what_why_and_until_when(world: World) -> None:
    """The problem is shown, the insult folded away behind a click, the reasons listed."""
    case = await world.opens("1", text="You idiots broke my vase.", verdict=Verdict.HOSTILE_PROBLEM, approach="process")
    html = (await (await world.signed_in("ana")).get(f"/cases/{case}")).text
    assert "⋯ insult folded" in html
    assert "<mark>broke</mark>" in html
    assert html.count("idiots") == 1
    assert "You broke my vase." in html.split("Without the insult:")[1].split("</p>")[0]
    assert '<mark class="insult">idiots</mark>' in html.split("Show it as it was written")[1]
    assert '<span class="words" hx-ignore>the folded words</span>' in html
    for words in ("Process first", "problem 0.90 is over 0.50", "least loaded (0 of 8)", "First contact", "40 EUR"):
        assert words in html


async def test_times_are_on_the_visitors_clock(world: World) -> None:
    """Ana's is Madrid's, an hour ahead; a promise typed there is kept in UTC."""
    case = await world.opens("1")
    client = await world.signed_in("ana")
    assert "Mon 2 Mar, 17:00" in (await client.get(f"/cases/{case}")).text
    await act(world, client, case, "promise", **PROMISE)
    page = await world.inbox.case(case)
    assert page is not None
    assert page.case.promise is not None
    assert page.case.promise.due.isoformat() == "2026-03-03T09:00:00+00:00"


async def test_a_case_walks_from_claim_to_close(world: World) -> None:
    """Each act is a form, a redirect, and a sentence in the timeline with who and when."""
    case = await world.opens("1", verdict=Verdict.HOSTILE_PROBLEM)
    ana = await world.signed_in("ana", follow_redirects=True)
    steps: list[tuple[str, dict[str, str], str]] = [
        ("claim", {}, "Ana took it on"),
        ("note", {"text": "She is at home after five."}, "Ana noted"),
        ("contact", {"channel": "call", "reached": "yes", "turned_constructive": "yes"}, "who turned constructive"),
        ("promise", PROMISE, "Ana promised a solution by"),
        ("escalate", {"to": "sue", "why": "the ask is over my authority"}, "Ana brought in Sue"),
        ("mark", {"mark": "misexplained", "text": "our page was wrong"}, "badly explained by us"),
        ("resolve", RESOLVE, "Ana resolved it"),
        ("reopen", {"why": "it broke again"}, "Ana opened it again"),
        ("resolve", RESOLVE, "Ana resolved it"),
        ("close", {"outcome": "satisfied", "text": "happy"}, "Ana closed it: satisfied"),
    ]
    for name, fields, sentence in steps:
        answer = await act(world, ana, case, name, **fields)
        assert answer.status_code == 200, (name, re.findall(r'role="alert">.*?<p>(.*?)</p>', answer.text))
        assert sentence in answer.text, name
        world.now += timedelta(minutes=1)
    page = await world.inbox.case(case)
    assert page is not None
    assert (page.case.status, page.case.outcome, page.case.mark) == ("closed", "satisfied", "misexplained")


async def test_the_first_personal_contact_is_counted_once_with_the_time_since_the_post(world: World) -> None:
    """The headline metric: a second call and a call nobody answered count nothing."""
    case = await world.opens("1")
    ana = await world.signed_in("ana", follow_redirects=True)
    await act(world, ana, case, "contact", channel="call", reached="no")
    for _ in range(2):
        await act(world, ana, case, "contact", channel="call", reached="yes", text=str(world.now))
        world.now += timedelta(minutes=1)
    page = await world.inbox.case(case)
    assert page is not None
    assert page.case.first_contact_at is not None
    told = world.metrics.registry.get_sample_value
    assert told("hearout_first_contact_seconds_count") == 1
    waited = (page.case.first_contact_at - page.case.first_post_at).total_seconds()
    assert told("hearout_first_contact_seconds_sum") == waited > 0


async def test_a_refusal_keeps_what_was_typed(world: World) -> None:
    """The sentence stands at the form, which is open, with the values in it."""
    case = await world.opens("1")
    ana = await world.signed_in("ana")
    answer = await act(world, ana, case, "resolve", **(RESOLVE | {"cause": "no <spare> crew"}))
    assert answer.status_code == 422
    form = answer.text.split('id="act-resolve"')[1].split("</details>")[0]
    assert form.startswith(' name="acts" open')
    assert "promise the cause, the solution, its deadline and who is responsible" in form
    assert "no &lt;spare&gt; crew" in form
    assert 'value="2026-03-06T10:00"' in form
    assert await world.kinds(case) == ["opened", "assigned"]


@pytest.mark.parametrize("missing", ["cause", "solution", "due", "responsible"])
async def test_a_promise_needs_its_four_fields(world: World, missing: str) -> None:
    """Cause, solution, deadline, and who is responsible."""
    case = await world.opens("1")
    answer = await act(world, await world.signed_in("ana"), case, "promise", **(PROMISE | {missing: "  "}))
    assert answer.status_code == 422
    assert "Say " in answer.text
    assert "promised" not in await world.kinds(case)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("contact", {"channel": "pigeon", "reached": "yes"}),
        ("contact", {"channel": "call"}),
        ("promise", PROMISE | {"due": "tomorrow"}),
        ("promise", PROMISE | {"due": "2026-01-01T10:00"}),
        ("promise", PROMISE | {"due": "0001-01-01T00:00"}),
        ("escalate", {"to": "carol", "why": "help"}),
        ("close", {"outcome": "satisfied"}),
        ("reopen", {"why": "again"}),
        ("mark", {"mark": "silly", "text": "x"}),
        ("note", {"text": "x" * 5001}),
    ],
)
async def test_what_cannot_be_is_refused_with_words(world: World, name: str, fields: dict[str, str]) -> None:
    """Nothing is written."""
    case = await world.opens("1")
    answer = await act(world, await world.signed_in("ana"), case, name, **fields)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert await world.kinds(case) == ["opened", "assigned"]


async def test_a_second_click_is_harmless(world: World) -> None:
    """The same form sent twice notes once; a new form may say the same again."""
    case = await world.opens("1")
    ana = await world.signed_in("ana")
    for _ in range(2):
        assert (await act(world, ana, case, "note", seen="2", text="called")).status_code == 303
    assert (await world.kinds(case)).count("noted") == 1
    await act(world, ana, case, "note", seen="3", text="called")
    assert (await world.kinds(case)).count("noted") == 2


@pytest.mark.parametrize(
    ("name", "fields", "kind"),
    [
        ("claim", {}, "claimed"),
        ("contact", {"channel": "call", "reached": "no"}, "contact_logged"),
        ("promise", PROMISE, "promised"),
        ("escalate", {"to": "sue", "why": "help"}, "escalated"),
        ("mark", {"mark": "malicious", "text": "x"}, "marked"),
    ],
)
async def test_any_form_sent_twice_counts_once(world: World, name: str, fields: dict[str, str], kind: str) -> None:
    """Both clicks lead to the case as if there had been one."""
    case = await world.opens("1", owner="ben")
    ana = await world.signed_in("ana")
    answers = await asyncio.gather(*(act(world, ana, case, name, seen="2", **fields) for _ in range(3)))
    assert [answer.status_code for answer in answers] == [303] * 3
    assert (await world.kinds(case)).count(kind) == 1


async def test_ends_of_a_case_sent_twice_are_no_refusal(world: World) -> None:
    """What the first click did is what the second one wanted, though the case would not allow it again."""
    case = await world.opens("1")
    ana = await world.signed_in("ana")
    await act(world, ana, case, "promise", **PROMISE)
    for name, fields in (("resolve", RESOLVE), ("reopen", {"why": "It broke again"}), ("resolve", RESOLVE)):
        shown = str(len(await world.kinds(case)))
        for _ in range(2):
            assert (await act(world, ana, case, name, seen=shown, **fields)).status_code == 303
            world.now += timedelta(seconds=1)
    assert (await world.kinds(case))[2:] == ["promised", "resolved", "reopened", "resolved"]


@pytest.mark.parametrize("seen", ["9" * 5000, "-1", "x", "0", "²"])
async def test_rubbish_for_what_was_seen_does_not_hinder(world: World, seen: str) -> None:
    """The act is done, as if the form had not said what it was shown with."""
    case = await world.opens("1")
    answer = await act(world, await world.signed_in("ana"), case, "note", seen=seen, text="called")
    assert answer.status_code == 303
    assert "noted" in await world.kinds(case)


async def test_ben_may_say_the_same_as_ana(world: World) -> None:
    """What somebody else wrote is no second click."""
    case = await world.opens("1")
    for handler in ("ana", "ben"):
        await act(world, await world.signed_in(handler), case, "note", seen="2", text="called")
    assert (await world.kinds(case)).count("noted") == 2


async def test_text_of_strangers_and_colleagues_stays_text(world: World) -> None:
    """In posts, names, notes, reasons, alerts, and words that carried a score."""
    said = post("1", text=NASTY, author_name=NASTY, brand=NASTY, url="javascript:alert(1)", aspects={NASTY: 1.0})
    case = await world.opens("1", of=said, why=(NASTY,), rule=NASTY, verdict=Verdict.HOSTILE_PROBLEM)
    await world.happens(case, Promised(cause=NASTY, solution=NASTY, due=NOON + hours(9), responsible=NASTY))
    failed = alert("x", case_id=case, handler=NASTY, error=NASTY, state=AlertState.FAILED)
    await SqlAlertBook(world.engine).add([failed])
    ana = await world.signed_in("ana")
    await act(world, ana, case, "note", text=NASTY)
    html = (await ana.get(f"/cases/{case}")).text
    assert "<script>window" not in html
    assert "<img src=x" not in html
    assert "<b>idiots" not in html
    assert 'href="javascript' not in html


async def test_a_link_to_the_original_gives_nothing_away(world: World) -> None:
    """It opens apart, and tells the other site nothing of the case."""
    case = await world.opens("1", of=post("1", url="https://social.example/p/1"))
    html = (await (await world.signed_in("ana")).get(f"/cases/{case}")).text
    assert (
        '<a class="aside" href="https://social.example/p/1" rel="noopener noreferrer nofollow" target="_blank">' in html
    )


async def test_other_cases_of_the_author_and_alerts_are_shown(world: World) -> None:
    """So that nobody asks the customer what they told us before."""
    first = await world.opens("1", author="mia")
    second = await world.opens("2", author="mia")
    await SqlAlertBook(world.engine).add(
        [alert("a", case_id=second, handler="ana", state=AlertState.SENT, sent_at=NOON)]
    )
    html = (await (await world.signed_in("ana")).get(f"/cases/{second}")).text
    assert f'href="/cases/{first}"' in html
    told = html.split("Who was told")[1]
    assert "Ana" in told
    assert "sent" in told
    assert "example.org" not in html


async def test_the_next_step_is_open(world: World) -> None:
    """Claim first, then the contact's form."""
    case = await world.opens("1")
    ana = await world.signed_in("ana")
    assert "Claim: I am on it" in (await ana.get(f"/cases/{case}")).text
    await world.happens(case, Claimed(owner="ana"), actor="ana")
    html = (await ana.get(f"/cases/{case}")).text
    assert "Claim: I am on it" not in html
    assert '<details id="act-contact" name="acts" class="next" open>' in html


async def test_a_case_that_is_not_there_is_said_so(world: World) -> None:
    """Also for acts; and an act that is none."""
    ana = await world.signed_in("ana")
    assert (await ana.get("/cases/nothing")).status_code == 404
    assert (await act(world, ana, "nothing", "note", text="x")).status_code == 404
    case = await world.opens("1")
    assert (await act(world, ana, case, "dance")).status_code == 404
