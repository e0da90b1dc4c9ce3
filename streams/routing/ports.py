"""What routing needs of the case book: one transaction that sees everything and is seen whole."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from streams.cases.case import Case
from streams.cases.events import Event
from streams.cases.triaged import TriagedPost

#: Source and author: who a person is, as far as one network tells.
AuthorKey = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Events that were decided for one case, and the case after them."""

    case: Case
    events: tuple[Event, ...]
    at: datetime
    #: Handler id, or `hearout` for the machine.
    actor: str


class BookTransaction(Protocol):
    """All writers of the book wait for each other, so what is read here stays true until the end."""

    async def posts(self, ids: Collection[str]) -> Mapping[str, TriagedPost]: ...

    async def case(self, case_id: str) -> Case | None: ...

    async def cases_of(self, authors: Collection[AuthorKey]) -> Sequence[Case]:
        """Every case of these authors that is not closed, oldest first."""
        ...

    async def last_helpers(self, authors: Collection[AuthorKey]) -> Mapping[AuthorKey, str]:
        """The handler who owned the author's latest resolved or closed case."""
        ...

    async def last_aspects(self, authors: Collection[AuthorKey]) -> Mapping[AuthorKey, Mapping[str, float]]:
        """The sub-ratings of each author's latest written post that has any; authors without one are missing."""
        ...

    async def loads(self) -> Mapping[str, int]:
        """Open cases by owner, waiting ones left out; handlers without any may be missing."""
        ...

    async def waiting(self, limit: int) -> Sequence[Case]:
        """Open cases that wait with the fallback, most severe first, then oldest, then by id."""
        ...

    async def due(self, now: datetime, limit: int) -> Sequence[Case]:
        """Cases with a deadline before `now` of which nobody was told yet."""
        ...

    async def write(self, *, posts: Sequence[TriagedPost] = (), changes: Sequence[Change] = ()) -> None:
        """Keeps posts (by id, replacing what was kept) and appends events. Order of `changes` is kept."""
        ...


class CaseBook(Protocol):
    def transaction(self) -> AbstractAsyncContextManager[BookTransaction]:
        """Commits at the end, or nothing of it if an exception leaves. Raises `Transient` when the database is away."""
        ...
