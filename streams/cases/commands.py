"""What people and the clock may ask of a case; `decide` answers with events or `CommandRefused`."""

from dataclasses import dataclass
from datetime import datetime

from streams.cases.events import Assigned, Opened, PostDeleted, PostEdited, PostJoined


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    opened: Opened
    assigned: Assigned


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopen:
    why: str
    first_contact_due: datetime
    resolution_due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPost:
    joined: PostJoined
    #: How to reopen the case should it be resolved already: a problem on a resolved case was not solved.
    reopen: Reopen
    #: Who is brought in when this is the second hostile post.
    supervisor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditPost:
    edited: PostEdited


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletePost:
    deleted: PostDeleted


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign:
    """By the machine (draining the waiting ones) or by a supervisor's hand."""

    assigned: Assigned


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    handler: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddNote:
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogContact:
    channel: str
    reached: bool
    text: str = ""
    turned_constructive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MakePromise:
    cause: str
    solution: str
    due: datetime
    responsible: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolve:
    text: str
    cause_department: str
    cause: str
    follow_up_due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    outcome: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckDeadlines:
    """The clock asks; `supervisor` is who it escalates to."""

    supervisor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalate:
    to: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    mark: str
    text: str
    #: Who takes a second look at `malicious`.
    supervisor: str


Command = (
    Open
    | AddPost
    | EditPost
    | DeletePost
    | Assign
    | Claim
    | AddNote
    | LogContact
    | MakePromise
    | Resolve
    | Close
    | Reopen
    | CheckDeadlines
    | Escalate
    | Mark
)
