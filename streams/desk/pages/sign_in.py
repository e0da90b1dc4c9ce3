"""Doors: signing in with a password or a one-time link, and signing out."""

from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from streams.desk.access import COOKIE, SignInFirst, signed_in, visitor_of
from streams.desk.desk import Desk, desk_of
from streams.desk.guard import guarded_form, open_form
from streams.desk.place import HOME, safe_next
from streams.desk.rendering import page
from streams.storage.accounts import SignIn

_REFUSALS = {
    SignIn.WRONG: (401, "This name and password do not fit together. Try again, or ask for a sign-in link."),
    SignIn.TOO_MANY: (
        429,
        "Too many tries. Wait a quarter of an hour, or ask an operator for a sign-in link: hearout user link NAME.",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInView:
    handler: str
    next: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterView:
    secret: str
    error: str


async def show_sign_in(request: Request) -> Response:
    wanted = safe_next(request.query_params.get("next", HOME))
    try:
        await signed_in(request)
    except SignInFirst:
        return page(request, "sign_in.html", SignInView(handler="", next=wanted, error=""))
    return RedirectResponse(wanted, 303)


async def sign_in(request: Request) -> Response:
    form = await open_form(request)
    desk = desk_of(request)
    handler, password = str(form.get("handler", "")).strip(), str(form.get("password", ""))
    wanted = safe_next(str(form.get("next", HOME)))
    address = request.client.host if request.client else ""
    answer = await desk.accounts.verify(handler, password, address=address, now=desk.clock())
    # Somebody who left the roster has nothing to do here, though the password is right.
    if answer is SignIn.ACCEPTED and visitor_of(desk.roster, handler) is None:
        answer = SignIn.WRONG
    if answer is SignIn.ACCEPTED:
        return await _enter(desk, handler, wanted)
    status, sentence = _REFUSALS[answer]
    headers = {"Retry-After": "900"} if answer is SignIn.TOO_MANY else {}
    view = SignInView(handler=handler[:100], next=wanted, error=sentence)
    return page(request, "sign_in.html", view, status=status, headers=headers)


async def show_link(request: Request) -> Response:
    """Only shows a button: programs that look at links in messages must not use them up."""
    return page(request, "enter.html", EnterView(secret=request.path_params["secret"], error=""))


async def use_link(request: Request) -> Response:
    await open_form(request)
    desk = desk_of(request)
    handler = await desk.accounts.redeem(request.path_params["secret"], desk.clock())
    if handler is None or visitor_of(desk.roster, handler) is None:
        sentence = "This link was used already, or it is too old. Ask for a new one: hearout user link NAME."
        return page(request, "enter.html", EnterView(secret="", error=sentence), status=410)
    return await _enter(desk, handler, HOME)


async def sign_out(request: Request) -> Response:
    await guarded_form(request)
    await desk_of(request).accounts.end(request.cookies.get(COOKIE, ""))
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(COOKIE, path="/")
    return response


async def _enter(desk: Desk, handler: str, wanted: str) -> Response:
    secret = await desk.accounts.create(handler, desk.clock(), desk.session_hours)
    response = RedirectResponse(wanted, 303)
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(timedelta(hours=desk.session_hours).total_seconds()),
        path="/",
        secure=desk.https,
        httponly=True,
        samesite="lax",
    )
    return response
