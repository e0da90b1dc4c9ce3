"""The desk in a real browser: what strangers wrote cannot run, news arrive, keys work, and so does no JavaScript."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Page, Route, async_playwright, expect

from streams.cases.events import Noted
from streams.desk.access import COOKIE
from streams.records import Verdict
from tests.desk.world import NASTY, World, served
from tests.support.book_samples import NOON, hours, post

# A browser that a starved machine cannot even start or load a page with is tried once more, and the report says so.
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.flaky(reruns=1)]

expect.set_options(timeout=20_000)

ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Window:
    """A signed-in handler's browser window, and what its console said."""

    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        self.base = base
        self.complaints: list[str] = []
        page.on(
            "console", lambda said: self.complaints.append(said.text) if said.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda fault: self.complaints.append(str(fault)))

    async def open(self, path: str) -> None:
        await self.page.goto(self.base + path)

    async def live(self) -> None:
        """Until the line for news stands. The word itself is on the page before, unseen."""
        await expect(self.page.locator("#live-state")).to_be_visible()
        await expect(self.page.locator("#live-state")).to_contain_text("Live")

    async def until(self, true: str) -> None:
        """Until an expression is true. `wait_for_function` is no way: our policy forbids it to ask a second time."""
        look = f"() => ({true}) ? done() : setTimeout(look, 10)"
        async with asyncio.timeout(20):
            await self.page.evaluate(f"new Promise((done) => {{ const look = {look}; look(); }})")


@asynccontextmanager
async def window(world: World, chromium: str, handler: str = "ana", **options: Any) -> AsyncIterator[Window]:
    secret = await world.accounts.create(handler, world.now, 12)
    async with served(world.app) as base, async_playwright() as play:
        browser = await play.chromium.launch(executable_path=chromium, args=ARGS)
        context = await browser.new_context(**options)
        context.set_default_timeout(20_000)
        await context.add_cookies([{"name": COOKIE, "value": secret, "url": base}])
        try:
            yield Window(await context.new_page(), base)
        finally:
            await browser.close()


async def test_what_strangers_wrote_cannot_run(world: World, chromium: str) -> None:
    """On no page; and no page of ours breaks its own policy."""
    said = post("1", text=NASTY, author_name=NASTY, brand=NASTY, url="javascript:window.owned=1")
    case = await world.opens("1", of=said, verdict=Verdict.HOSTILE_PROBLEM)
    await world.let_go("2", NASTY)
    await world.happens(case, Noted(text=NASTY), actor="ben")
    async with window(world, chromium) as ana:
        for path in ("/inbox", f"/cases/{case}", "/audit", "/overview"):
            await ana.open(path)
            await ana.page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
            assert await ana.page.evaluate("window.owned") is None
            assert await ana.page.locator("main script, main img[src=x]").count() == 0
        assert ana.complaints == []


async def test_a_new_case_appears_while_one_watches(world: World, chromium: str) -> None:
    """In its place, with the counts and a polite word for those who listen."""
    await world.opens("1", text="They came late", first_contact_due=NOON + hours(9))
    async with window(world, chromium) as ana:
        await ana.open("/inbox")
        await ana.live()
        await world.opens("2", text="They broke my door", first_contact_due=NOON + hours(2))
        rows = ana.page.locator("#rows .row")
        await expect(rows).to_have_count(2)
        await expect(rows.first).to_contain_text("broke my door")
        await expect(rows.first).to_have_class("row fresh")
        await expect(ana.page.locator("#news")).to_contain_text("1 new case")
        await expect(ana.page.locator("#tabs a").first).to_contain_text("2")
        assert ana.complaints == []


