"""The JSON API: tokens, the same reads and acts, errors as JSON, and its description."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from streams.cases.triaged import TriagedPost
from streams.desk.access import COOKIE
from streams.desk.api.document import document
from streams.records import Verdict
from tests.desk.made_up_calls import check_all
from tests.desk.world import World

V1 = "/api/v1"
READS = ["/cases", "/cases/{case}", "/posts/file:1", "/audit", "/numbers"]


@pytest.mark.parametrize("path", READS)
async def test_without_a_token_nothing_is_told(world: World, path: str) -> None:
    """Not with a session's cookie either, nor with a made-up token."""
    case = await world.opens("1")
    address = V1 + path.format(case=case)
    cookie = await world.accounts.create("ana", world.now, 12)
    for client in (
        world.anonymous(),
        world.anonymous(cookies={COOKIE: cookie}),
        world.anonymous(headers={"Authorization": "Bearer made-up"}),
        world.anonymous(headers={"Authorization": f"Bearer {cookie}"}),
    ):
        answer = await client.get(address)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["error"]["code"] == "unauthorized"


async def test_a_revoked_token_opens_nothing(world: World) -> None:
    """From the next call on."""
    ana = await world.program("ana")
    assert (await ana.get(f"{V1}/cases")).status_code == 200
    (token,) = await world.accounts.tokens("ana")
    await world.accounts.revoke("ana", token.id)
    assert (await ana.get(f"{V1}/cases")).status_code == 401


async def test_lists_cases_posts_and_numbers(world: World) -> None:
    """As they are in the book."""
    case, post_id = await world.opens("1"), await world.let_go("2", "you idiots")
    ana = await world.program("ana")
    listed = (await ana.get(f"{V1}/cases?view=open&lang=en&limit=5")).json()
    assert [row["case"]["id"] for row in listed["cases"]] == [case]
    assert (listed["total"], listed["next"]) == (1, None)
    whole = (await ana.get(f"{V1}/cases/{case}")).json()
    assert [event["kind"] for event in whole["events"]] == ["opened", "assigned"]
    assert whole["posts"][0]["post"]["text"] == "They came late and scratched the floor."
    assert (await ana.get(f"{V1}/posts/{post_id}")).json()["effect"] == "let_go"
    assert [kept["post"]["id"] for kept in (await ana.get(f"{V1}/audit?kind=abuse")).json()["posts"]] == [post_id]
    assert (await ana.get(f"{V1}/numbers")).json()["open_by_verdict"] == {"complaint": 1}


async def test_a_post_is_told_without_the_insult(world: World) -> None:
    """Beside every field of the post as the book keeps it; null where nothing is folded."""
    case = await world.opens("1", text="You idiots broke my vase.", verdict=Verdict.HOSTILE_PROBLEM)
    calm = await world.let_go("2", "a vase")
    ana = await world.program("ana")
    (told,) = (await ana.get(f"{V1}/cases/{case}")).json()["posts"]
    assert told["plain"] == "You broke my vase."
    assert (await ana.get(f"{V1}/posts/{calm}")).json()["plain"] is None
    assert set(told) == {field.name for field in fields(TriagedPost)} | {"plain"}


async def test_pages_of_a_list_follow_each_other(world: World) -> None:
    """`next` is handed back as `after`."""
    cases = {await world.opens(str(n)) for n in range(5)}
    ana = await world.program("ana")
    seen: list[str] = []
    after = ""
    for _ in range(3):
        found = (await ana.get(f"{V1}/cases", params={"limit": 2} | ({"after": after} if after else {}))).json()
        seen += [row["case"]["id"] for row in found["cases"]]
        after = found["next"] or ""
    assert len(seen) == 5
    assert set(seen) == cases
    assert after == ""


