"""Reads for the desk that go round the model: lists, pages and counts walk out, nothing is written but audit marks."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, Select, and_, case, func, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from streams.cases.case import Status, deadlines
from streams.cases.triaged import TriagedPost
from streams.records import CaseEvent
from streams.storage import pagination
from streams.storage.alert_book import COLUMNS as ALERT_COLUMNS
from streams.storage.alert_book import alert_from_row
from streams.storage.engine import reading, writing
from streams.storage.numbers import book_numbers
from streams.storage.pages import AuditList, BookNumbers, CaseList, CasePage, InboxRow, View
from streams.storage.rows import case_from_row, event_from_row, post_from_row
from streams.storage.statements import chunks
from streams.storage.tables import TO_AUDIT, alerts, cases, counters, events, posts
from streams.storage.views import BY_DEADLINE, matching, views

#: Characters of a post in a list.
_EXCERPT = 280
#: Earlier cases of an author on a page.
_EARLIER = 20


class Inbox:
    """Every method raises `Transient` when the database is away.

    `teams` says whose cases are seen: those of these teams, and those the handler owns or helps with, whatever
    the team. None sees every case (supervisors). All views, counts and searches obey it; `case` does not.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

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
    ) -> CaseList:
        """One stretch of a list.

        `mine` (owned or helped), `team`, `overdue` and `open` leave closed cases out; `unassigned` are open ones
        that wait with the fallback and nobody claimed, `waiting` the claimed ones too. Nearest deadline first;
        `closed` and `all`: last changed first. `search` looks for a stretch of the posts' text, the author or the
        case's id. Raises `Refused` on an `after` that is none of ours.
        """
        wanted = and_(views(handler, teams, now)[view], matching(search, lang, verdict, source))
        asked = _in_order(
            select(cases.c.id, cases.c.due_at, cases.c.changed_at, cases.c.body).where(wanted), view, after
        )
        async with reading(self._engine) as connection:
            total = (await connection.execute(select(func.count()).select_from(cases).where(wanted))).scalar_one()
            found = (await connection.execute(asked.limit(limit + 1))).all()
            shown = found[:limit]
            told = await _shown_posts(connection, shown)
        last = shown[-1] if len(found) > limit else None
        at = (last.due_at if view in BY_DEADLINE else last.changed_at) if last else None
        return CaseList(
            rows=[_inbox_row(row, told, now) for row in shown],
            next=pagination.written(at, last.id) if last else None,
            total=total,
        )

    async def sources(self) -> Sequence[str]:
        """Where the posts of cases came from, sorted."""
        async with reading(self._engine) as connection:
            asked = select(cases.c.source).distinct().order_by(cases.c.source)
            return (await connection.execute(asked)).scalars().all()

    async def counts(self, handler: str, teams: Collection[str] | None, now: datetime) -> Mapping[str, int]:
        """Cases in each view, by its name."""
        conditions = dict(views(handler, teams, now))
        closed = conditions.pop("closed")
        # One pass over the cases that are not closed; the many closed ones are only counted, through indices.
        unclosed = cases.c.status.in_((Status.OPEN, Status.RESOLVED))
        sums = [func.count(case((wanted, 1))).label(view) for view, wanted in conditions.items()]
        async with reading(self._engine) as connection:
            counted = dict((await connection.execute(select(*sums).where(unclosed))).mappings().one())
            asked = select(func.count()).select_from(cases).where(closed)
            counted["closed"] = (await connection.execute(asked)).scalar_one()
        return counted | {"all": counted["all"] + counted["closed"]}

    async def case(self, case_id: str) -> CasePage | None:
        async with reading(self._engine) as connection:
            row = (await connection.execute(select(cases.c.body).where(cases.c.id == case_id))).first()
            if row is None:
                return None
            found = case_from_row(row)
            posts_ = await _posts(connection, found.post_ids)
            events_ = await connection.execute(
                select(events).where(events.c.case_id == case_id).order_by(events.c.number)
            )
            alerts_ = await connection.execute(
                select(*ALERT_COLUMNS).where(alerts.c.case_id == case_id).order_by(alerts.c.created_at, alerts.c.id)
            )
            theirs = and_(cases.c.source == found.source, cases.c.author == found.author, cases.c.id != case_id)
            earlier = await connection.execute(
                select(cases.c.body).where(theirs).order_by(cases.c.opened_at.desc(), cases.c.id).limit(_EARLIER)
            )
            return CasePage(
                case=found,
                posts=tuple(posts_[id_] for id_ in found.post_ids if id_ in posts_),
                events=tuple(map(event_from_row, events_)),
                alerts=tuple(alert_from_row(dict(row) | {"target": ""}) for row in alerts_.mappings()),
                earlier=tuple(map(case_from_row, earlier)),
                due=min(deadlines(found).values(), default=None),
            )

    async def post(self, post_id: str) -> TriagedPost | None:
        async with reading(self._engine) as connection:
            return (await _posts(connection, (post_id,))).get(post_id)

    async def audit(
        self, limit: int = 50, after: str | None = None, kinds: Collection[str] = (), *, undecided: bool = False
    ) -> AuditList:
        """Posts drawn for the audit that nobody has looked at: undecided ones first, then newest first.

        `kinds` are verdicts, none means all; with `undecided` only those the machine was unsure of. Raises `Refused` on
        an `after` that is none of ours.
        """
        kind = posts.c.verdict.in_(kinds) if kinds else true()
        wanted = and_(TO_AUDIT, kind, posts.c.undecided if undecided else true())
        asked = select(posts.c.id, posts.c.created_at, posts.c.undecided, posts.c.body).where(wanted)
        if after is not None:
            asked = asked.where(_further(after))
        async with reading(self._engine) as connection:
            total = (await connection.execute(select(func.count()).select_from(posts).where(wanted))).scalar_one()
            order = (posts.c.undecided.desc(), posts.c.created_at.desc(), posts.c.id.desc())
            found = (await connection.execute(asked.order_by(*order).limit(limit + 1))).all()
        last = found[limit - 1] if len(found) > limit else None
        return AuditList(
            posts=[post_from_row(row) for row in found[:limit]],
            next=pagination.written_first(last.undecided, last.created_at, last.id) if last else None,
            total=total,
        )

    async def mark_audited(self, post_id: str, by: str, at: datetime, as_: str) -> bool:
        """Somebody looked; `as_` says what they saw (`fine`, `problem`). False where there is nothing to look at."""
        marked = (
            update(posts).where(posts.c.id == post_id, TO_AUDIT).values(audited_by=by, audited_at=at, audited_as=as_)
        )
        async with writing(self._engine) as connection:
            return (await connection.execute(marked)).rowcount > 0

    async def audited(self) -> Mapping[str, int]:
        """How many posts of the audit were looked at, by what was seen."""
        looked = posts.c.audited_as.is_not(None)
        asked = select(posts.c.audited_as, func.count().label("posts")).where(looked).group_by(posts.c.audited_as)
        async with reading(self._engine) as connection:
            return {row.audited_as: row.posts for row in await connection.execute(asked)}

    async def events_after(self, seq: int, limit: int = 200) -> Sequence[CaseEvent]:
        async with reading(self._engine) as connection:
            rows = await connection.execute(
                select(events).where(events.c.seq > seq).order_by(events.c.seq).limit(limit)
            )
            return [event_from_row(row) for row in rows]

    async def last_seq(self) -> int:
        """Of the newest event; 0 in an empty book."""
        async with reading(self._engine) as connection:
            asked = select(counters.c.value).where(counters.c.name == "events")
            seq: int = (await connection.execute(asked)).scalar_one()
        return seq

    async def numbers(self, now: datetime, days: int = 14) -> BookNumbers:
        """Business gauges; the tallies cover the last `days` days of posts, today's too."""
        async with reading(self._engine) as connection:
            return await book_numbers(connection, now, days)


