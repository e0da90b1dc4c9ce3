"""Events walk in, the case walks out: folding, which never refuses and never looks at a clock."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from streams.cases.case import Case, Promise, Status
from streams.cases.events import (
    Assigned,
    Claimed,
    Closed,
    ContactLogged,
    Escalated,
    Event,
    Marked,
    Noted,
    Opened,
    Overdue,
    PostDeleted,
    PostEdited,
    PostJoined,
    Promised,
    Reopened,
    Resolved,
)
from streams.records import Verdict

#: Ways of speaking with a customer in person; a public reply is none.
IN_PERSON = frozenset({"call", "direct_message", "visit", "email"})

#: From mild to urgent: a case keeps the most urgent verdict of its posts.
_URGENCY = (
    Verdict.MENTION,
    Verdict.PRAISE,
    Verdict.ABUSE,
    Verdict.GRIEVANCE,
    Verdict.COMPLAINT,
    Verdict.HOSTILE_PROBLEM,
)


def replay(case_id: str, events: Iterable[tuple[Event, datetime]]) -> Case:
    """The case after these events, each with its time. Raises `ValueError` when they do not begin with `Opened`."""
    case: Case | None = None
    for event, at in events:
        case = evolve(case, case_id, event, at)
    if case is None:
        raise ValueError(f"case {case_id} has no events")
    return case


def evolve(case: Case | None, case_id: str, event: Event, at: datetime) -> Case:
    """The case after one more event."""
    if isinstance(event, Opened):
        return _opened(case_id, event, at)
    if case is None:
        raise ValueError(f"case {case_id} begins with {event.kind!r} instead of 'opened'")
    return replace(_changed(case, event, at), number=case.number + 1)


def _opened(case_id: str, event: Opened, at: datetime) -> Case:
    return Case(
        id=case_id,
        number=1,
        status=Status.OPEN,
        source=event.source,
        author=event.author,
        author_name=event.author_name,
        brand=event.brand,
        lang=event.lang,
        verdict=event.verdict,
        severity=event.severity,
        post_ids=(event.post_id,),
        conversation_ids=(event.conversation_id,),
        opened_at=at,
        first_post_at=event.posted_at,
        last_post_at=event.posted_at,
        rule=event.rule,
        team=event.team,
        skills=event.skills,
        owner="",
        waiting=True,
        claimed=False,
        helpers=(),
        first_contact_due=event.first_contact_due,
        resolution_due=event.resolution_due,
        first_contact_at=None,
        promise=None,
        follow_up_due=None,
        overdue=frozenset(),
        budget=event.budget,
        approach=event.approach,
        mark="",
        outcome="",
        turned_constructive=False,
    )


def _changed(case: Case, event: Event, at: datetime) -> Case:
    match event:
        case PostJoined() | PostEdited() | PostDeleted():
            return _posts_changed(case, event)
        case Assigned(owner=owner, waiting=waiting):
            return replace(case, owner=owner, waiting=waiting, claimed=case.claimed and owner == case.owner)
        case Claimed(owner=owner):
            return replace(case, owner=owner, waiting=False, claimed=True)
        case ContactLogged():
            first = at if event.reached and event.channel in IN_PERSON else None
            return replace(
                case,
                first_contact_at=case.first_contact_at or first,
                turned_constructive=case.turned_constructive or event.turned_constructive,
            )
        case Promised():
            promise = Promise(cause=event.cause, solution=event.solution, due=event.due, responsible=event.responsible)
            return replace(case, promise=promise, overdue=case.overdue - {"promise"})
        case Resolved():
            return replace(case, status=Status.RESOLVED, waiting=False, follow_up_due=event.follow_up_due)
        case Closed(outcome=outcome):
            return replace(case, status=Status.CLOSED, outcome=outcome)
        case Reopened():
            return _reopened(case, event, at)
        case Overdue(deadline=deadline):
            return replace(case, overdue=case.overdue | {deadline})
        case Escalated(to=to):
            return replace(case, helpers=case.helpers if to in case.helpers else (*case.helpers, to))
        case Marked(mark=mark):
            return replace(case, mark=mark)
        case Noted():
            return case
        case _:
            raise TypeError(f"{type(event).__name__} is no event of a case")


def _posts_changed(case: Case, event: PostJoined | PostEdited | PostDeleted) -> Case:
    if isinstance(event, PostDeleted):
        return case
    case = replace(case, verdict=_more_urgent(case.verdict, event.verdict), severity=max(case.severity, event.severity))
    if isinstance(event, PostEdited):
        return case
    return replace(
        case,
        post_ids=_with(case.post_ids, event.post_id),
        conversation_ids=_with(case.conversation_ids, event.conversation_id),
        first_post_at=min(case.first_post_at, event.posted_at),
        last_post_at=max(case.last_post_at, event.posted_at),
    )


def _reopened(case: Case, event: Reopened, at: datetime) -> Case:
    """Fresh deadlines, and a fresh word to the customer; a promise for a day to come still stands."""
    return replace(
        case,
        status=Status.OPEN,
        first_contact_due=event.first_contact_due,
        resolution_due=event.resolution_due,
        first_contact_at=None,
        promise=case.promise if case.promise and case.promise.due > at else None,
        follow_up_due=None,
        overdue=frozenset(),
        outcome="",
    )


def _more_urgent(one: Verdict, other: Verdict) -> Verdict:
    """A hostile post makes the whole case hostile: whoever calls has to know."""
    if other is Verdict.ABUSE and one.has_problem:
        return Verdict.HOSTILE_PROBLEM
    return max(one, other, key=_URGENCY.index)


def _with(values: tuple[str, ...], value: str) -> tuple[str, ...]:
    return values if not value or value in values else (*values, value)
