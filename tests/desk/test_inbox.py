"""The inbox: lists, search, pages, and what a row says."""

import re
from dataclasses import replace
from datetime import timedelta

from streams.cases.events import Claimed, PostDeleted
from streams.records import Verdict
from tests.desk.world import NASTY, World, token_of
from tests.support.book_samples import NOON, hours, post


def rows(html: str) -> list[str]:
    return re.findall(r'data-row="([^"]+)"', html)


async def test_a_row_says_what_went_wrong_with_the_insult_folded(world: World) -> None:
    """In the author's words, with owner, brand, language, verdict in plain words and the time left."""
    await world.opens("1", text="You idiots broke my vase.", verdict=Verdict.HOSTILE_PROBLEM, severity=4)
    page = (await (await world.signed_in("ana")).get("/inbox")).text
    assert "broke my vase." in page
    assert "idiots" not in page
    assert "insult folded" in page
    for words in ("urgent", "Problem told with insult", "Glanz", "English", "1 post", "3 h left", "You"):
        assert words in page


async def test_a_passed_deadline_is_loud(world: World) -> None:
    """With how long ago it passed."""
    await world.opens("1")
    world.now = NOON + hours(4) + timedelta(minutes=35)
    page = (await (await world.signed_in("ana")).get("/inbox?view=overdue")).text
    assert "overdue by 34 min" in page or "overdue by 35 min" in page


async def test_a_rating_alone_is_put_into_words(world: World) -> None:
    """Who gave stars and no text has a problem too."""
    said = post("1", text="", rating=5.0, aspects={"punctuality": 1.0})
    await world.opens("1", of=said)
    page = (await (await world.signed_in("ana")).get("/inbox")).text
    assert "Rated 5 of 5 stars, punctuality 1 of 5, without a word" in page


async def test_lists_hold_what_their_name_says(world: World) -> None:
    """Mine, the team's, those nobody took, those with a passed deadline, all; each with its count."""
    mine = await world.opens("1", owner="ana")
    bens = await world.opens("2", owner="ben")
    nobodys = await world.opens("3", owner="ben", waiting=True)
    others = await world.opens("4", owner="carol", team="billing")
    client = await world.signed_in("ana")
    lists = {view: set(rows((await client.get(f"/inbox?view={view}")).text)) for view in VIEWS}
    assert lists["mine"] == {mine}
    assert lists["team"] == {mine, bens, nobodys}
    assert lists["unassigned"] == {nobodys}
    assert lists["overdue"] == set()
    assert lists["open"] == {mine, bens, nobodys, others}
    page = (await client.get("/inbox")).text
    tabs = re.findall(r'">([\w&#; ]+) <span class="count[^"]*">(\d+)</span>', page)
    assert tabs == [
        ("Mine", "1"),
        ("My team&#39;s", "3"),
        ("Unassigned", "1"),
        ("Overdue", "0"),
        ("All open", "4"),
        ("Resolved", "0"),
    ]
    assert "Waits for somebody who fits" in (await client.get("/inbox?view=unassigned")).text


VIEWS = ("mine", "team", "unassigned", "overdue", "open")


async def test_search_and_filters_narrow_the_list(world: World) -> None:
    """By words, language, verdict and source; an empty result says what to do."""
    vase = await world.opens("1", text="They broke my vase")
    await world.opens("2", text="They came late", lang="es", verdict=Verdict.GRIEVANCE)
    client = await world.signed_in("ana")
    assert rows((await client.get("/inbox?q=VASE")).text) == [vase]
    assert rows((await client.get("/inbox?lang=en")).text) == [vase]
    assert rows((await client.get("/inbox?verdict=complaint")).text) == [vase]
    assert len(rows((await client.get("/inbox?source=file")).text)) == 2
    nothing = (await client.get("/inbox?q=teapot")).text
    assert rows(nothing) == []
    assert "Clear the search" in nothing


async def test_pages_hold_every_case_once(world: World) -> None:
    """From the first page to the last by the link, in the order of deadlines."""
    cases = [
        await world.opens(str(n), first_contact_due=NOON + hours(2 + n), resolution_due=NOON + hours(90))
        for n in range(45)
    ]
    client = await world.signed_in("ana")
    seen: list[str] = []
    address = "/inbox?view=mine"
    for _ in range(3):
        page = (await client.get(address)).text
        seen += rows(page)
        following = re.search(r'href="([^"]+)" rel="next"', page)
        if following is None:
            break
        address = following[1].replace("&amp;", "&")
    assert seen == cases


async def test_an_address_that_is_none_of_ours_is_refused_politely(world: World) -> None:
    """A mangled page link is no fault of the server."""
    answer = await (await world.signed_in("ana")).get("/inbox?after=rubbish")
    assert answer.status_code == 400
    assert (await (await world.signed_in("ana")).get("/inbox?view=rubbish")).status_code == 200


async def test_text_of_strangers_stays_text(world: World) -> None:
    """In rows, author names and search fields."""
    await world.opens("1", of=post("1", text=NASTY, author="x", author_name=NASTY, brand=NASTY, lang='en" onx="'))
    page = (await (await world.signed_in("ana")).get("/inbox", params={"q": '"><script>x</script>'})).text
    page += (await (await world.signed_in("ana")).get("/inbox")).text
    assert "<script>window" not in page
    assert "<img src=x" not in page
    assert "<script>x" not in page
    assert 'onx="' not in page
    assert "&lt;script&gt;" in page
    assert "{{7*7}}" in page


async def test_what_its_author_took_back_is_not_shown(world: World) -> None:
    """Nor kept in lists."""
    case = await world.opens("1", text="I regret this sentence")
    await world.happens(case, PostDeleted(post_id="file:1"))
    kept = await world.inbox.post("file:1")
    assert kept is not None
    await world.write(replace(kept, post=replace(kept.post, text=""), deleted_at=world.now))
    client = await world.signed_in("ana")
    for page in ("/inbox", f"/cases/{case}"):
        html = (await client.get(page)).text
        assert "regret" not in html
        assert "took this post back" in html


async def test_a_case_is_claimed_from_its_row(world: World) -> None:
    """By a plain form: no script is needed."""
    case = await world.opens("1", owner="ben")
    client = await world.signed_in("ana")
    data = {"csrf": await token_of(client), "seen": "2"}
    assert (await client.post(f"/cases/{case}/claim", data=data)).status_code == 303
    page = await world.inbox.case(case)
    assert page is not None
    assert (page.case.owner, page.case.claimed) == ("ana", True)
    await world.happens(await world.opens("2"), Claimed(owner="ana"))


async def test_without_scripts_the_list_reloads_itself(world: World) -> None:
    """Only where there are no scripts to keep it fresh."""
    page = (await (await world.signed_in("ana")).get("/inbox")).text
    assert '<noscript><meta http-equiv="refresh" content="60"></noscript>' in page
