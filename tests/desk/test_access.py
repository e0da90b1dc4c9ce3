"""Who may see and do what: Ana and Ben are of the team, Carol is not, Sue supervises, Mallory has no login."""

import pytest

from streams.desk.routes import routes
from tests.desk.world import World, token_of

PAGES = ["/", "/inbox", "/cases/{case}", "/audit", "/overview", "/live/inbox", "/live/cases/{case}"]
OPEN = {"/sign-in", "/enter/{secret}", "/healthz", "/readyz", "/metrics"}


async def test_mallory_sees_nothing(world: World) -> None:
    """Every page asks for a login first, and remembers where one wanted to go."""
    case = await world.opens("1", text="Secret words of a customer")
    client = world.anonymous(follow_redirects=True)
    for page in PAGES:
        answer = await client.get(page.format(case=case))
        assert "Secret words" not in answer.text
        assert answer.status_code == 401 or "Sign in" in answer.text
    redirect = await world.anonymous().get(f"/cases/{case}?done=note")
    assert redirect.status_code == 303
    assert redirect.headers["location"] == f"/sign-in?next=%2Fcases%2F{case}%3Fdone%3Dnote"


async def test_every_address_is_behind_the_login(world: World) -> None:
    """A new page cannot be forgotten: all routes but a known few send the signed out away."""
    client = world.anonymous()
    for route in routes():
        path = getattr(route, "path", "")
        if path in OPEN or path.startswith(("/static", "/api")):
            continue
        address = path.replace(":path", "").format(case_id="x", act="note", post_id="x")
        method = "POST" if "POST" in (getattr(route, "methods", None) or ()) else "GET"
        answer = await client.request(method, address)
        away = answer.status_code in (401, 403) or answer.headers.get("location", "").startswith(("/sign-in", "/inbox"))
        assert away, f"{method} {address} answered {answer.status_code}"


async def test_everybody_who_is_signed_in_may_read(world: World) -> None:
    """Carol, of another team, sees the case but no forms."""
    case = await world.opens("1", text="They came late")
    page = (await (await world.signed_in("carol")).get(f"/cases/{case}")).text
    assert "They came" in page
    assert "/note" not in page
    assert "It belongs to Service" in page


async def test_lists_of_ones_own_hold_only_them(world: World) -> None:
    """Carol's team has none of it."""
    await world.opens("1", author="Mia the customer")
    carol = await world.signed_in("carol")
    assert "author-1" not in (await carol.get("/inbox?view=team")).text
    assert "All quiet" in (await carol.get("/inbox?view=mine")).text


@pytest.mark.parametrize(
    "act", ["claim", "note", "contact", "promise", "resolve", "mark", "escalate", "close", "reopen"]
)
async def test_another_team_may_not_act(world: World, act: str) -> None:
    """Carol's post is refused, and nothing is written."""
    case = await world.opens("1")
    carol = await world.signed_in("carol")
    answer = await carol.post(f"/cases/{case}/{act}", data={"csrf": await token_of(carol), "text": "hello"})
    assert answer.status_code == 403
    assert "belongs to another team" in answer.text
    assert await world.kinds(case) == ["opened", "assigned"]


async def test_the_team_and_supervisors_may_act(world: World) -> None:
    """Ben is of the team; Sue watches over all of them, here over billing."""
    service, billing = await world.opens("1"), await world.opens("2", team="billing", owner="carol")
    for handler, case in (("ben", service), ("sue", billing)):
        client = await world.signed_in(handler)
        answer = await client.post(f"/cases/{case}/note", data={"csrf": await token_of(client), "text": "seen"})
        assert answer.status_code == 303
        assert (await world.kinds(case))[-1] == "noted"


async def test_only_supervisors_give_cases_over(world: World) -> None:
    """Ben is told whom to ask; Sue may."""
    case = await world.opens("1")
    for handler, status in (("ben", 422), ("sue", 303)):
        client = await world.signed_in(handler)
        data = {"csrf": await token_of(client), "owner": "carol", "why": "she knows them"}
        assert (await client.post(f"/cases/{case}/assign", data=data)).status_code == status
    page = await world.inbox.case(case)
    assert page is not None
    assert page.case.owner == "carol"
