"""What a handler asked for in a form or over the API walks in; the command for it walks out.

One function per act, one table of them; names are those of the addresses (`POST /cases/<id>/<act>`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from streams.cases.case import Case
from streams.cases.commands import (
    AddNote,
    Assign,
    Claim,
    Close,
    Command,
    Escalate,
    LogContact,
    MakePromise,
    Mark,
    Resolve,
)
from streams.cases.decide import CommandRefused
from streams.cases.events import Assigned
from streams.desk.fields import Fields
from streams.desk.visitor import Visitor
from streams.desk.words import CHANNELS, MARKS, OUTCOMES
from streams.routing.plan import Planner
from streams.routing.roster import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An act and its circumstances."""

    case: Case
    fields: Fields
    visitor: Visitor
    planner: Planner
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    command: Callable[[Asked], Command]
    #: Names of its fields.
    fields: tuple[str, ...]
    #: What to say when it worked.
    done: str


def claim(asked: Asked) -> Command:
    return Claim(handler=asked.visitor.id)


def note(asked: Asked) -> Command:
    return AddNote(text=asked.fields.text("text", "what to note"))


def contact(asked: Asked) -> Command:
    reached = asked.fields.one_of("reached", {"yes": "", "no": ""}, "whether you reached the customer") == "yes"
    return LogContact(
        channel=asked.fields.one_of("channel", CHANNELS, "how you contacted the customer"),
        reached=reached,
        text=asked.fields.text("text"),
        turned_constructive=reached and asked.fields.yes("turned_constructive"),
    )


def promise(asked: Asked) -> Command:
    return MakePromise(
        cause=asked.fields.text("cause", "what caused it, as you told the customer"),
        solution=asked.fields.text("solution", "what will be done"),
        due=asked.fields.moment("due", "until when it will be done"),
        responsible=asked.fields.text("responsible", "who is responsible and how to reach them"),
    )


def resolve(asked: Asked) -> Command:
    return Resolve(
        text=asked.fields.text("text"),
        cause_department=asked.fields.text("cause_department", "which department the cause lies with"),
        cause=asked.fields.text("cause", "what the root cause was"),
        follow_up_due=asked.fields.moment("follow_up_due", "when to ask the customer again"),
    )


def close(asked: Asked) -> Command:
    return Close(
        outcome=asked.fields.one_of("outcome", OUTCOMES, "how it ended"),
        text=asked.fields.text("text"),
    )


def reopen(asked: Asked) -> Command:
    return asked.planner.reopening(
        asked.case, asked.case.severity, asked.fields.text("why", "why it has to be opened again"), asked.now
    )


def escalate(asked: Asked) -> Command:
    supervisors = {
        handler.id: handler.name for handler in asked.planner.roster.handlers if handler.role is Role.SUPERVISOR
    }
    supervisors.setdefault(asked.planner.roster.supervisor_of(asked.case.team), "")
    return Escalate(
        to=asked.fields.one_of("to", supervisors, "whom to bring in"),
        why=asked.fields.text("why", "what you need from them"),
    )


def assign(asked: Asked) -> Command:
    if not asked.visitor.supervisor:
        raise CommandRefused("Only a supervisor gives a case to somebody else. Bring one in.")
    handlers = {handler.id: handler.name for handler in asked.planner.roster.handlers}
    why = asked.fields.text("why")
    return Assign(
        assigned=Assigned(
            owner=asked.fields.one_of("owner", handlers, "who takes the case"),
            why=(f"{asked.visitor.name} decided so" + (f": {why}" if why else ""),),
            waiting=False,
        )
    )


def mark(asked: Asked) -> Command:
    return Mark(
        mark=asked.fields.one_of("mark", MARKS, "what kind of case it is"),
        text=asked.fields.text("text", "what makes you think so"),
        supervisor=asked.planner.roster.supervisor_of(asked.case.team),
    )


ACTS: Mapping[str, Act] = MappingProxyType(
    {
        "claim": Act(command=claim, fields=(), done="The case is yours."),
        "note": Act(command=note, fields=("text",), done="Noted."),
        "contact": Act(
            command=contact, fields=("channel", "reached", "text", "turned_constructive"), done="Contact logged."
        ),
        "promise": Act(
            command=promise, fields=("cause", "solution", "due", "responsible"), done="Promise kept on record."
        ),
        "resolve": Act(
            command=resolve,
            fields=("text", "cause_department", "cause", "follow_up_due"),
            done="Resolved. The follow-up is in the calendar.",
        ),
        "close": Act(command=close, fields=("outcome", "text"), done="Closed."),
        "reopen": Act(command=reopen, fields=("why",), done="Open again, with fresh deadlines."),
        "escalate": Act(command=escalate, fields=("to", "why"), done="A supervisor is in."),
        "assign": Act(command=assign, fields=("owner", "why"), done="Given over."),
        "mark": Act(command=mark, fields=("mark", "text"), done="Marked."),
    }
)
