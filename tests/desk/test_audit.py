"""The audit list and the overview."""

from datetime import timedelta

from streams.ingest.ports import Gap, SourceState, SourceStatus
from streams.notify.ports import AlertState
from streams.records import DeadLetter, Verdict
from streams.storage.alert_book import SqlAlertBook
from streams.storage.shelf import SqlShelf
from streams.storage.source_book import SqlSourceBook
from tests.desk.world import NASTY, World, token_of
from tests.support.book_samples import NOON, alert

DOUBT = {"undecided": True, "why": ("problem 0.34 < 0.35", "the machine was unsure: problem 0.34 is close to 0.35")}


async def test_a_real_problem_becomes_a_case_with_one_click(world: World) -> None:
    """It leads to the case; a second click leads to the same one."""
    post_id = await world.let_go("1", "Thanks for nothing, idiots, the boiler still leaks")
    ana = await world.signed_in("ana")
    assert "the boiler still leaks" in (await ana.get("/audit")).text
    data = {"csrf": await token_of(ana), "as": "problem"}
    first = await ana.post(f"/audit/{post_id}", data=data)
    assert first.status_code == 303
    assert first.headers["location"].startswith("/cases/")
    assert (await ana.post(f"/audit/{post_id}", data=data)).headers["location"] == first.headers["location"]
    html = (await ana.get(first.headers["location"])).text
    assert "boiler" in html
    assert "ana says: this is a real problem" in html
    audit = (await ana.get("/audit")).text
    assert "boiler" not in audit
    assert "1 of 1 (100%)" in audit


async def test_what_was_rightly_let_go_leaves_the_list(world: World) -> None:
    """And counts as looked at."""
    post_id = await world.let_go("1", "you idiots")
    ana = await world.signed_in("ana", follow_redirects=True)
    answer = await ana.post(f"/audit/{post_id}", data={"csrf": await token_of(ana), "as": "fine"})
    assert "Rightly let go" in answer.text
    assert "Everything has been looked at" in answer.text
    assert "0 of 1 (0%)" in answer.text


async def test_the_list_can_be_narrowed_to_one_kind(world: World) -> None:
    """Insults alone, or mentions alone."""
    await world.let_go("1", "you idiots")
    await world.let_go("2", "saw their van today", Verdict.MENTION)
    ana = await world.signed_in("ana")
    both, mentions = (await ana.get("/audit")).text, (await ana.get("/audit?kind=mention")).text
    assert "saw their van" in both
    assert "you" in both
    assert "saw their van" in mentions
    assert "idiots" not in mentions


async def test_what_the_machine_was_unsure_of_stands_first_and_says_why(world: World) -> None:
    """Whatever its verdict, also alone; over the API it is a field of its own."""
    await world.let_go("1", "nice boiler, <b>warm</b> on some days", Verdict.PRAISE, **DOUBT)
    await world.let_go("2", "you idiots")
    ana = await world.signed_in("ana")
    html, alone = (await ana.get("/audit")).text, (await ana.get("/audit?kind=undecided")).text
    assert html.index("nice boiler") < html.index("idiots")
    assert html.count('<span class="tag loud">Undecided</span>') == 1
    assert "The machine was unsure: problem 0.34 is close to 0.35. Your word decides." in html
    assert "nice boiler" in alone
    assert "idiots" not in alone
    api = await world.program("ana")
    listed = (await api.get("/api/v1/audit?kind=undecided")).json()
    assert [(kept["verdict"], kept["undecided"]) for kept in listed["posts"]] == [("praise", True)]
    assert [kept["undecided"] for kept in (await api.get("/api/v1/audit")).json()["posts"]] == [True, False]


