"""The overview for those who watch over the desk."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from streams.desk.access import signed_in
from streams.desk.desk import desk_of
from streams.desk.rendering import page
from streams.desk.views.overview import overview_view

_DAYS = 14
_LETTERS = 8
_ALERTS = 20


async def show_overview(request: Request) -> Response:
    visitor = await signed_in(request)
    desk = desk_of(request)
    now = desk.clock()
    numbers, statuses, gaps, letters, failed = await asyncio.gather(
        desk.inbox.numbers(now, _DAYS),
        desk.sources.statuses(),
        desk.sources.gaps(),
        desk.shelf.letters(_LETTERS, 0),
        desk.alerts.given_up(_ALERTS),
    )
    view = overview_view(
        numbers,
        statuses=statuses,
        gaps=gaps,
        letters=letters,
        failed_alerts=failed,
        names={handler.id: handler.name for handler in desk.roster.handlers},
        visitor=visitor,
        now=now,
        days=_DAYS,
    )
    return page(request, "overview.html", view, visitor=visitor, section="overview")
