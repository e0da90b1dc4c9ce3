"""What happened to a case: each change is one of these, and a row in the case book.

`evolve` in `case.py` folds them into the case; `kind` names each on the wire and in the book.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from streams.records import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A post with a problem found no case to join."""

    kind: ClassVar[str] = "opened"
    post_id: str
    source: str
    author: str
    author_name: str
    brand: str
    lang: str
    conversation_id: str
    posted_at: datetime
    verdict: Verdict
    severity: int
    #: Name of the rule of rules.toml that matched, and why it did.
    rule: str
    why: tuple[str, ...]
    team: str
    #: Skills the owner should have, from the rule.
    skills: tuple[str, ...]
    first_contact_due: datetime
    resolution_due: datetime
    #: Money the case may cost, in the currency of the roster.
    budget: float
    #: `process` for emotional posts, `result` for rational ones.
    approach: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostJoined:
    """The same author wrote again about the same thing."""

    kind: ClassVar[str] = "post_joined"
    post_id: str
    conversation_id: str
    posted_at: datetime
    verdict: Verdict
    #: Of the case, with this post in it; never falls.
    severity: int
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostEdited:
    kind: ClassVar[str] = "post_edited"
    post_id: str
    verdict: Verdict
    severity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PostDeleted:
    """The author took the post back; the case stays, without the text."""

    kind: ClassVar[str] = "post_deleted"
    post_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """The case has (another) owner."""

    kind: ClassVar[str] = "assigned"
    owner: str
    #: Why this one: `speaks Spanish`, `negotiator`, `helped this author before`, `least loaded (3 of 8)`.
    why: tuple[str, ...]
    #: Nobody who fits could take it: the owner is the fallback, and it waits for a better one.
    waiting: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A handler says: I am on it."""

    kind: ClassVar[str] = "claimed"
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    kind: ClassVar[str] = "noted"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactLogged:
    """A human spoke (or tried to speak) with the customer in person."""

    kind: ClassVar[str] = "contact_logged"
    #: `call`, `direct_message`, `visit`, `email` or `public_reply`.
    channel: str
    #: False for an attempt that did not reach the customer.
    reached: bool
    text: str
    #: The customer turned from hostile to constructive in this contact.
    turned_constructive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """What the customer was told, in the four fields a promise needs."""

    kind: ClassVar[str] = "promised"
    cause: str
    solution: str
    due: datetime
    #: Who is responsible and how to reach them.
    responsible: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """The problem is solved; the follow-up remains."""

    kind: ClassVar[str] = "resolved"
    text: str
    #: Root cause: department and reason.
    cause_department: str
    cause: str
    follow_up_due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """Followed up: it is known how it ended."""

    kind: ClassVar[str] = "closed"
    #: `returned`, `satisfied`, `unsatisfied` or `unreachable`.
    outcome: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened:
    kind: ClassVar[str] = "reopened"
    why: str
    first_contact_due: datetime
    resolution_due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """A deadline passed."""

    kind: ClassVar[str] = "overdue"
    #: `first_contact`, `resolution`, `promise` or `follow_up`.
    deadline: str
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalated:
    """A supervisor is brought into the case; the owner stays."""

    kind: ClassVar[str] = "escalated"
    to: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A handler says what kind of case it is: `misexplained` or `malicious` (needs a supervisor's second look)."""

    kind: ClassVar[str] = "marked"
    mark: str
    text: str


Event = (
    Opened
    | PostJoined
    | PostEdited
    | PostDeleted
    | Assigned
    | Claimed
    | Noted
    | ContactLogged
    | Promised
    | Resolved
    | Closed
    | Reopened
    | Overdue
    | Escalated
    | Marked
)
