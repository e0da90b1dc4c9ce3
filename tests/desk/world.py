"""An installation for tests: a real case book in a file, and the desk over it.

The cast: Ana and Ben work in the service team, Carol in billing, Sue supervises. Ana's clock is Madrid's.
"""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import uvicorn
from argon2 import PasswordHasher
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.applications import Starlette

from streams.cases.case import Case
from streams.cases.events import Event
from streams.cases.hours import parse_hours
from streams.cases.triaged import TriagedPost
from streams.desk.access import COOKIE
from streams.desk.app import desk_app
from streams.metrics import Metrics
from streams.records import Effect, Evidence, Post, Sentiment, Verdict
from streams.routing.ports import Change
from streams.routing.roster import Channel, Handler, Role, Roster, Team
from streams.routing.rules import Rules
from streams.storage.accounts import Accounts
from streams.storage.alert_book import SqlAlertBook
from streams.storage.case_book import SqlCaseBook
from streams.storage.engine import open_engine
from streams.storage.inbox import Inbox
from streams.storage.schema import migrate
from streams.storage.shelf import SqlShelf
from streams.storage.source_book import SqlSourceBook
from tests.support.book_samples import NOON, change, new_case, post, scores, triaged

PASSWORD = "correct horse battery"
BASE = "http://desk.test"
#: Why a post of a case is undecided.
DOUBT = "the machine was unsure: problem 0.36 is close to 0.35"

#: A text that tries everything at once.
NASTY = (
    "They broke my door. You <b>idiots</b> <script>window.owned=1</script>"
    "<img src=x onerror='window.owned=1'> {{7*7}} javascript:alert(1) \u202egnp.exe\u202c"
)


def _handler(name: str, team: str, role: Role = Role.FRONT_LINE, zone: str = "UTC") -> Handler:
    return Handler(
        id=name,
        name=name.capitalize(),
        teams=(team,),
        languages=frozenset({"en", "es"}),
        skills=frozenset({"negotiator"}),
        hours=parse_hours(["mon-sun 00:00-24:00"], ZoneInfo(zone)),
        capacity=10,
        authority=50.0,
        role=role,
        email="",
        channels=(Channel(kind="desk"),),
    )


def _team(name: str, supervisor: str, fallback: str) -> Team:
    always = parse_hours(["mon-sun 00:00-24:00"], ZoneInfo("UTC"))
    return Team(id=name, name=name.capitalize(), hours=always, supervisor=supervisor, fallback=fallback)


ROSTER = Roster(
    teams=(_team("service", "sue", "ben"), _team("billing", "sue", "carol")),
    handlers=(
        _handler("ana", "service", zone="Europe/Madrid"),
        _handler("ben", "service"),
        _handler("carol", "billing"),
        _handler("sue", "service", Role.SUPERVISOR),
    ),
    currency="EUR",
)


