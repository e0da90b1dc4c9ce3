"""Pages that stay open are told what changed: server-sent events, each with the number of the book's newest event."""

from collections.abc import AsyncIterator

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import Response

from streams.desk import listing
from streams.desk.access import SignInFirst, case_page, signed_in
from streams.desk.desk import desk_of
from streams.desk.fields import whole_number
from streams.desk.views.inbox import Filters, tabs_view
from streams.desk.views.story import MACHINE, sentence_of
from streams.desk.visitor import Visitor
from streams.desk.words import counted
from streams.errors import Transient

#: Most events looked at for one message; a page that missed more gets several.
_MOST = 500


async def live_inbox(request: Request) -> Response:
    visitor = await signed_in(request)
    filters = listing.filters_of(request.query_params)
    return _stream(_inbox_changes(request, visitor, filters, _seen(request)))


async def live_case(request: Request) -> Response:
    visitor = await signed_in(request)
    page = await case_page(desk_of(request), request.path_params["case_id"])
    return _stream(_case_changes(request, visitor, page.case.id, _seen(request)))


def _stream(messages: AsyncIterator[ServerSentEvent]) -> Response:
    return EventSourceResponse(messages, sep="\n", ping=15, send_timeout=30, headers={"Cache-Control": "no-store"})


def _message(data: str, event: str, seq: int) -> ServerSentEvent:
    """Lines end in one byte: a browser that gets `\\r` and `\\n` in two pieces would take them for two ends."""
    return ServerSentEvent(data, event=event, id=str(seq), sep="\n")


def _seen(request: Request) -> int:
    """What the browser had last: after a broken connection it says so itself, at first the address does."""
    last = request.headers.get("last-event-id") or request.query_params.get("seen", "")
    return whole_number(last) or 0


async def _inbox_changes(
    request: Request, visitor: Visitor, filters: Filters, seq: int
) -> AsyncIterator[ServerSentEvent]:
    """Each message is HTML: the tabs, and the rows of this list that changed, or marks for those that left it."""
    desk = desk_of(request)
    async with desk.tail.listening():
        while True:
            newest = await desk.tail.beyond(seq)
            try:
                await signed_in(request)
                events = await desk.inbox.events_after(seq, _MOST)
                if not events:
                    seq = max(seq, newest)
                    continue
                found = await listing.listed(desk, visitor, filters)
                counts = await listing.counts(desk, visitor)
            except (Transient, SignInFirst):
                # Signed out, or the book is away: the browser comes back, with the number of what it had last.
                return
            seq = events[-1].seq
            changed = {event.case_id for event in events}
            rows = listing.rows(desk, visitor, found)
            shown = {row.id for row in rows}
            html = desk.pages.get_template("_inbox_news.html").render(
                tabs=tabs_view(filters, counts),
                rows=[row for row in rows if row.id in changed],
                order=[row.id for row in rows],
                gone=sorted(changed - shown),
                total=counted(found.total, "case"),
                visitor=visitor,
            )
            yield _message(html, "news", seq)


async def _case_changes(request: Request, visitor: Visitor, case_id: str, seq: int) -> AsyncIterator[ServerSentEvent]:
    """Each message is a sentence: what others did with the case since."""
    desk = desk_of(request)
    names = {handler.id: handler.name for handler in desk.roster.handlers}
    async with desk.tail.listening():
        while True:
            newest = await desk.tail.beyond(seq)
            try:
                await signed_in(request)
                events = await desk.inbox.events_after(seq, _MOST)
            except (Transient, SignInFirst):
                return
            if not events:
                seq = max(seq, newest)
                continue
            seq = events[-1].seq
            ours = [event for event in events if event.case_id == case_id and event.actor != visitor.id]
            if ours:
                told = next((event for event in reversed(ours) if event.actor != MACHINE), ours[-1])
                sentence = sentence_of(told, names, desk.clock(), visitor.zone)
                more = f" (and {len(ours) - 1} more)" if len(ours) > 1 else ""
                yield _message(f"{sentence}{more}", "changed", seq)
