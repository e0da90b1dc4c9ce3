"""Ana works the case, Ben is on her team, Sue supervises; Mia is the customer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from streams.cases.case import Case, case_id_of
from streams.cases.commands import AddPost, Command, MakePromise, Open, Reopen, Resolve
from streams.cases.decide import decide
from streams.cases.events import Assigned, Event, Opened, PostJoined
from streams.cases.evolve import evolve
from streams.cases.triage import Thresholds
from streams.records import Post, Scores, Sentiment, Verdict

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
THRESHOLDS = Thresholds(problem=0.35, hostility=0.5, constructiveness=0.5, positive=0.6)


def at(hours: float) -> datetime:
    """So many hours after the case was opened."""
    return NOON + timedelta(hours=hours)


def scores(**heads: Any) -> Scores:
    """Nothing said, but for the heads that are given."""
    calm = Scores(
        sentiment=Sentiment(negative=0.1, neutral=0.8, positive=0.1),
        hostility=0.0,
        problem=0.0,
        constructiveness=0.0,
        emotionality=0.0,
        model="test-1",
    )
    if "positive" in heads or "negative" in heads:
        positive, negative = heads.pop("positive", 0.0), heads.pop("negative", 0.0)
        heads["sentiment"] = Sentiment(negative=negative, neutral=1 - positive - negative, positive=positive)
    return replace(calm, **heads)


def post(name: str = "1", **details: Any) -> Post:
    plain = Post(
        id=f"test:{name}",
        source="test",
        author="mia",
        text="You came an hour late.",
        created_at=NOON,
        heard_at=NOON,
        lang="en",
        brand="Acme",
    )
    return replace(plain, **details)


def opening(owner: str = "ana", *, waiting: bool = False, **details: Any) -> Open:
    opened = Opened(
        post_id="test:1",
        source="test",
        author="mia",
        author_name="Mia",
        brand="Acme",
        lang="en",
        conversation_id="test:1",
        posted_at=NOON,
        verdict=Verdict.COMPLAINT,
        severity=2,
        rule="default",
        why=("problem 0.90 >= 0.35",),
        team="front",
        skills=(),
        first_contact_due=at(4),
        resolution_due=at(24),
        budget=50.0,
        approach="result",
    )
    return Open(opened=replace(opened, **details), assigned=Assigned(owner=owner, why=(), waiting=waiting))


def wrote_again(name: str = "2", verdict: Verdict = Verdict.COMPLAINT, *, now: datetime = NOON) -> AddPost:
    joined = PostJoined(
        post_id=f"test:{name}", conversation_id="test:1", posted_at=now, verdict=verdict, severity=2, why=()
    )
    return AddPost(joined=joined, reopen=reopening(now), supervisor="sue")


def reopening(now: datetime) -> Reopen:
    hour = timedelta(hours=1)
    return Reopen(why="not solved", first_contact_due=now + 4 * hour, resolution_due=now + 24 * hour)


def promise(due: datetime) -> MakePromise:
    return MakePromise(cause="traffic", solution="a free clean", due=due, responsible="Ana, +34 555 01")


def resolve(follow_up_due: datetime) -> Resolve:
    return Resolve(text="", cause_department="planning", cause="too few cars", follow_up_due=follow_up_due)


def folded(case: Case | None, events: tuple[Event, ...], now: datetime) -> Case:
    for event in events:
        case = evolve(case, case_id_of("test:1"), event, now)
    assert case is not None
    return case


def after(*steps: Command | tuple[Command, datetime], actor: str = "ana") -> Case:
    """The case after these commands; each at noon, or at the time that stands beside it."""
    case: Case | None = None
    for step in steps:
        command, now = step if isinstance(step, tuple) else (step, NOON)
        case = folded(case, decide(case, command, now, actor=actor), now)
    assert case is not None
    return case