@dataclass
class World:
    engine: AsyncEngine
    app: Starlette
    metrics: Metrics
    now: datetime = NOON + timedelta(hours=1)
    cases: dict[str, Case] = field(default_factory=dict)
    clients: list[httpx2.AsyncClient] = field(default_factory=list)

    @property
    def inbox(self) -> Inbox:
        return Inbox(self.engine)

    @property
    def accounts(self) -> Accounts:
        return _accounts(self.engine)

    def anonymous(self, **options: Any) -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(app=self.app, raise_app_exceptions=False)
        client = httpx2.AsyncClient(transport=transport, base_url=BASE, **options)
        self.clients.append(client)
        return client

    async def signed_in(self, handler: str, **options: Any) -> httpx2.AsyncClient:
        client = self.anonymous(**options)
        client.cookies.set(COOKIE, await self.accounts.create(handler, self.now, 12), domain="desk.test")
        return client

    async def program(self, handler: str) -> httpx2.AsyncClient:
        """A caller of the API."""
        token = await self.accounts.create_token(handler, "test", self.now)
        return self.anonymous(headers={"Authorization": f"Bearer {token}"})

    async def opens(self, name: str, text: str = "They came late and scratched the floor.", **details: Any) -> str:
        """A post opens a case; returns its id. `details`: owner, waiting, of, undecided, and fields of `Opened`."""
        said = details.pop("of", None) or post(name, text=text, author=details.pop("author", f"author-{name}"))
        doubt = {"undecided": True, "why": (DOUBT,)} if details.pop("undecided", False) else {}
        kept, opening = new_case(name, of=said, **details)
        kept = replace(kept, verdict=opening.case.verdict, scores=self.heard(said), **doubt)
        await self.write(kept, opening)
        return opening.case.id

    async def let_go(self, name: str, text: str, verdict: Verdict = Verdict.ABUSE, **details: Any) -> str:
        """A post on the audit list; returns its id. `details` are fields of the triaged post."""
        said = post(name, text=text, rating=None)
        kept = triaged(of=said, verdict=verdict, effect=Effect.LET_GO, audit=True, scores=self.heard(said))
        await self.write(replace(kept, **details))
        return said.id

    async def happens(self, case_id: str, *events: Event, actor: str = "hearout") -> None:
        await self.write(None, change(self.cases[case_id], case_id, *events, at=self.now, actor=actor))

    async def write(self, kept: TriagedPost | None, *changes: Change) -> None:
        async with SqlCaseBook(self.engine).transaction() as transaction:
            await transaction.write(posts=[kept] if kept else [], changes=changes)
        for changed in changes:
            self.cases[changed.case.id] = changed.case

    async def kinds(self, case_id: str) -> list[str]:
        page = await self.inbox.case(case_id)
        assert page is not None
        return [event.kind for event in page.events]

    @staticmethod
    def heard(said: Post) -> Any:
        """Scores whose evidence is the words `broke`, `late` (problem) and `idiots` (insult) where they stand."""
        spans = []
        for head, word in (("problem", "broke"), ("problem", "late"), ("hostility", "idiots")):
            at = said.text.find(word)
            if at >= 0:
                spans.append(Evidence(head=head, start=at, end=at + len(word), weight=1.0))
        mood = Sentiment(negative=0.8, neutral=0.15, positive=0.05)
        return scores(sentiment=mood, evidence=tuple(spans), hostility=0.75)


def csrf(html: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', html)
    assert found, "the page has no form"
    return found[1]


async def token_of(client: httpx2.AsyncClient) -> str:
    """The word forms of this session must carry."""
    return csrf((await client.get("/inbox")).text)


def _accounts(engine: AsyncEngine) -> Accounts:
    return Accounts(engine, hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@asynccontextmanager
async def opened_world(
    file: Path, *, base_url: str = BASE, inbox: Callable[[AsyncEngine], Inbox] = Inbox
) -> AsyncIterator[World]:
    """`file` is a migrated book, or none yet."""
    engine = open_engine(f"sqlite+aiosqlite:///{file}")
    if not file.exists():
        await migrate(engine)
    world: World
    metrics = Metrics()
    app = desk_app(
        inbox=inbox(engine),
        accounts=_accounts(engine),
        book=SqlCaseBook(engine),
        roster=ROSTER,
        rules=Rules.default(),
        sources=SqlSourceBook(engine),
        shelf=SqlShelf(engine),
        alerts=SqlAlertBook(engine),
        clock=lambda: world.now,
        base_url=base_url,
        session_hours=12,
        metrics=metrics,
        look_every=0.02,
    )
    world = World(engine=engine, app=app, metrics=metrics)
    try:
        yield world
    finally:
        for client in world.clients:
            await client.aclose()
        await engine.dispose()


@asynccontextmanager
async def served(app: Starlette) -> AsyncIterator[str]:
    """The address of a real server on loopback."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve(sockets=[sock]))
    async with asyncio.timeout(15):
        while not server.started:
            await asyncio.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    finally:
        server.should_exit = server.force_exit = True
        await asyncio.gather(serving, return_exceptions=True)
        sock.close()
