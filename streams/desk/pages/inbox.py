"""The inbox: lists of cases with tabs, search and pages."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from streams.desk import listing
from streams.desk.access import signed_in
from streams.desk.desk import desk_of
from streams.desk.place import HOME
from streams.desk.rendering import page
from streams.desk.views.inbox import inbox_view


async def go_home(request: Request) -> Response:
    return RedirectResponse(HOME, 303)


async def show_inbox(request: Request) -> Response:
    visitor = await signed_in(request)
    desk = desk_of(request)
    filters = listing.filters_of(request.query_params)
    # Before the list is read: what happens in between is told again, and lost in no case.
    seq = await desk.inbox.last_seq()
    found = await listing.listed(desk, visitor, filters)
    spoken = sorted({code for handler in desk.roster.handlers for code in handler.languages if code != "*"})
    view = inbox_view(
        filters=filters,
        listed=found,
        rows=listing.rows(desk, visitor, found),
        counts=await listing.counts(desk, visitor),
        sources=sorted({*await desk.inbox.sources(), filters.source} - {""}),
        languages=sorted({*spoken, filters.lang} - {""}),
        seq=seq,
    )
    return page(request, "inbox.html", view, visitor=visitor, section="inbox")
