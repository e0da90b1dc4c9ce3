"""What the desk needs of the world around it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from streams.cases.triaged import TriagedPost
from streams.ingest.ports import Gap, SourceStatus
from streams.notify.ports import Alert
from streams.records import CaseEvent, KeptLetter
from streams.storage.accounts import Session, SignIn
from streams.storage.pages import AuditList, BookNumbers, CaseList, CasePage, View


class Reads(Protocol):
    """Lists and pages of the book (`storage.inbox.Inbox`); every method raises `Transient`."""

    async def cases(
        self,
        *,
        view: View,
        handler: str,
        teams: Collection[str] | None,
        now: datetime,
        search: str = "",
        lang: str = "",
        verdict: str = "",
        source: str = "",
        limit: int = 50,
        after: str | None = None,
    ) -> CaseList: ...

    async def sources(self) -> Sequence[str]: ...

    async def counts(self, handler: str, teams: Collection[str] | None, now: datetime) -> Mapping[str, int]: ...

    async def case(self, case_id: str) -> CasePage | None: ...

    async def post(self, post_id: str) -> TriagedPost | None: ...

    async def audit(
        self, limit: int = 50, after: str | None = None, kinds: Collection[str] = (), *, undecided: bool = False
    ) -> AuditList: ...

    async def mark_audited(self, post_id: str, by: str, at: datetime, as_: str) -> bool: ...

    async def audited(self) -> Mapping[str, int]: ...

    async def events_after(self, seq: int, limit: int = 200) -> Sequence[CaseEvent]: ...

    async def last_seq(self) -> int: ...

    async def numbers(self, now: datetime, days: int = 14) -> BookNumbers: ...


class Entrances(Protocol):
    """Passwords, sessions, links and tokens (`storage.accounts.Accounts`); every method raises `Transient`."""

    async def verify(self, handler: str, password: str, *, address: str, now: datetime) -> SignIn: ...

    async def create(self, handler: str, now: datetime, hours: float) -> str: ...

    async def session(self, token: str, now: datetime) -> Session | None: ...

    async def end(self, token: str) -> None: ...

    async def redeem(self, secret: str, now: datetime) -> str | None: ...

    async def token(self, secret: str) -> str | None: ...


class Sources(Protocol):
    """States of the sources (`ingest.ports.SourceBook`)."""

    async def statuses(self) -> Sequence[SourceStatus]: ...

    async def gaps(self, name: str | None = None) -> Sequence[tuple[str, Gap]]: ...


class Shelf(Protocol):
    """Dead letters, for people to see (`storage.shelf.SqlShelf`)."""

    async def letters(self, limit: int, offset: int) -> Sequence[KeptLetter]: ...


class Alerts(Protocol):
    """Alerts nobody received (`storage.alert_book.SqlAlertBook`)."""

    async def given_up(self, limit: int) -> Sequence[Alert]: ...