async def test_a_case_says_that_the_machine_was_unsure(world: World) -> None:
    """On the post that was, and in its JSON."""
    case = await world.opens("1", undecided=True)
    sure = await world.opens("2")
    ana, api = await world.signed_in("ana"), await world.program("ana")
    html = (await ana.get(f"/cases/{case}")).text
    assert '<span class="tag">Undecided</span>' in html
    assert "The machine was unsure: problem 0.36 is close to 0.35." in html
    assert "Undecided" not in (await ana.get(f"/cases/{sure}")).text
    for case_id, doubt in ((case, True), (sure, False)):
        posts = (await api.get(f"/api/v1/cases/{case_id}")).json()["posts"]
        assert [kept["undecided"] for kept in posts] == [doubt]


async def test_a_click_that_says_nothing_is_refused(world: World) -> None:
    """And a post that is not there is not found."""
    ana = await world.signed_in("ana")
    token = await token_of(ana)
    assert (await ana.post("/audit/file:1", data={"csrf": token, "as": "cheese"})).status_code == 400
    assert (await ana.post("/audit/file:1", data={"csrf": token, "as": "problem"})).status_code == 404


async def test_text_of_strangers_stays_text_in_the_audit(world: World) -> None:
    """Insults are where attacks hide."""
    await world.let_go("1", NASTY)
    html = (await (await world.signed_in("ana")).get("/audit")).text
    assert "<script>window" not in html
    assert "<img src=x" not in html


async def test_the_overview_shows_what_is_broken_as_broken(world: World) -> None:
    """Sources with their error and the age of their newest post, gaps, failed alerts, dead letters."""
    book = SqlSourceBook(world.engine)
    await book.save(
        SourceStatus(
            name="bluesky",
            state=SourceState.BROKEN,
            since=NOON,
            error="answered 503",
            newest_post_at=world.now - timedelta(minutes=95),
            failures=4,
        )
    )
    await book.record_gap("bluesky", Gap(start=NOON, end=NOON + timedelta(minutes=50), why="started later"))
    await SqlAlertBook(world.engine).add(
        [alert("a", handler="ana", state=AlertState.FAILED, error="refused by the server", target="secret@example.org")]
    )
    letter = DeadLetter(
        id="0a1b2c3d4e5f",
        stage="source:file",
        topic="",
        key="",
        payload=b"{}",
        reason="text is missing",
        at=NOON,
        origin="reviews.csv line 17",
    )
    await SqlShelf(world.engine).keep([letter])
    html = (await (await world.signed_in("sue")).get("/overview")).text
    for words in (
        "Broken since",
        "answered 503",
        "(4 times in a row)",
        "newest post 1 h 35 min ago",
        "50 min from",
        "refused by the server",
        "text is missing",
        "reviews.csv line 17",
        "hearout dead-letters list",
    ):
        assert words in html
    assert "secret@" not in html


async def test_the_chart_says_its_numbers_in_a_table_too(world: World) -> None:
    """Who does not see the bars reads the same."""
    for number in range(3):
        await world.opens(str(number))
    await world.let_go("9", "saw their van", Verdict.MENTION)
    html = (await (await world.signed_in("sue")).get("/overview")).text
    assert "4 posts in the last 14 days; 3 of them tell a problem." in html
    assert "<title>2 Mar: 3 × complaint</title>" in html
    row = html.split('<th scope="row">2 Mar</th>')[1].split("</tr>")[0]
    assert [cell.split("<")[0] for cell in row.split('<td class="number">')[1:]] == [
        "4",
        "0",
        "3",
        "0",
        "0",
        "1",
        "0",
        "100%",
    ]


async def test_an_empty_book_says_what_to_do(world: World) -> None:
    """No page of a new installation is blank."""
    sue = await world.signed_in("sue")
    assert "No source is set up" in (await sue.get("/overview")).text
    assert "Everything has been looked at" in (await sue.get("/audit")).text
    assert "Nothing waits for you" in (await sue.get("/inbox")).text


async def test_metrics_are_for_machines(world: World) -> None:
    """In Prometheus' own format."""
    answer = await world.anonymous().get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