@pytest.mark.parametrize("late", ["hx-sse.min.js", "desk.js"])
async def test_a_script_that_comes_late_loses_no_news(world: World, chromium: str, late: str) -> None:
    """The line for news is opened once everything is there that reads it, on however slow a connection."""
    await world.opens("1")
    come = asyncio.Event()
    asked: list[str] = []

    async def hold(route: Route) -> None:
        await come.wait()
        await route.continue_()

    async with window(world, chromium) as ana:
        ana.page.on("request", lambda request: asked.append(request.url) if "/live/" in request.url else None)
        await ana.page.route(f"**/{late}?*", hold)
        await ana.page.goto(f"{ana.base}/inbox", wait_until="commit")
        await ana.until("window.htmx")
        # What htmx put off with a timer has run by then.
        await ana.page.evaluate("new Promise((done) => setTimeout(done, 100))")
        await world.opens("2")
        too_early = list(asked)
        come.set()
        await ana.live()
        await expect(ana.page.locator("#rows .row")).to_have_count(2)
        assert too_early == []
        assert len(asked) == 1


async def test_nothing_moves_under_the_pointer(world: World, chromium: str) -> None:
    """While one points at the list, new rows wait behind a button."""
    await world.opens("1", first_contact_due=NOON + hours(9))
    async with window(world, chromium) as ana:
        await ana.open("/inbox")
        await ana.live()
        await ana.page.hover("#rows .row")
        before = await ana.page.locator("#rows .row").bounding_box()
        await world.opens("2", first_contact_due=NOON + hours(2))
        await expect(ana.page.locator("#show-news")).to_be_visible()
        assert await ana.page.locator("#rows .row").count() == 1
        assert await ana.page.locator("#rows .row").bounding_box() == before
        await ana.page.click("#show-news")
        await expect(ana.page.locator("#rows .row")).to_have_count(2)


async def test_a_case_that_left_goes_away(world: World, chromium: str) -> None:
    """Ben takes Ana's case; her empty list says what to do."""
    case = await world.opens("1")
    async with window(world, chromium) as ana:
        await ana.open("/inbox")
        await ana.live()
        ben = await world.signed_in("ben")
        from tests.desk.world import token_of

        await ben.post(f"/cases/{case}/claim", data={"csrf": await token_of(ben)})
        await expect(ana.page.locator("#empty")).to_be_visible()


async def test_hands_stay_on_the_keys(world: World, chromium: str) -> None:
    """j and k move, Enter opens, c claims, n notes, / searches, ? explains, g i goes home."""
    first = await world.opens("1", first_contact_due=NOON + hours(2))
    second = await world.opens("2", first_contact_due=NOON + hours(3))
    async with window(world, chromium) as ana:
        keys, page = ana.page.keyboard, ana.page
        await ana.open("/inbox")
        await keys.press("j")
        await keys.press("j")
        await expect(page.locator(f"#row-{second} a.over")).to_be_focused()
        await keys.press("k")
        await expect(page.locator(f"#row-{first} a.over")).to_be_focused()
        await keys.press("/")
        await expect(page.locator("#q")).to_be_focused()
        await keys.press("Escape")
        await keys.press("?")
        await expect(page.locator("#keys")).to_be_visible()
        await keys.press("Escape")
        await keys.press("j")
        await keys.press("Enter")
        await page.wait_for_url(f"**/cases/{first}")
        await keys.press("c")
        await expect(page.locator(".done")).to_contain_text("The case is yours.")
        await keys.press("n")
        await expect(page.locator("#note-text")).to_be_focused()
        await keys.press("Escape")
        await keys.press("g")
        await keys.press("i")
        await page.wait_for_url("**/inbox")
        assert ana.complaints == []


async def test_one_key_brings_a_supervisor(world: World, chromium: str) -> None:
    """e opens the form with its button in hand; Enter sends it."""
    case = await world.opens("1")
    async with window(world, chromium) as ana:
        await ana.open(f"/cases/{case}")
        await ana.page.keyboard.press("e")
        await ana.page.keyboard.press("Enter")
        await expect(ana.page.locator(".done")).to_contain_text("A supervisor is in.")
    assert (await world.kinds(case))[-1] == "escalated"


