"""Scored posts and deletions walk in; the case book is changed, in one transaction, and a fate for each walks out."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from streams.cases.triaged import TriagedPost
from streams.clock import Clock
from streams.records import Deletion, Post, ScoredPost
from streams.routing.batch import Batch
from streams.routing.ports import AuthorKey, BookTransaction, CaseBook
from streams.routing.triaging import Triaging
from streams.routing.waiting import waiting_cases
from streams.stage import Fate


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageStep:
    """The step of the stage `triage`. The same records in the same order end the same, however often they come."""

    book: CaseBook
    triaging: Triaging
    clock: Clock
    #: Told of each post that ended in another way than before, after the commit, with the time of the batch.
    on_triaged: Callable[[TriagedPost, datetime], None]

    async def __call__(self, records: Sequence[ScoredPost | Deletion], /) -> Sequence[Fate]:
        now = self.clock()
        async with self.book.transaction() as book:
            batch, previous = await self._read(book, records, now)
            before = {post_id: triaged.effect for post_id, triaged in batch.posts.items()}
            aspects = dict(previous)
            fates = [self.triaging.end(record, batch, aspects) for record in records]
            if batch.opened:
                await hand_out(book, batch)
            if batch.written or batch.events:
                await book.write(posts=list(batch.written.values()), changes=batch.changes())
        for post_id, triaged in batch.written.items():
            if before.get(post_id) is not triaged.effect and triaged.scores is not None:
                self.on_triaged(triaged, now)
        return fates

    async def _read(
        self, book: BookTransaction, records: Sequence[ScoredPost | Deletion], now: datetime
    ) -> tuple[Batch, Mapping[AuthorKey, Mapping[str, float]]]:
        kept = await book.posts({_post_id(record) for record in records})
        posts = [record.post for record in records if isinstance(record, ScoredPost)]
        cases = {case.id: case for case in await book.cases_of({author_of(post) for post in posts})}
        for case_id in _touched(records, kept) - cases.keys():
            case = await book.case(case_id)
            if case is not None:
                cases[case_id] = case
        rated = {author_of(post) for post in posts if post.aspects}
        previous = await book.last_aspects(rated) if rated else {}
        return Batch(now=now, roster=self.triaging.planner.roster, posts=dict(kept), cases=cases), previous


async def hand_out(book: BookTransaction, batch: Batch) -> None:
    """Owners for the cases the batch opened, after those that have waited longer for the same people."""
    loads = await book.loads()
    waiting = await waiting_cases(book, batch.roster, loads, batch.now)
    cases = [*waiting, *(batch.cases[case_id] for case_id in batch.opened)]
    helped = await book.last_helpers({(case.source, case.author) for case in cases})
    batch.hand_out(waiting, loads, helped)


def author_of(post: Post) -> AuthorKey:
    return post.source, post.author


def _post_id(record: ScoredPost | Deletion) -> str:
    return record.post.id if isinstance(record, ScoredPost) else record.id


def _touched(records: Collection[ScoredPost | Deletion], kept: Mapping[str, TriagedPost]) -> set[str]:
    """Cases, maybe closed ones, of posts that were edited or taken back."""
    touched = set()
    for record in records:
        before = kept.get(_post_id(record))
        if before is None or not before.case_id:
            continue
        if isinstance(record, Deletion) or record.post.version > before.post.version:
            touched.add(before.case_id)
    return touched
