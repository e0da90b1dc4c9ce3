"""Forms of other sites, headers that keep strangers' text from doing anything, and what the log is told."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from streams.desk.headers import CONTENT_SECURITY_POLICY
from streams.errors import Transient
from streams.storage.accounts import Accounts
from streams.storage.inbox import Inbox
from streams.storage.pages import CasePage
from tests.desk.world import BASE, World, opened_world, token_of


@pytest.mark.parametrize("token", ["", "wrong", "ä"])
async def test_a_form_without_the_sessions_token_changes_nothing(world: World, token: str) -> None:
    """Also with the cookie."""
    case = await world.opens("1")
    client = await world.signed_in("ana")
    answer = await client.post(f"/cases/{case}/note", data={"csrf": token, "text": "hello"})
    assert answer.status_code == 403
    assert await world.kinds(case) == ["opened", "assigned"]


async def test_anothers_token_is_worth_nothing(world: World) -> None:
    """Ben's token does not open Ana's forms."""
    case = await world.opens("1")
    ana, ben = await world.signed_in("ana"), await world.signed_in("ben")
    answer = await ana.post(f"/cases/{case}/note", data={"csrf": await token_of(ben), "text": "hello"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": BASE}, 303),
        ({"Origin": BASE, "Sec-Fetch-Site": "same-origin"}, 303),
    ],
)
async def test_forms_come_from_this_desk(world: World, headers: dict[str, str], status: int) -> None:
    """Browsers say where a form stood."""
    case = await world.opens("1")
    client = await world.signed_in("ana")
    data = {"csrf": await token_of(client), "text": "hello"}
    assert (await client.post(f"/cases/{case}/note", data=data, headers=headers)).status_code == status


async def test_signing_in_from_another_site_is_refused(world: World) -> None:
    """Nobody is signed in as somebody else behind their back."""
    answer = await world.anonymous().post(
        "/sign-in", data={"handler": "x", "password": "y"}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403


class AwayInbox(Inbox):
    """Of a database that cannot be reached."""

    async def last_seq(self) -> int:
        raise Transient("the database is away")


class BrokenInbox(Inbox):
    """With a fault nobody foresaw."""

    async def case(self, case_id: str) -> CasePage | None:
        raise RuntimeError(f"insides that nobody may see {case_id}")


async def test_every_answer_carries_the_headers(book_file: Path) -> None:
    """Pages, errors, redirects, files, JSON, and what broke; none shows our insides."""
    async with opened_world(book_file, inbox=BrokenInbox) as world:
        client = await world.signed_in("ana")
        paths = ("/inbox", "/cases/x", "/nothing", "/", "/static/desk.css", "/api/v1/cases", "/healthz")
        answers = [await client.get(path) for path in paths]
        answers += [await client.post("/inbox"), await client.post("/cases/x/note")]
    assert [answer.status_code for answer in answers] == [200, 500, 404, 303, 200, 401, 200, 405, 403]
    for answer in answers:
        assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "insides" not in answer.text
    assert "'unsafe" not in CONTENT_SECURITY_POLICY
    assert answers[0].headers["cache-control"] == "no-store"


async def test_a_database_that_is_away_is_said_so(book_file: Path) -> None:
    """503 with words, not ready for balancers, alive for watchdogs."""
    async with opened_world(book_file, inbox=AwayInbox) as world:
        page = await (await world.signed_in("ana")).get("/inbox")
        assert page.status_code == 503
        assert "Nothing is lost" in page.text
        assert (await world.anonymous().get("/readyz")).status_code == 503
        assert (await world.anonymous().get("/healthz")).status_code == 200


class FailingAccounts(Accounts):
    def __init__(self, fault: Exception) -> None:
        self._fault = fault

    async def redeem(self, secret: str, now: datetime) -> str | None:
        raise self._fault


@pytest.mark.parametrize(("fault", "status"), [(Transient("away"), 503), (RuntimeError("broken"), 500)])
async def test_the_log_names_the_page_but_no_secret_in_its_address(world: World, fault: Exception, status: int) -> None:
    """The link of a failed sign-in still works; who reads logs must not come in by it."""
    secret = await world.accounts.create_link("ana", world.now, 60)
    desk = world.app.state.desk
    world.app.state.desk = replace(desk, accounts=FailingAccounts(fault))
    with capture_logs() as logged:
        assert (await world.anonymous().post(f"/enter/{secret}")).status_code == status
    world.app.state.desk = desk
    assert [line["page"] for line in logged] == ["/enter/{secret}"]
    assert secret not in str(logged)
    assert (await world.anonymous().post(f"/enter/{secret}")).status_code == 303
