"""Signing in and out."""

from datetime import timedelta
from pathlib import Path

import pytest

from streams.desk.access import COOKIE
from streams.desk.place import safe_link, safe_next
from tests.desk.world import PASSWORD, World, opened_world, token_of


async def test_a_password_opens_the_desk(world: World) -> None:
    """The right one leads to the inbox with a cookie scripts cannot read."""
    await world.accounts.add_user("ana", PASSWORD)
    client = world.anonymous()
    answer = await client.post("/sign-in", data={"handler": "ana", "password": PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, "/inbox")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert "Secure" not in cookie
    assert (await client.get("/inbox")).status_code == 200


async def test_a_wrong_password_says_so_and_keeps_the_name(world: World) -> None:
    """Which of the two was wrong is not told."""
    await world.accounts.add_user("ana", PASSWORD)
    for handler in ("ana", "nobody"):
        answer = await world.anonymous().post("/sign-in", data={"handler": handler, "password": "wrong wrong"})
        assert answer.status_code == 401
        assert "do not fit together" in answer.text
        assert f'value="{handler}"' in answer.text


async def test_too_many_tries_are_stopped_with_words(world: World) -> None:
    """The right password does not help any more, until time has passed."""
    await world.accounts.add_user("ana", PASSWORD)
    client = world.anonymous()
    for _ in range(40):
        answer = await client.post("/sign-in", data={"handler": "ana", "password": "wrong wrong"})
        if answer.status_code == 429:
            break
    assert answer.status_code == 429
    assert "Wait a quarter of an hour" in answer.text
    assert (await client.post("/sign-in", data={"handler": "ana", "password": PASSWORD})).status_code == 429
    world.now += timedelta(minutes=16)
    assert (await client.post("/sign-in", data={"handler": "ana", "password": PASSWORD})).status_code == 303


async def test_a_link_is_used_by_its_button_alone(world: World) -> None:
    """Programs that look at links in messages do not use them up; the button does, once."""
    secret = await world.accounts.create_link("ana", world.now, 60)
    client = world.anonymous()
    for _ in range(2):
        assert "Enter" in (await client.get(f"/enter/{secret}")).text
    answer = await client.post(f"/enter/{secret}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/inbox")
    assert "Ana" in (await client.get("/inbox")).text
    again = await world.anonymous().post(f"/enter/{secret}")
    assert again.status_code == 410
    assert "used already" in again.text


async def test_signing_out_ends_the_session_on_the_server(world: World) -> None:
    """A copied cookie is worth nothing after it."""
    client = await world.signed_in("ana")
    copied = client.cookies[COOKIE]
    answer = await client.post("/sign-out", data={"csrf": await token_of(client)})
    assert answer.headers["location"] == "/sign-in"
    thief = world.anonymous(cookies={COOKIE: copied})
    assert (await thief.get("/inbox")).status_code == 303


async def test_a_session_ends_with_its_time_and_with_the_roster(world: World) -> None:
    """Who left the roster is out, whatever their cookie says."""
    client = await world.signed_in("ana")
    gone = await world.signed_in("someone-who-left")
    assert (await client.get("/inbox")).status_code == 200
    assert (await gone.get("/inbox")).status_code == 303
    world.now += timedelta(hours=13)
    assert (await client.get("/inbox")).status_code == 303


async def test_https_makes_the_cookie_secure(book_file: Path) -> None:
    """And tells browsers to stay with it."""
    async with opened_world(book_file, base_url="https://desk.test") as world:
        await world.accounts.add_user("ana", PASSWORD)
        answer = await world.anonymous().post("/sign-in", data={"handler": "ana", "password": PASSWORD})
        assert "Secure" in answer.headers["set-cookie"]
        assert answer.headers["strict-transport-security"].startswith("max-age=")


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/%0d%0aSet-Cookie:x=y\r\n",
        "inbox",
        "",
        "/sign-out",
        "/live/inbox",
    ],
)
async def test_next_leads_nowhere_else(world: World, wanted: str) -> None:
    """After signing in one lands on this desk, whatever the address asked for."""
    await world.accounts.add_user("ana", PASSWORD)
    data = {"handler": "ana", "password": PASSWORD, "next": wanted}
    answer = await world.anonymous().post("/sign-in", data=data)
    assert answer.headers["location"] == "/inbox"


def test_next_leads_back_to_a_page_of_this_desk() -> None:
    """With its query."""
    assert safe_next("/inbox?view=team&q=a%20b") == "/inbox?view=team&q=a%20b"
    assert safe_next("/cases/c-1") == "/cases/c-1"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//x.example", "http://", "https://a\nb", ""]
)
def test_only_web_addresses_become_links(url: str) -> None:
    """A post's address is the network's word, not ours."""
    assert safe_link(url) == ""
    assert safe_link("https://bsky.app/profile/x") == "https://bsky.app/profile/x"
