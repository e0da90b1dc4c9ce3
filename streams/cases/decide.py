"""A case and a command walk in; the events that follow walk out, or a refusal with a sentence for people. Pure."""

from datetime import datetime

from streams.cases.case import Case, Status, running_deadlines
from streams.cases.commands import (
    AddNote,
    AddPost,
    Assign,
    CheckDeadlines,
    Claim,
    Close,
    Command,
    DeletePost,
    EditPost,
    Escalate,
    LogContact,
    MakePromise,
    Mark,
    Open,
    Reopen,
    Resolve,
)
from streams.cases.events import (
    Assigned,
    Claimed,
    Closed,
    ContactLogged,
    Escalated,
    Event,
    Marked,
    Noted,
    Overdue,
    Promised,
    Reopened,
    Resolved,
)
from streams.errors import Refused
from streams.records import Verdict

CONTACT_CHANNELS = ("call", "direct_message", "visit", "email", "public_reply")
OUTCOMES = ("returned", "satisfied", "unsatisfied", "unreachable")
MALICIOUS = "malicious"
MARKS = ("misexplained", MALICIOUS)


class CommandRefused(Refused):
    """The case does not allow this now; the message says why and what to do first."""


def decide(case: Case | None, command: Command, now: datetime, *, actor: str) -> tuple[Event, ...]:
    """What happens to the case; nothing when the command asks for what is so already.

    `actor` is a handler id, or `hearout` for the machine. Raises `CommandRefused`.
    """
    if isinstance(command, Open):
        return _open(case, command)
    if case is None:
        raise CommandRefused("There is no such case.")
    match command:
        case AddPost():
            return _add_post(case, command)
        case EditPost(edited=edited):
            return (edited,)
        case DeletePost(deleted=deleted):
            return (deleted,)
        case AddNote(text=text):
            return (Noted(text=_said(text, "a note")),)
        case Reopen():
            return _reopen(case, command, now)
        case CheckDeadlines(supervisor=supervisor):
            return _check_deadlines(case, supervisor, now)
        case Close():
            return _close(case, command)
    if case.status is Status.CLOSED:
        raise CommandRefused("This case is closed; reopen it first.")
    match command:
        case Assign(assigned=assigned):
            return _assign(case, assigned)
        case Claim(handler=handler):
            return _claim(case, handler)
        case LogContact():
            return _taken_up(case, actor) + _log_contact(command)
        case MakePromise():
            return _taken_up(case, actor) + _promise(case, command, now)
        case Resolve():
            return _resolve(case, command, now)
        case Escalate(to=to, why=why):
            if to == case.owner:
                raise CommandRefused(f"{to} has this case already.")
            return _escalated(case, _said(to, "who to bring in"), why)
        case Mark():
            return _mark(case, command, actor)


def _open(case: Case | None, command: Open) -> tuple[Event, ...]:
    if case is not None:
        raise CommandRefused("This case is open already.")
    if not command.assigned.owner:
        raise CommandRefused("A case needs an owner.")
    return (command.opened, command.assigned)


def _add_post(case: Case, command: AddPost) -> tuple[Event, ...]:
    joined = command.joined
    if case.status is Status.CLOSED:
        raise CommandRefused("This case is closed; the post needs a case of its own.")
    if joined.post_id in case.post_ids:
        return ()
    events: tuple[Event, ...] = (joined,)
    if case.status is Status.RESOLVED and joined.verdict.has_problem:
        events += (_reopened(command.reopen),)
    if _hostile(joined.verdict) and _hostile(case.verdict):
        events += _escalated(case, command.supervisor, "a second hostile post by the same author")
    return events


def _assign(case: Case, assigned: Assigned) -> tuple[Event, ...]:
    if not assigned.owner:
        raise CommandRefused("A case needs an owner.")
    if (assigned.owner, assigned.waiting) == (case.owner, case.waiting):
        return ()
    return (assigned,)


def _claim(case: Case, handler: str) -> tuple[Event, ...]:
    if not handler:
        raise CommandRefused("A case needs an owner.")
    if case.claimed and case.owner == handler:
        return ()
    claimed = Claimed(owner=handler)
    if case.owner == handler:
        return (claimed,)
    return (Assigned(owner=handler, why=("claimed it",), waiting=False), claimed)


def _taken_up(case: Case, actor: str) -> tuple[Event, ...]:
    """Who holds a waiting case for others and works on it has taken it: it must not be handed on under their hands."""
    return (Claimed(owner=actor),) if case.waiting and actor == case.owner else ()


