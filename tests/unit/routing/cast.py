"""Ana speaks Spanish and English and negotiates, Ben English, Carla Russian; Sue supervises, Fay is the fallback."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from streams.cases.case import Case, case_id_of
from streams.cases.hours import parse_hours
from streams.cases.own import own_handle
from streams.cases.triage import Thresholds
from streams.records import Deletion, ScoredPost
from streams.routing.plan import Planner
from streams.routing.roster import Handler, Role, Roster, Team
from streams.routing.rules import Rules
from streams.routing.step import TriageStep
from streams.routing.triaging import Triaging
from streams.settings import TriageSettings
from streams.stage import Fate
from tests.support.memory_book import MemoryBook
from tests.unit.cases.cast import THRESHOLDS, post, scores

#: A Monday.
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ALWAYS = parse_hours(["mon-sun 00:00-24:00"], ZoneInfo("UTC"))
OFFICE = parse_hours(["mon-fri 09:00-18:00"], ZoneInfo("UTC"))
HOSTILE = {"problem": 0.9, "hostility": 0.9}
PROBLEM = {"problem": 0.9, "constructiveness": 0.9}


def at(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def handler(name: str, **details: Any) -> Handler:
    plain = Handler(
        id=name,
        name=name.title(),
        teams=("front",),
        languages=frozenset({"en"}),
        skills=frozenset(),
        hours=ALWAYS,
        capacity=8,
        authority=100.0,
        role=Role.FRONT_LINE,
        email="",
        channels=(),
    )
    changed = {key: frozenset(value) if key in ("languages", "skills") else value for key, value in details.items()}
    return replace(plain, **changed)


ANA = handler("ana", languages=["es", "en"], skills=["negotiator"])
BEN = handler("ben")
CARLA = handler("carla", languages=["ru"])
SUE = handler("sue", languages=["*"], skills=["negotiator"], role=Role.SUPERVISOR, teams=("lead",))
FAY = handler("fay", languages=["fr"], teams=("lead",))
TEAM = Team(id="front", name="Front line", hours=ALWAYS, supervisor="sue", fallback="fay")
LEAD = Team(id="lead", name="Lead", hours=ALWAYS, supervisor="sue", fallback="sue")


def roster(*handlers: Handler, team: Team = TEAM) -> Roster:
    return Roster(teams=(team, LEAD), handlers=(*(handlers or (ANA, BEN, CARLA)), SUE, FAY), currency="EUR")


def heard(name: str, heads: dict[str, Any] | None = None, **details: Any) -> ScoredPost:
    """A post heard as it was written; scores say nothing but for `heads`."""
    created = details.setdefault("created_at", NOON)
    details.setdefault("heard_at", created)
    return ScoredPost(post=post(name, **details), scores=scores(**(heads or {})))


def taken_back(name: str, author: str = "mia") -> Deletion:
    return Deletion(id=f"test:{name}", source="test", author=author, deleted_at=at(1))


class World:
    """One installation in memory, whose clock stands still until it is moved."""

    def __init__(
        self,
        *handlers: Handler,
        team: Team = TEAM,
        rules: Rules | None = None,
        thresholds: Thresholds = THRESHOLDS,
        **settings: Any,
    ) -> None:
        self.book = MemoryBook()
        self.now = NOON
        self.roster = roster(*handlers, team=team)
        self.rules = rules or Rules.default()
        self.thresholds = thresholds
        self.settings = TriageSettings(**settings)
        self.told: list[str] = []
        self._steps: dict[int, TriageStep] = {}

    @property
    def step(self) -> TriageStep:
        """The same one until the roster is another, as in a process that was started anew."""
        return self._steps.setdefault(id(self.roster), self.another_step())

    def another_step(self) -> TriageStep:
        triaging = Triaging(
            planner=Planner(roster=self.roster, rules=self.rules),
            thresholds=self.thresholds,
            settings=self.settings,
            own_handles=frozenset({own_handle("@Acme")}),
        )
        return TriageStep(
            book=self.book,
            triaging=triaging,
            clock=lambda: self.now,
            on_triaged=lambda triaged, _at: self.told.append(f"{triaged.post.id} {triaged.effect}"),
        )

    async def hear(self, *records: ScoredPost | Deletion) -> Sequence[Fate]:
        return await self.step(records)

    def case(self, name: str) -> Case:
        """The case this post opened."""
        return self.book.cases[case_id_of(f"test:{name}")]

    def effect(self, name: str) -> str:
        return self.book.kept[f"test:{name}"].effect.value
