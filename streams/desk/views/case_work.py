"""A case and its visitor walk in; what they can do with it walks out: acts, the likeliest next, forms and choices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from streams.cases.case import Case, Status
from streams.desk.views.inbox import Choice
from streams.desk.views.moments import local_input
from streams.desk.visitor import Visitor
from streams.desk.words import CHANNELS, MARKS, OUTCOMES
from streams.routing.roster import Role, Roster


@dataclass(frozen=True, slots=True, kw_only=True)
class FormState:
    """A form as it stands: what was typed, and why it was refused."""

    values: Mapping[str, str] = field(default_factory=dict)
    error: str = ""

    def value(self, name: str) -> str:
        return self.values.get(name, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What stands beside a case for who may act on it."""

    #: Acts that have a form here.
    acts: frozenset[str]
    #: The act that is most likely next.
    next_act: str
    #: The one form that is open: what was refused, else what is next.
    open_act: str
    forms: Mapping[str, FormState]
    channels: tuple[Choice, ...]
    outcomes: tuple[Choice, ...]
    marks: tuple[Choice, ...]
    supervisors: tuple[Choice, ...]
    handlers: tuple[Choice, ...]
    #: Name of the visitor's time zone.
    zone: str

    def form(self, act: str) -> FormState:
        return self.forms.get(act, FormState())


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    label: str
    did: bool
    current: bool


def work_of(case: Case, visitor: Visitor, roster: Roster, now: datetime, tried: tuple[str, FormState] | None) -> Work:
    """`tried` is the form that was refused, by the name of its act."""
    next_act = next_act_of(case, visitor)
    supervisors = supervisors_for(case, roster, visitor)
    forms = first_values(case, visitor, roster, now)
    return Work(
        acts=acts_of(case, visitor, next_act, supervisors),
        next_act=next_act,
        open_act=tried[0] if tried is not None else next_act,
        forms=forms if tried is None else forms | {tried[0]: tried[1]},
        channels=choices(CHANNELS),
        outcomes=choices(OUTCOMES),
        marks=choices(MARKS),
        supervisors=supervisors,
        handlers=choices({handler.id: handler.name for handler in roster.handlers if handler.id != case.owner}),
        zone=f"{now.astimezone(visitor.zone):%Z}",
    )


def acts_of(case: Case, visitor: Visitor, next_act: str, supervisors: Sequence[Choice]) -> frozenset[str]:
    acts = {"note"}
    if next_act == "claim":
        acts.add("claim")
    if case.status is not Status.CLOSED:
        acts |= {"contact", "mark"}
        acts |= {"escalate"} if supervisors else set()
        acts |= {"assign"} if visitor.supervisor else set()
    match case.status:
        case Status.OPEN:
            acts |= {"promise", "resolve"}
        case Status.RESOLVED:
            acts |= {"close", "reopen"}
        case Status.CLOSED:
            acts.add("reopen")
    return frozenset(acts)


def next_act_of(case: Case, visitor: Visitor) -> str:
    match case.status:
        case Status.OPEN if not (case.claimed and case.owner == visitor.id) and visitor.id not in case.helpers:
            return "claim"
        case Status.OPEN if case.first_contact_at is None:
            return "contact"
        case Status.OPEN:
            return "promise" if case.promise is None else "resolve"
        case Status.RESOLVED:
            return "close"
        case _:
            return "reopen"


def steps_of(case: Case) -> tuple[Step, ...]:
    done = (
        ("Claim", case.claimed),
        ("First contact", case.first_contact_at is not None),
        ("Promise", case.promise is not None),
        ("Resolve", case.status is not Status.OPEN),
        ("Follow up", case.status is Status.CLOSED),
    )
    current = next((label for label, did in done if not did), "")
    return tuple(Step(label=label, did=did, current=label == current) for label, did in done)


def first_values(case: Case, visitor: Visitor, roster: Roster, now: datetime) -> dict[str, FormState]:
    """What stands in the fields before anybody typed."""
    soon = (now + timedelta(hours=24)).replace(minute=0, second=0, microsecond=0)
    later = (now + timedelta(days=3)).replace(minute=0, second=0, microsecond=0)
    return {
        "promise": FormState(values={"due": local_input(soon, visitor.zone), "responsible": visitor.name}),
        "resolve": FormState(values={"follow_up_due": local_input(later, visitor.zone)}),
        "escalate": FormState(
            values={"to": roster.supervisor_of(case.team), "why": "I need your help with this customer."}
        ),
    }


def supervisors_for(case: Case, roster: Roster, visitor: Visitor) -> tuple[Choice, ...]:
    """The team's own first; not oneself, and not who is in the case already."""
    first = roster.supervisor_of(case.team)
    there = {visitor.id, case.owner, *case.helpers}
    known = [handler for handler in roster.handlers if handler.role is Role.SUPERVISOR or handler.id == first]
    known.sort(key=lambda handler: handler.id != first)
    return choices({handler.id: handler.name for handler in known if handler.id not in there})


def choices(options: Mapping[str, str] | Sequence[tuple[str, str]]) -> tuple[Choice, ...]:
    return tuple(Choice(value=value, label=label, chosen=False) for value, label in dict(options).items())