def _log_contact(command: LogContact) -> tuple[Event, ...]:
    if command.channel not in CONTACT_CHANNELS:
        raise CommandRefused(f"{command.channel!r} is no way of contact; say one of {', '.join(CONTACT_CHANNELS)}.")
    if command.turned_constructive and not command.reached:
        raise CommandRefused("A customer who was not reached cannot have turned constructive.")
    return (
        ContactLogged(
            channel=command.channel,
            reached=command.reached,
            text=command.text,
            turned_constructive=command.turned_constructive,
        ),
    )


def _promise(case: Case, command: MakePromise, now: datetime) -> tuple[Event, ...]:
    if case.status is Status.RESOLVED:
        raise CommandRefused("This case is resolved; reopen it to promise something new.")
    promised = Promised(
        cause=_said(command.cause, "the cause"),
        solution=_said(command.solution, "the solution"),
        due=command.due,
        responsible=_said(command.responsible, "who is responsible and how to reach them"),
    )
    if command.due <= now:
        raise CommandRefused("A promise is for a time to come; give a later deadline.")
    return (promised,)


def _resolve(case: Case, command: Resolve, now: datetime) -> tuple[Event, ...]:
    if case.status is Status.RESOLVED:
        raise CommandRefused("This case is resolved already.")
    if case.promise is None:
        raise CommandRefused(
            "The customer has not been told yet: promise the cause, the solution, its deadline and who is responsible."
        )
    if command.follow_up_due <= now:
        raise CommandRefused("The follow-up is for a time to come; give a later date.")
    return (
        Resolved(
            text=command.text,
            cause_department=_said(command.cause_department, "which department the cause lies with"),
            cause=_said(command.cause, "the root cause"),
            follow_up_due=command.follow_up_due,
        ),
    )


def _close(case: Case, command: Close) -> tuple[Event, ...]:
    if case.status is Status.CLOSED:
        raise CommandRefused("This case is closed already.")
    if case.status is Status.OPEN:
        raise CommandRefused("This case is not resolved yet; resolve it, follow up, then close it.")
    if command.outcome not in OUTCOMES:
        raise CommandRefused(f"{command.outcome!r} is no outcome; say one of {', '.join(OUTCOMES)}.")
    return (Closed(outcome=command.outcome, text=command.text),)


def _reopen(case: Case, command: Reopen, now: datetime) -> tuple[Event, ...]:
    if case.status is Status.OPEN:
        raise CommandRefused("This case is open.")
    _said(command.why, "why it is opened again")
    if min(command.first_contact_due, command.resolution_due) < now:
        raise CommandRefused("A reopened case needs fresh deadlines.")
    return (_reopened(command),)


def _reopened(command: Reopen) -> Reopened:
    return Reopened(why=command.why, first_contact_due=command.first_contact_due, resolution_due=command.resolution_due)


def _check_deadlines(case: Case, supervisor: str, now: datetime) -> tuple[Event, ...]:
    passed = [(name, due) for name, due in running_deadlines(case) if due <= now]
    if not passed:
        return ()
    names = " and ".join(name.replace("_", " ") for name, _ in passed)
    overdue: tuple[Event, ...] = tuple(Overdue(deadline=name, due=due) for name, due in passed)
    # Also where the supervisor is in the case already: another deadline has passed.
    again = supervisor not in ("", case.owner)
    return overdue + ((Escalated(to=supervisor, why=f"{names} overdue"),) if again else ())


def _escalated(case: Case, to: str, why: str) -> tuple[Event, ...]:
    """Nothing where they are in the case already."""
    return () if to in ("", case.owner, *case.helpers) else (Escalated(to=to, why=why),)


def _mark(case: Case, command: Mark, actor: str) -> tuple[Event, ...]:
    if command.mark not in MARKS:
        raise CommandRefused(f"{command.mark!r} is no mark; say one of {', '.join(MARKS)}.")
    if command.mark == MALICIOUS:
        _said(command.text, "why you think so; a supervisor will look")
    marked: tuple[Event, ...] = () if command.mark == case.mark else (Marked(mark=command.mark, text=command.text),)
    if command.mark != MALICIOUS or actor == command.supervisor:
        return marked
    return marked + _escalated(case, command.supervisor, "marked as malicious, needs a second look")


def _hostile(verdict: Verdict) -> bool:
    return verdict in (Verdict.HOSTILE_PROBLEM, Verdict.ABUSE)


def _said(text: str, what: str) -> str:
    if not text.strip():
        raise CommandRefused(f"Say {what}.")
    return text
