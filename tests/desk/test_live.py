"""Pages that stay open are told what changed, and miss nothing when the line breaks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest

from streams.cases.events import Claimed, Closed, Noted, Promised, Resolved
from streams.desk.access import COOKIE
from streams.desk.live import Tail
from streams.errors import Misconfigured, Transient
from tests.desk.world import World, served, token_of
from tests.support.book_samples import NOON, hours


class Line:
    """An open connection to a live page."""

    def __init__(self, lines: AsyncIterator[str], patience: float) -> None:
        self._lines = lines
        self._patience = patience

    async def message(self) -> dict[str, str]:
        """The next one, by field; its data joined."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(self._patience):
            async for line in self._lines:
                name, _, value = line.partition(": ")
                if not line and fields:
                    return fields
                if name in ("event", "id", "data"):
                    fields[name] = f"{fields[name]}\n{value}" if name in fields else value
        raise AssertionError("the line ended")


@asynccontextmanager
async def listening(
    world: World, handler: str, address: str, patience: float, *, last: str = ""
) -> AsyncIterator[Line]:
    headers = {"Last-Event-ID": last} if last else {}
    secret = await world.accounts.create(handler, world.now, 12)
    async with (
        served(world.app) as base,
        httpx2.AsyncClient(base_url=base, cookies={COOKIE: secret}) as client,
        client.stream("GET", address, headers=headers) as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Line(answer.aiter_lines(), patience)


async def test_a_new_case_arrives_as_a_row(world: World, patience: float) -> None:
    """With the counts of the tabs and its place in the list."""
    old = await world.opens("1", first_contact_due=NOON + hours(9))
    async with listening(world, "ana", f"/live/inbox?seen={await world.inbox.last_seq()}", patience) as line:
        new = await world.opens("2", first_contact_due=NOON + hours(2))
        told = await line.message()
    assert told["event"] == "news"
    assert told["id"] == str(await world.inbox.last_seq())
    assert f'data-order="{new} {old}"' in told["data"]
    assert f'id="row-{new}"' in told["data"]
    assert f'id="row-{old}"' not in told["data"]
    assert 'Mine <span class="count">2</span>' in told["data"]


async def test_a_broken_line_resumes_after_what_came_last(world: World, patience: float) -> None:
    """The number the browser sends wins over the one in the address; what was told is not told again."""
    first = await world.opens("1")
    async with listening(world, "ana", "/live/inbox?seen=0", patience) as line:
        last = (await line.message())["id"]
    second = await world.opens("2")
    async with listening(world, "ana", "/live/inbox?seen=0", patience, last=last) as line:
        told = (await line.message())["data"]
    assert f'id="row-{second}"' in told
    assert f'id="row-{first}"' not in told


async def test_a_case_that_leaves_the_list_is_marked(world: World, patience: float) -> None:
    """Ana's list loses what Ben takes."""
    case = await world.opens("1", owner="ana")
    async with listening(world, "ana", f"/live/inbox?seen={await world.inbox.last_seq()}", patience) as line:
        ben = await world.signed_in("ben")
        await ben.post(f"/cases/{case}/claim", data={"csrf": await token_of(ben)})
        told = (await line.message())["data"]
    assert f'data-gone="{case}"' in told


async def test_lists_tell_only_what_is_in_them(world: World, patience: float) -> None:
    """Carol, of another team, gets no row of it."""
    async with listening(world, "carol", "/live/inbox?view=team&seen=0", patience) as line:
        await world.opens("1", text="Secret words")
        told = (await line.message())["data"]
    assert "Secret words" not in told


async def test_an_open_case_is_told_what_others_did(world: World, patience: float) -> None:
    """As a sentence; one's own doings are no news, nor are other cases'."""
    case, other = await world.opens("1"), await world.opens("2")
    seen = await world.inbox.last_seq()
    async with listening(world, "ana", f"/live/cases/{case}?seen={seen}", patience) as line:
        await world.happens(other, Noted(text="elsewhere"), actor="ben")
        await world.happens(case, Noted(text="mine"), actor="ana")
        await world.happens(case, Noted(text="called twice"), actor="ben")
        told = await line.message()
    assert (told["event"], told["data"]) == ("changed", "Ben noted")


async def test_news_reach_every_list_a_case_walks_through(world: World, patience: float) -> None:
    """A closed case leaves the open ones."""
    case = await world.opens("1")
    promised = Promised(cause="x", solution="y", due=NOON + hours(5), responsible="z")
    resolved = Resolved(text="", cause_department="d", cause="c", follow_up_due=NOON + hours(50))
    async with listening(world, "ana", f"/live/inbox?view=open&seen={await world.inbox.last_seq()}", patience) as line:
        await world.happens(case, Claimed(owner="ana"), promised, resolved, Closed(outcome="satisfied", text=""))
        told = (await line.message())["data"]
    assert f'data-gone="{case}"' in told


async def test_who_is_signed_out_is_told_nothing_more(world: World, patience: float) -> None:
    """The line of a page that stayed open ends."""
    async with listening(world, "ana", f"/live/inbox?seen={await world.inbox.last_seq()}", patience) as line:
        await world.accounts.remove("ana")
        await world.opens("1")
        with pytest.raises(AssertionError, match="the line ended"):
            await line.message()


async def test_rubbish_in_the_last_id_is_read_as_nothing(world: World, patience: float) -> None:
    """A page that says nonsense is told everything."""
    await world.opens("1")
    async with listening(world, "ana", "/live/inbox?seen=x", patience, last="9" * 30) as line:
        assert (await line.message())["event"] == "news"


async def test_nobody_asks_the_book_while_nobody_listens(patience: float) -> None:
    """One task asks for all who wait, through faults of every kind, and stops with the last of them."""
    asked, seq = 0, 0
    grown = asyncio.Event()

    async def last_seq() -> int:
        nonlocal asked
        asked += 1
        if asked == 2:
            raise Transient("away")
        if asked == 3:
            raise Misconfigured("the disk is full", id="HO-X", hint="make room")
        if asked > 4:
            grown.set()
        return seq

    tail = Tail(last_seq, every=0.001)
    async with asyncio.timeout(patience):
        async with tail.listening(), tail.listening():
            waiting = [asyncio.create_task(tail.beyond(4)) for _ in range(3)]
            await grown.wait()
            seq = 5
            assert await asyncio.gather(*waiting) == [5, 5, 5]
        before = asked
        for _ in range(50):
            await asyncio.sleep(0)
        assert asked == before
