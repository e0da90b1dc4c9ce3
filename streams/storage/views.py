"""A view of the inbox and the filters people set walk in; the condition that picks its cases walks out."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, false, not_, or_, select, true

from streams.cases.case import Status
from streams.storage.pages import View
from streams.storage.rows import folded
from streams.storage.tables import case_helpers, cases, posts

#: Lists that are work to do: nearest deadline first. The others: last changed first.
BY_DEADLINE: frozenset[View] = frozenset({"mine", "team", "unassigned", "overdue", "waiting", "open", "resolved"})


def views(handler: str, teams: Collection[str] | None, now: datetime) -> Mapping[View, ColumnElement[bool]]:
    """Every view's condition, seen by this handler."""
    helped = select(case_helpers.c.case_id).where(case_helpers.c.handler == handler)
    theirs = or_(cases.c.owner == handler, cases.c.id.in_(helped))
    of_teams = cases.c.team.in_(teams) if teams else false()
    seen = true() if teams is None else or_(of_teams, theirs)
    unclosed = cases.c.status != Status.CLOSED
    open_ = cases.c.status == Status.OPEN
    waits = and_(open_, cases.c.waiting.is_(True))
    return {
        "mine": and_(unclosed, theirs),
        "team": and_(unclosed, true() if teams is None else of_teams),
        "unassigned": and_(seen, waits, not_(cases.c.claimed)),
        "waiting": and_(seen, waits),
        "overdue": and_(seen, unclosed, cases.c.due_at < now),
        "open": and_(seen, open_),
        "resolved": and_(seen, cases.c.status == Status.RESOLVED),
        "closed": and_(seen, cases.c.status == Status.CLOSED),
        "all": seen,
    }


def matching(search: str, lang: str, verdict: str, source: str = "") -> ColumnElement[bool]:
    """The condition of the filters; empty ones let everything through."""
    wanted: list[ColumnElement[bool]] = []
    if lang:
        wanted.append(cases.c.lang == lang)
    if verdict:
        wanted.append(cases.c.verdict == verdict)
    if source:
        wanted.append(cases.c.source == source)
    if needle := folded(search.strip()):
        said = exists().where(posts.c.case_id == cases.c.id, posts.c.folded.contains(needle, autoescape=True))
        wanted.append(or_(cases.c.id == search.strip(), said))
    return and_(true(), *wanted)
