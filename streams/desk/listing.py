"""What an address asked for walks in; the rows of that list of cases, ready to show, walk out."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import get_args

from starlette.datastructures import QueryParams

from streams.desk.access import may_act
from streams.desk.desk import Desk
from streams.desk.views.inbox import Filters, Row, row_view
from streams.desk.visitor import Visitor
from streams.storage.pages import CaseList, View

PAGE = 40
#: Lists of one's own teams; the others show every case.
_OWN = ("mine", "team", "unassigned", "waiting", "overdue")


def filters_of(params: QueryParams) -> Filters:
    """What is not known is left out, so that an old address still shows something."""
    wanted = params.get("view", "mine")
    view: View = next((known for known in get_args(View) if known == wanted), "mine")
    return Filters(
        view=view,
        search=params.get("q", "").strip()[:200],
        lang=params.get("lang", "")[:20],
        verdict=params.get("verdict", "")[:40],
        source=params.get("source", "")[:100],
        after=params.get("after", "")[:500],
    )


async def listed(desk: Desk, visitor: Visitor, filters: Filters, *, limit: int = PAGE) -> CaseList:
    """Raises `Refused` where `after` is none of ours."""
    return await desk.inbox.cases(
        view=filters.view,
        handler=visitor.id,
        teams=_teams(visitor, filters.view),
        now=desk.clock(),
        search=filters.search,
        lang=filters.lang,
        verdict=filters.verdict,
        source=filters.source,
        limit=limit,
        after=filters.after or None,
    )


async def counts(desk: Desk, visitor: Visitor) -> Mapping[str, int]:
    """Cases in each list, as `listed` would show it."""
    now = desk.clock()
    own, every = await asyncio.gather(
        desk.inbox.counts(visitor.id, _teams(visitor, "team"), now),
        desk.inbox.counts(visitor.id, None, now),
    )
    return {view: (own if view in _OWN else every).get(view, 0) for view in get_args(View)}


def rows(desk: Desk, visitor: Visitor, found: CaseList) -> Sequence[Row]:
    names = {handler.id: handler.name for handler in desk.roster.handlers}
    now = desk.clock()
    return [
        row_view(row, visitor=visitor, names=names, may_act=may_act(visitor, row.case), now=now) for row in found.rows
    ]


def _teams(visitor: Visitor, view: View) -> Collection[str] | None:
    """None sees every case; supervisors without a team watch over all of them."""
    return visitor.teams if view in _OWN and visitor.teams else None
