"""Events of a case walk in; sentences with who and when walk out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from streams.cases.codec import event_from_data
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
from streams.desk.views.moments import Moment, moment
from streams.desk.words import CHANNELS, DEADLINES, MARKS, OUTCOMES
from streams.errors import Refused
from streams.records import CaseEvent

MACHINE = "hearout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event as a sentence, and what was written with it."""

    #: `machine`, `person` or `alarm`: how it is drawn.
    tone: str
    sentence: str
    #: Free text of people; empty where there is none.
    text: str
    reasons: tuple[str, ...]
    at: Moment


def story(events: Sequence[CaseEvent], names: Mapping[str, str], now: datetime, zone: ZoneInfo) -> tuple[Told, ...]:
    """Newest first. An event this version does not know is told by its kind alone."""
    return tuple(_told(event, names, now, zone) for event in reversed(events))


def sentence_of(event: CaseEvent, names: Mapping[str, str], now: datetime, zone: ZoneInfo) -> str:
    return _told(event, names, now, zone).sentence


def _told(event: CaseEvent, names: Mapping[str, str], now: datetime, zone: ZoneInfo) -> Told:
    at = moment(event.at, now, zone)
    who = "Hearout" if event.actor == MACHINE else names.get(event.actor, event.actor)
    try:
        happened = event_from_data(event.kind, event.data)
    except Refused:
        return Told(tone="machine", sentence=f"{who}: {event.kind.replace('_', ' ')}", text="", reasons=(), at=at)
    sentence, text, reasons = _words(happened, who, names, lambda then: moment(then, now, zone).text)
    alarm = isinstance(happened, Overdue | Escalated) or (isinstance(happened, Assigned) and happened.waiting)
    tone = "alarm" if alarm else "machine" if event.actor == MACHINE else "person"
    return Told(tone=tone, sentence=sentence, text=text, reasons=readable(reasons), at=at)


def _words(
    event: Event, who: str, names: Mapping[str, str], when: Callable[[datetime], str]
) -> tuple[str, str, tuple[str, ...]]:
    """Sentence, free text, reasons."""
    match event:
        case Opened():
            # Why it was flagged stands on the page by itself.
            return f"{who} opened the case", "", ()
        case PostJoined():
            return "The author wrote again about it", "", event.why
        case PostEdited():
            return "The author changed a post", "", ()
        case PostDeleted():
            return "The author took a post back", "", ()
        case Assigned():
            owner = names.get(event.owner, event.owner)
            if event.waiting:
                return f"{who} left it with {owner} until somebody who fits can take it", "", event.why
            if owner == who:
                return f"{who} became its owner", "", event.why
            return f"{who} gave it to {owner}", "", event.why
        case Claimed():
            return f"{names.get(event.owner, event.owner)} took it on", "", ()
        case Noted():
            return f"{who} noted", event.text, ()
        case ContactLogged():
            return f"{who} {_contact(event)}", event.text, ()
        case Promised():
            told = f"{event.solution}\nCause: {event.cause}\nResponsible: {event.responsible}"
            return f"{who} promised a solution by {when(event.due)}", told, ()
        case Resolved():
            cause = f"Cause: {event.cause_department} – {event.cause}"
            follow_up = f"Follow-up on {when(event.follow_up_due)}"
            return f"{who} resolved it", "\n".join(filter(None, (event.text, cause, follow_up))), ()
        case Closed():
            return f"{who} closed it: {OUTCOMES.get(event.outcome, event.outcome).lower()}", event.text, ()
        case Reopened():
            return f"{who} opened it again", event.why, ()
        case Overdue():
            return f"{DEADLINES.get(event.deadline, event.deadline)} is overdue since {when(event.due)}", "", ()
        case Escalated():
            return f"{who} brought in {names.get(event.to, event.to)}", event.why, ()
        case Marked():
            return f"{who} marked it: {MARKS.get(event.mark, event.mark).lower()}", event.text, ()


def readable(reasons: Sequence[str]) -> tuple[str, ...]:
    """Comparisons as people write them."""
    return tuple(reason.replace(" >= ", " ≥ ").replace(" <= ", " ≤ ") for reason in reasons)


def _contact(event: ContactLogged) -> str:
    way = CHANNELS.get(event.channel, event.channel).lower()
    if not event.reached:
        return f"tried to reach the customer ({way})"
    return f"spoke with the customer ({way})" + (", who turned constructive" if event.turned_constructive else "")