async def test_a_refused_form_stays_as_typed(world: World, chromium: str) -> None:
    """Without a new page; the reason is read first."""
    case = await world.opens("1")
    async with window(world, chromium) as ana:
        await ana.open(f"/cases/{case}")
        await ana.page.click("#act-resolve summary")
        await ana.page.fill("#resolve-cause_department", "planning")
        await ana.page.fill("#resolve-cause", "no spare crew")
        await ana.page.click("#form-resolve button")
        await expect(ana.page.locator("#act-resolve .refusal")).to_be_focused()
        assert await ana.page.input_value("#resolve-cause") == "no spare crew"
        # Browsers put a line into the console for every answer of 400 and above.
        assert all("422" in said for said in ana.complaints)


async def test_an_open_case_says_what_others_did(world: World, chromium: str) -> None:
    """What one is typing stays."""
    case = await world.opens("1")
    async with window(world, chromium) as ana:
        async with ana.page.expect_response(lambda answer: "/live/cases/" in answer.url):
            await ana.open(f"/cases/{case}")
        await ana.page.keyboard.press("n")
        await ana.page.fill("#note-text", "half a thought")
        await world.happens(case, Noted(text="called"), actor="ben")
        await expect(ana.page.locator("#case-news")).to_contain_text("Ben noted")
        assert await ana.page.input_value("#note-text") == "half a thought"


async def test_everything_works_without_javascript(world: World, chromium: str) -> None:
    """Search, open, claim, and a promise with its four fields."""
    case = await world.opens("1", text="They broke my vase")
    async with window(world, chromium, java_script_enabled=False) as ana:
        page = ana.page
        await ana.open("/inbox")
        await page.fill("#q", "vase")
        await page.click("text=Filter")
        await page.click("#rows a.over")
        await page.click("text=Claim: I am on it")
        await expect(page.locator(".done")).to_contain_text("The case is yours.")
        await page.click("#act-promise summary")
        await page.fill("#promise-cause", "a strike")
        await page.fill("#promise-solution", "we come tomorrow")
        await page.fill("#promise-due", "2026-03-04T10:00")
        await page.click("#form-promise button")
        await expect(page.locator(".done")).to_contain_text("Promise kept on record.")
    assert "promised" in await world.kinds(case)


@pytest.mark.parametrize("width", [360, 390, 768, 1280])
async def test_no_page_is_wider_than_its_screen(world: World, chromium: str, width: int) -> None:
    """Also with words that do not end."""
    long = post("1", text="broke " + "Ⱥ" * 400, author_name="A" * 200, brand="B" * 120)
    case = await world.opens("1", of=long, waiting=True, verdict=Verdict.HOSTILE_PROBLEM, why=("x" * 300,))
    await world.happens(case, Noted(text="y" * 500), actor="ben")
    await world.let_go("2", "idiots" * 100)
    async with window(world, chromium, viewport={"width": width, "height": 700}) as ana:
        for path in ("/inbox", f"/cases/{case}", "/audit", "/overview", "/nothing"):
            await ana.open(path)
            wide, room = await ana.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
            assert wide <= room, f"{path} is {wide} wide on a screen of {room}"


async def test_arabic_reads_from_the_right(world: World, chromium: str) -> None:
    """And what stands beside it does not turn round."""
    await world.opens("1", text="لقد كسروا بابي ولم يعتذر أحد", lang="ar")
    async with window(world, chromium) as ana:
        await ana.open("/inbox")
        way = await ana.page.eval_on_selector("#rows .what", "(at) => getComputedStyle(at).direction")
        row = await ana.page.eval_on_selector("#rows .row", "(at) => getComputedStyle(at).direction")
        assert (way, row) == ("rtl", "ltr")


async def test_the_line_comes_back_by_itself(world: World, chromium: str, patience: float) -> None:
    """A case opened while the line was broken is not missed."""
    await world.opens("1")
    async with window(world, chromium) as ana:
        await ana.open("/inbox")
        await ana.live()
        await ana.until("document.querySelector('#live')._htmx?.sse?.reader")
        await ana.page.context.set_offline(True)
        await ana.page.evaluate("document.querySelector('#live')._htmx.sse.reader.cancel()")
        await expect(ana.page.locator("#live-state")).to_contain_text("Connecting again")
        await world.opens("2")
        await ana.page.context.set_offline(False)
        async with asyncio.timeout(patience):
            await expect(ana.page.locator("#rows .row")).to_have_count(2)