def _in_order(asked: Select[Any], view: View, after: str | None) -> Select[Any]:
    """Ordered as the view wants it, from `after` on. Cases without a deadline come last."""
    if view not in BY_DEADLINE:
        asked = asked.order_by(cases.c.changed_at.desc(), cases.c.id.desc())
        return asked.where(_earlier(cases.c.changed_at, cases.c.id, *pagination.read_dated(after))) if after else asked
    asked = asked.order_by(cases.c.due_at.is_(None), cases.c.due_at, cases.c.id)
    return asked.where(_later(after)) if after else asked


def _earlier(moment: Column[datetime], key: Column[str], at: datetime, id_: str) -> ColumnElement[bool]:
    return or_(moment < at, and_(moment == at, key < id_))


def _further(after: str) -> ColumnElement[bool]:
    """Down the audit list."""
    undecided, at, id_ = pagination.read_first(after)
    earlier = _earlier(posts.c.created_at, posts.c.id, at, id_)
    if undecided:
        return or_(posts.c.undecided.is_(False), earlier)
    return and_(posts.c.undecided.is_(False), earlier)


def _later(after: str) -> ColumnElement[bool]:
    due, id_ = pagination.read(after)
    dateless = cases.c.due_at.is_(None)
    if due is None:
        return and_(dateless, cases.c.id > id_)
    return or_(dateless, cases.c.due_at > due, and_(cases.c.due_at == due, cases.c.id > id_))


async def _posts(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, TriagedPost]:
    found: dict[str, TriagedPost] = {}
    for stretch in chunks(ids):
        rows = await connection.execute(select(posts.c.id, posts.c.body).where(posts.c.id.in_(stretch)))
        found |= {row.id: post_from_row(row) for row in rows}
    return found


async def _shown_posts(connection: AsyncConnection, rows: Sequence[Row[Any]]) -> dict[str, TriagedPost]:
    """The first and the last post of each case."""
    ids = [case_from_row(row).post_ids for row in rows]
    return await _posts(connection, [*(each[0] for each in ids), *(each[-1] for each in ids)])


def _inbox_row(row: Row[Any], shown: Mapping[str, TriagedPost], now: datetime) -> InboxRow:
    found = case_from_row(row)
    # The post that opened the case tells the problem, where its author has not taken it back.
    first, last = shown.get(found.post_ids[0]), shown.get(found.post_ids[-1])
    post = first if first and first.deleted_at is None else last
    return InboxRow(
        case=found,
        excerpt=post.post.text[:_EXCERPT] if post and post.deleted_at is None else "",
        author=found.author_name or found.author,
        shown=post,
        posts=len(found.post_ids),
        due=row.due_at,
        overdue=row.due_at is not None and row.due_at < now,
    )
