"""A case book in memory: what is written in a transaction stays only when it ends well."""

from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime

from streams.cases.case import Case, Status, next_deadline
from streams.cases.triaged import TriagedPost
from streams.errors import Transient
from streams.routing.ports import AuthorKey, BookTransaction, Change


@dataclass
class MemoryBook:
    kept: dict[str, TriagedPost] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    #: So many commits from now on find the database away.
    failing_commits: int = 0
    #: How often somebody read what waits.
    waiting_reads: int = 0

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[BookTransaction]:
        shelf = _Transaction(copy(self.kept), copy(self.cases), copy(self.changes))
        yield shelf
        self.waiting_reads += shelf.waiting_reads
        if self.failing_commits:
            self.failing_commits -= 1
            raise Transient("the database is away")
        self.kept, self.cases, self.changes = shelf.kept, shelf.cases, shelf.changes

    def kinds(self, case_id: str) -> list[str]:
        """Kinds of the events of a case, in order."""
        return [event.kind for change in self.changes if change.case.id == case_id for event in change.events]

    @property
    def only_case(self) -> Case:
        (case,) = self.cases.values()
        return case


@dataclass
class _Transaction:
    kept: dict[str, TriagedPost]
    cases: dict[str, Case]
    changes: list[Change]
    waiting_reads: int = 0

    async def posts(self, ids: Collection[str]) -> Mapping[str, TriagedPost]:
        return {post_id: self.kept[post_id] for post_id in ids if post_id in self.kept}

    async def case(self, case_id: str) -> Case | None:
        return self.cases.get(case_id)

    async def cases_of(self, authors: Collection[AuthorKey]) -> Sequence[Case]:
        found = [case for case in self.cases.values() if (case.source, case.author) in authors]
        return _oldest_first(case for case in found if case.status is not Status.CLOSED)

    async def last_helpers(self, authors: Collection[AuthorKey]) -> Mapping[AuthorKey, str]:
        ended = _oldest_first(case for case in self.cases.values() if case.status is not Status.OPEN)
        return {(case.source, case.author): case.owner for case in ended if (case.source, case.author) in authors}

    async def last_aspects(self, authors: Collection[AuthorKey]) -> Mapping[AuthorKey, Mapping[str, float]]:
        rated = [triaged.post for triaged in self.kept.values() if triaged.post.aspects]
        rated.sort(key=lambda post: (post.created_at, post.id))
        return {(post.source, post.author): post.aspects for post in rated if (post.source, post.author) in authors}

    async def loads(self) -> Mapping[str, int]:
        return Counter(case.owner for case in self.cases.values() if case.status is Status.OPEN and not case.waiting)

    async def waiting(self, limit: int) -> Sequence[Case]:
        self.waiting_reads += 1
        waiting = [case for case in self.cases.values() if case.status is Status.OPEN and case.waiting]
        return sorted(waiting, key=lambda case: (-case.severity, case.opened_at, case.id))[:limit]

    async def due(self, now: datetime, limit: int) -> Sequence[Case]:
        passed = [(due, case.id) for case in self.cases.values() if (due := next_deadline(case)) and due < now]
        return [self.cases[case_id] for _, case_id in sorted(passed)[:limit]]

    async def write(self, *, posts: Sequence[TriagedPost] = (), changes: Sequence[Change] = ()) -> None:
        self.kept |= {triaged.post.id: triaged for triaged in posts}
        self.cases |= {change.case.id: change.case for change in changes}
        self.changes += changes


def _oldest_first(cases: Iterable[Case]) -> list[Case]:
    return sorted(cases, key=lambda case: (case.opened_at, case.id))
