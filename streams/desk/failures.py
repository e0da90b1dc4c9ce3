"""What went wrong walks in; a page or a JSON error for it walks out, without a word of our insides."""

from dataclasses import dataclass

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from streams.cases.decide import CommandRefused
from streams.desk.access import SignInFirst
from streams.desk.rendering import page
from streams.errors import Refused, Transient
from streams.routing.act import NotFound

log = structlog.get_logger()

_WORDS = {
    400: ("That did not work", "The desk could not read what was sent."),
    403: ("Not allowed", "You may look, but not do this."),
    404: ("Nothing here", "There is no page at this address."),
    405: ("That did not work", "This address cannot be used like that."),
    500: ("Something broke", "It is our fault, and it was written down. Try again in a moment."),
    503: ("Back in a moment", "The case book is away. Nothing is lost; try again in a moment."),
}

#: Codes of the API, by status.
_CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorView:
    title: str
    sentence: str
    status: int


def sign_in_first(request: Request, failure: Exception) -> Response:
    if not isinstance(failure, SignInFirst):
        raise failure
    if request.url.path.startswith("/live/"):
        return Response(status_code=401)
    # A fragment must not be answered with the sign-in page: the whole page goes there.
    if request.headers.get("hx-request") == "true":
        return Response(status_code=401, headers={"HX-Redirect": failure.location})
    return RedirectResponse(failure.location, 303)


def http_failure(request: Request, failure: Exception) -> Response:
    if not isinstance(failure, HTTPException):
        raise failure
    own_words = failure.detail if "." in failure.detail else ""
    return _answer(request, failure.status_code, own_words, dict(failure.headers or {}))


def not_found(request: Request, failure: Exception) -> Response:
    return _answer(request, 404, str(failure))


def refused(request: Request, failure: Exception) -> Response:
    """A record or place that cannot be used: an old `after`, a command the case does not allow."""
    return _answer(request, 422 if isinstance(failure, CommandRefused) else 400, str(failure))


def away(request: Request, failure: Exception) -> Response:
    log.warning("the case book is away", page=_page_of(request.scope), error=str(failure))
    return _answer(request, 503, "", {"Retry-After": "5"})


HANDLERS = {
    SignInFirst: sign_in_first,
    HTTPException: http_failure,
    NotFound: not_found,
    Refused: refused,
    Transient: away,
}


class LastResort:
    """ASGI middleware: what nobody foresaw is logged and answered with a plain page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def noticing(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, noticing)
        except Exception:
            if scope["type"] != "http":
                raise
            log.exception("a page broke", page=_page_of(scope))
            if started:
                raise
            await _answer(Request(scope, receive), 500, "")(scope, receive, send)


def _page_of(scope: Scope) -> str:
    """Which page it was, as the route is written: an address itself may hold the secret of a link that still works."""
    route = scope.get("route")
    return scope.get("root_path", "") + route.path if isinstance(route, Route) else "of no route"


def _answer(request: Request, status: int, sentence: str, headers: dict[str, str] | None = None) -> Response:
    title, general = _WORDS.get(status, _WORDS[400])
    if request.url.path.startswith("/api/"):
        code = _CODES.get(status, "unavailable" if status == 503 else "refused" if status == 422 else "internal")
        error = {"code": code, "message": sentence or general}
        return JSONResponse({"error": error}, status_code=status, headers=headers)
    view = ErrorView(title=title, sentence=sentence or general, status=status)
    return page(request, "error.html", view, status=status, headers=headers)
