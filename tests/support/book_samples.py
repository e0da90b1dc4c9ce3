"""Posts, cases and changes for tests of the book: Ana and Ben take cases of the service team, Carol does not."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from streams.cases.case import Case, Promise, case_id_of
from streams.cases.events import Assigned, Event, Opened, Resolved
from streams.cases.evolve import evolve
from streams.cases.triaged import TriagedPost
from streams.notify.ports import Alert
from streams.records import DeadLetter, Effect, Evidence, Post, Scores, Sentiment, Verdict
from streams.routing.ports import Change

NOON = datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


RESOLVED = Resolved(text="cleaned again", cause_department="crew", cause="late", follow_up_due=NOON + hours(72))


def scores(**changes: Any) -> Scores:
    return replace(
        Scores(
            sentiment=Sentiment(negative=0.7, neutral=0.2, positive=0.1),
            hostility=0.25,
            problem=0.9,
            constructiveness=0.6,
            emotionality=0.4,
            model="linear-1@3f2a9c",
            evidence=(Evidence(head="problem", start=0, end=4, weight=1.0),),
        ),
        **changes,
    )


def post(name: str, **changes: Any) -> Post:
    return replace(
        Post(
            id=f"file:{name}",
            source="file",
            author="mia",
            text="They came late — «опоздали на час» — and scratched the floor. 😡",
            created_at=NOON,
            heard_at=NOON + timedelta(seconds=1),
            lang="en",
            author_name="Mia B.",
            rating=2.0,
            conversation_id=f"file:{name}",
            brand="Glanz",
            reach=12,
        ),
        **changes,
    )


def triaged(name: str = "1", *, of: Post | None = None, **changes: Any) -> TriagedPost:
    """A post that was let go, unless told otherwise."""
    return replace(
        TriagedPost(
            post=of or post(name),
            scores=scores(),
            verdict=Verdict.MENTION,
            severity=1,
            rule="",
            effect=Effect.LET_GO,
            case_id="",
            why=("nothing went wrong in it",),
        ),
        **changes,
    )


def opened(said: Post, **changes: Any) -> Opened:
    return replace(
        Opened(
            post_id=said.id,
            source=said.source,
            author=said.author,
            author_name=said.author_name,
            brand=said.brand,
            lang=said.lang,
            conversation_id=said.conversation_id,
            posted_at=said.created_at,
            verdict=Verdict.COMPLAINT,
            severity=2,
            rule="complaints",
            why=("problem 0.90 is over 0.50",),
            team="service",
            skills=("negotiator",),
            first_contact_due=NOON + hours(4),
            resolution_due=NOON + hours(24),
            budget=40.0,
            approach="result",
        ),
        **changes,
    )


def assigned(owner: str = "ana", *, waiting: bool = False) -> Assigned:
    return Assigned(owner=owner, why=("least loaded (0 of 8)",), waiting=waiting)


def change(case: Case | None, case_id: str, *events: Event, at: datetime = NOON, actor: str = "hearout") -> Change:
    """These events, and the case folded from them."""
    for event in events:
        case = evolve(case, case_id, event, at)
    assert case is not None
    return Change(case=case, events=events, at=at, actor=actor)


def new_case(
    name: str,
    *more: Event,
    of: Post | None = None,
    owner: str = "ana",
    waiting: bool = False,
    at: datetime = NOON,
    **details: Any,
) -> tuple[TriagedPost, Change]:
    """A post that opens a case, and the change that opens it; `details` go into `Opened`."""
    said = of or post(name)
    case_id = case_id_of(said.id)
    kept = triaged(
        of=said, verdict=Verdict.COMPLAINT, severity=2, rule="complaints", effect=Effect.OPENED, case_id=case_id
    )
    return kept, change(None, case_id, opened(said, **details), assigned(owner, waiting=waiting), *more, at=at)


def full_case() -> Case:
    """Every field set to something that is not its default."""
    case = new_case("full")[1].case
    return replace(
        case,
        helpers=("sue", "tom"),
        promise=Promise(cause="traffic", solution="a free clean", due=NOON + hours(5), responsible="Ana, +1 555 01"),
        follow_up_due=NOON + hours(90),
        first_contact_at=NOON + hours(1),
        overdue=frozenset({"first_contact", "promise"}),
        post_ids=("file:full", "file:more"),
        conversation_ids=("file:full", "file:thread"),
        mark="misexplained",
        outcome="returned",
        turned_constructive=True,
        claimed=True,
    )


def alert(name: str, **changes: Any) -> Alert:
    return replace(
        Alert(
            id=f"c-1/1/{name}/email",
            event_id="c-1/1",
            case_id="c-1",
            handler=name,
            channel="email",
            target=f"{name}@example.org",
            severity=2,
            title="Late and scratched the floor: Mia B.",
            body="calm; call by 16:00",
            url="http://desk/cases/c-1",
            created_at=NOON,
            due_at=NOON,
        ),
        **changes,
    )


def dead_letter(id_: str, **changes: Any) -> DeadLetter:
    return replace(
        DeadLetter(
            id=id_,
            stage="score",
            topic="posts",
            key="file:mia",
            payload=b"\x00\xff{",
            reason="it is no JSON",
            at=NOON,
            origin="a line",
        ),
        **changes,
    )


def ids(found: Sequence[Any]) -> list[str]:
    return [one.id for one in found]
