"""The only way to a visitor and to a case: a request walks in, and whoever may not see or act gets no further."""

from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request

from streams.cases.case import Case
from streams.desk.desk import Desk, desk_of
from streams.desk.place import same_origin
from streams.desk.visitor import Visitor
from streams.routing.roster import Role, Roster
from streams.storage.pages import CasePage

COOKIE = "hearout_session"


class SignInFirst(Exception):
    """Nobody is signed in; leads to the sign-in page and back."""

    def __init__(self, request: Request) -> None:
        super().__init__("sign in first")
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        self.location = f"/sign-in?{urlencode({'next': wanted})}" if request.method == "GET" else "/sign-in"


async def signed_in(request: Request) -> Visitor:
    """Raises `SignInFirst`; also for a handler who left the roster."""
    desk = desk_of(request)
    secret = request.cookies.get(COOKIE, "")
    session = await desk.accounts.session(secret, desk.clock()) if secret else None
    visitor = visitor_of(desk.roster, session.handler, csrf=session.csrf) if session else None
    if visitor is None:
        raise SignInFirst(request)
    return visitor


def visitor_of(roster: Roster, handler_id: str, *, csrf: str = "") -> Visitor | None:
    handler = roster.handler(handler_id)
    if handler is None:
        return None
    return Visitor(
        id=handler.id,
        name=handler.name,
        teams=handler.teams,
        supervisor=handler.role is Role.SUPERVISOR,
        zone=handler.zone,
        csrf=csrf,
    )


async def case_page(desk: Desk, case_id: str) -> CasePage:
    """For reading: everybody who is signed in may. Raises 404."""
    page = await desk.inbox.case(case_id)
    if page is None:
        raise HTTPException(404, "There is no such case. It may have been mistyped, or the link is from another desk.")
    return page


async def case_to_act_on(desk: Desk, visitor: Visitor, case_id: str) -> CasePage:
    """Raises 404, and 403 for a case of another team."""
    page = await case_page(desk, case_id)
    if not may_act(visitor, page.case):
        raise HTTPException(403, "This case belongs to another team. Ask its owner or a supervisor to bring you in.")
    return page


def may_act(visitor: Visitor, case: Case) -> bool:
    """Supervisors on every case; others on those of their teams, and where they own or help."""
    return visitor.supervisor or case.team in visitor.teams or visitor.id in (case.owner, *case.helpers)


def check_origin(request: Request) -> None:
    """Browsers say where a form was posted from; raises 403 when it was not this desk."""
    origin = request.headers.get("origin")
    host = request.headers.get("host", "")
    site = request.headers.get("sec-fetch-site", "same-origin")
    desk = desk_of(request)
    known = origin is None or same_origin(origin, base_url=desk.base_url, host=host, scheme=request.url.scheme)
    if not known or site not in ("same-origin", "none"):
        raise HTTPException(403, "This form came from another site, so nothing was changed.")
