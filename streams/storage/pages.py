"""What the reads of the book hand to the desk: frozen pages, lists and counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from streams.cases.case import Case
from streams.cases.triaged import TriagedPost
from streams.notify.ports import Alert
from streams.records import CaseEvent

View = Literal["mine", "team", "unassigned", "overdue", "waiting", "open", "resolved", "closed", "all"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxRow:
    case: Case
    #: Beginning of the shown post's text, at most 280 characters; empty where its author took it back.
    excerpt: str
    #: Name to show; the network's handle where there is no name.
    author: str
    #: The post that opened the case, or the last one where that was taken back; None where it is not in the book.
    shown: TriagedPost | None
    #: Posts in the case.
    posts: int
    #: The next deadline, also when it has passed; None where none is left.
    due: datetime | None
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseList:
    rows: Sequence[InboxRow]
    #: Hand it back as `after` to read on; None at the end.
    next: str | None
    #: Of the whole list, not of this stretch.
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    case: Case
    #: As the case names them, oldest first.
    posts: tuple[TriagedPost, ...]
    events: tuple[CaseEvent, ...]
    #: Oldest first; `target` is always empty here, for it may hold secrets.
    alerts: tuple[Alert, ...]
    #: Other cases of this author, newest first, 20 at most.
    earlier: tuple[Case, ...]
    due: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditList:
    #: Undecided ones first, then newest first.
    posts: Sequence[TriagedPost]
    #: Hand it back as `after` to read on; None at the end.
    next: str | None
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTally:
    """Posts of one day (of `created_at`, UTC) that are alike."""

    day: date
    lang: str
    #: Empty where a post was refused before there was a verdict.
    verdict: str
    #: `negative`, `neutral` or `positive`, whichever is likeliest; empty without scores.
    sentiment: str
    posts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BookNumbers:
    """Business gauges, read from the book."""

    open_by_verdict: Mapping[str, int]
    #: Cases that are not closed and have a passed deadline.
    overdue: int
    #: Open cases that wait with the fallback.
    waiting: int
    #: Dead letters nobody has replayed.
    dead_letters: int
    #: Alerts given up for good.
    alerts_failed: int
    #: The last days, oldest first.
    days: tuple[DayTally, ...]