async def test_acts_answer_with_the_case_after_them(world: World) -> None:
    """Times carry their zone; truth is a boolean or a word."""
    case = await world.opens("1")
    ana = await world.program("ana")
    assert (await ana.post(f"{V1}/cases/{case}/claim")).json()["claimed"] is True
    contact = {"channel": "call", "reached": True, "turned_constructive": True}
    assert (await ana.post(f"{V1}/cases/{case}/contact", json=contact)).json()["turned_constructive"] is True
    promise = {"cause": "a", "solution": "b", "due": "2026-03-03T10:00:00+01:00", "responsible": "c"}
    after = (await ana.post(f"{V1}/cases/{case}/promise", json=promise)).json()
    assert after["promise"]["due"] == "2026-03-03T09:00:00Z"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/cases/nothing", None, 404, "not_found"),
        ("GET", "/posts/nothing", None, 404, "not_found"),
        ("GET", "/nothing", None, 404, "not_found"),
        ("DELETE", "/cases", None, 405, "method_not_allowed"),
        ("GET", "/cases?limit=many", None, 400, "bad_request"),
        ("GET", "/cases?limit=1000", None, 400, "bad_request"),
        ("GET", "/cases?view=rubbish", None, 400, "bad_request"),
        ("GET", "/cases?after=rubbish", None, 400, "bad_request"),
        ("GET", "/audit?after=rubbish", None, 400, "bad_request"),
        ("POST", "/cases/{case}/dance", {}, 404, "not_found"),
        ("POST", "/cases/{case}/note", {"text": 5}, 400, "bad_request"),
        ("POST", "/cases/{case}/note", [], 400, "bad_request"),
        ("POST", "/cases/{case}/note", {"text": "a", "colour": "red"}, 400, "bad_request"),
        ("POST", "/cases/{case}/note", {"text": " "}, 422, "refused"),
        ("POST", "/cases/{case}/note", {"text": "x" * 200_000}, 413, "too_large"),
        ("POST", "/cases/{case}/resolve", {}, 422, "refused"),
        ("POST", "/audit/nothing", {"as": "problem"}, 404, "not_found"),
        ("POST", "/audit/nothing", {"as": "cheese"}, 400, "bad_request"),
    ],
)
async def test_errors_are_json_with_a_code_and_a_sentence(
    world: World, method: str, path: str, body: Any, status: int, code: str
) -> None:
    """And nothing is written."""
    case = await world.opens("1")
    ana = await world.program("ana")
    answer = await ana.request(method, V1 + path.format(case=case), json=body)
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == code
    assert answer.json()["error"]["message"].strip()
    assert await world.kinds(case) == ["opened", "assigned"]


async def test_another_team_may_not_act_over_the_api(world: World) -> None:
    """Carol reads, no more."""
    case = await world.opens("1")
    carol = await world.program("carol")
    assert (await carol.get(f"{V1}/cases/{case}")).status_code == 200
    answer = await carol.post(f"{V1}/cases/{case}/note", json={"text": "hello"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")


async def test_the_audit_is_judged_over_the_api(world: World) -> None:
    """A real problem answers with its case."""
    post_id = await world.let_go("1", "the boiler still leaks, idiots")
    ana = await world.program("ana")
    judged = (await ana.post(f"{V1}/audit/{post_id}", json={"as": "problem"})).json()
    assert judged["post_id"] == post_id
    assert (await ana.get(f"{V1}/cases/{judged['case_id']}")).status_code == 200


async def test_targets_of_alerts_never_leave(world: World) -> None:
    """They may hold secrets."""
    assert "target" not in document()["components"]["schemas"]["SentAlert"]["properties"]


async def test_the_description_is_open_to_all(world: World) -> None:
    """Programs are written before there is a token."""
    answer = await world.anonymous().get(f"{V1}/openapi.json")
    assert answer.status_code == 200
    assert answer.json()["openapi"] == "3.1.0"


@pytest.mark.slow
def test_every_answer_is_as_described(book_file: Path) -> None:
    """Schemathesis makes up calls from the description: none breaks the desk, and each answer has its shape."""
    check_all(book_file)
