"""What notifying needs: a book of alerts that holds each once, and channels that carry them out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from streams.records import CaseEvent, Verdict


class AlertState(StrEnum):
    #: To be sent at `due_at`.
    PENDING = "pending"
    #: Handed to the channel; found like this at a start, it may have gone out already.
    SENDING = "sending"
    SENT = "sent"
    #: Given up after the last try; the supervisor sees it.
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """The message that tells one handler about one event of a case, through one channel."""

    #: Derived: `event-id/handler/channel-name`.
    id: str
    event_id: str
    case_id: str
    handler: str
    #: Name of the channel entry in the roster: `desk`, `email`, `webhook`, `apprise`, `console`.
    channel: str
    #: Where the channel sends it: an address, a URL; empty for `desk` and `console`. May hold secrets: never logged.
    target: str
    severity: int
    #: First line: what went wrong, for whom.
    title: str
    #: Second line: how hostile it sounds and why it was flagged, the deadline.
    body: str
    #: Link to the case.
    url: str
    created_at: datetime
    #: Not before this time: quiet hours, digests, retries.
    due_at: datetime
    #: Alerts with the same non-empty digest leave as one message.
    digest: str = ""
    state: AlertState = AlertState.PENDING
    attempts: int = 0
    error: str = ""
    sent_at: datetime | None = None
    #: A crash between sending and noting it: it may have gone out twice.
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """What an alert says of a case, as the book has it now."""

    author: str
    source: str
    brand: str
    owner: str
    #: Of the case's team; empty when it has none.
    supervisor: str
    verdict: Verdict
    severity: int
    #: What went wrong in the author's words, the insult left out; empty for a rating without words.
    problem: str
    #: What stands for the words where there are none: `1 of 5 for punctuality`, or that they were taken back.
    instead: str
    #: Of the post; None without words.
    hostility: float | None
    why: tuple[str, ...]
    first_contact_due: datetime
    resolution_due: datetime
    contacted: bool


class CaseLookup(Protocol):
    async def facts(self, events: Sequence[CaseEvent]) -> Mapping[str, CaseFacts]:
        """By event id; one whose case is not in the book is missing. Raises `Transient`.

        What is quoted is the post the event is about, else the one that opened the case: the same whenever it is asked.
        """
        ...


class AlertBook(Protocol):
    async def add(self, alerts: Sequence[Alert]) -> Sequence[str]:
        """Keeps those whose id is new; returns their ids."""
        ...

    async def due(self, now: datetime, limit: int) -> Sequence[Alert]:
        """Pending alerts with `due_at` passed, most severe first, then oldest."""
        ...

    async def take(self, ids: Collection[str], now: datetime) -> Sequence[str]:
        """Marks pending alerts as `sending` and counts the attempt; returns those this caller got (others may race)."""
        ...

    async def sent(self, ids: Collection[str], at: datetime) -> None: ...

    async def failed(self, alert_id: str, error: str, retry_at: datetime | None) -> None:
        """Back to `pending` until `retry_at`, or `failed` for good when None."""
        ...

    async def release_interrupted(self, before: datetime) -> Sequence[Alert]:
        """`sending` since before this time: back to `pending`, with `repeated` set; returns them."""
        ...

    async def unsettled(self, now: datetime) -> int:
        """How many are on their way: being sent, due by `now`, or tried before and to be tried again."""
        ...


class Channel(Protocol):
    """A way out. Raises `Transient` to be tried again and `Refused` when trying again is no use."""

    name: str

    async def send(self, alerts: Sequence[Alert]) -> None:
        """One message for these alerts: all of one handler, one target (more than one is a digest)."""
        ...
