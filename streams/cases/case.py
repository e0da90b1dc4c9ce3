"""The case: one person's problem as a small project, folded from its events."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b

from streams.records import Verdict


class Status(StrEnum):
    OPEN = "open"
    #: Solved; the follow-up remains.
    RESOLVED = "resolved"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    cause: str
    solution: str
    due: datetime
    responsible: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    #: Derived from the post that opened it, so that it is the same after a crash.
    id: str
    #: Events so far.
    number: int
    status: Status
    source: str
    author: str
    author_name: str
    brand: str
    lang: str
    verdict: Verdict
    severity: int
    post_ids: tuple[str, ...]
    conversation_ids: tuple[str, ...]
    opened_at: datetime
    #: When the posts were written: the first, and the last so far.
    first_post_at: datetime
    last_post_at: datetime
    rule: str
    team: str
    skills: tuple[str, ...]
    owner: str
    #: With the fallback, until somebody who fits can take it.
    waiting: bool
    claimed: bool
    #: Supervisors brought in.
    helpers: tuple[str, ...]
    first_contact_due: datetime
    resolution_due: datetime
    first_contact_at: datetime | None
    promise: Promise | None
    #: When to ask whether it is really solved; set by resolving.
    follow_up_due: datetime | None
    #: Deadlines that passed and were said so.
    overdue: frozenset[str]
    budget: float
    approach: str
    mark: str
    outcome: str
    turned_constructive: bool


def case_id_of(post_id: str) -> str:
    """Id of the case this post opens: the same however often the post is delivered."""
    return "c-" + base64.b32encode(blake2b(post_id.encode(), digest_size=8).digest())[:10].decode().lower()


def deadlines(case: Case) -> Mapping[str, datetime]:
    """Deadlines that still bind, by the name `Overdue` gives them; those that have passed too.

    None of first contact once somebody spoke with the customer, none but the follow-up once resolved, none once closed.
    """
    if case.status is Status.CLOSED:
        return {}
    if case.status is Status.RESOLVED:
        return {"follow_up": case.follow_up_due} if case.follow_up_due else {}
    binding = {"resolution": case.resolution_due}
    if case.first_contact_at is None:
        binding["first_contact"] = case.first_contact_due
    if case.promise is not None:
        binding["promise"] = case.promise.due
    return binding


def running_deadlines(case: Case) -> tuple[tuple[str, datetime], ...]:
    """Those of which nobody was told yet that they passed, earliest first."""
    running = [(name, due) for name, due in deadlines(case).items() if name not in case.overdue]
    return tuple(sorted(running, key=lambda deadline: (deadline[1], deadline[0])))


def next_deadline(case: Case) -> datetime | None:
    """When the timekeeper has to look at this case; None when no clock runs."""
    running = running_deadlines(case)
    return running[0][1] if running else None
