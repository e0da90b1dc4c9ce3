"""The audit: posts that were let go, looked at by a person, one click each."""

from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from streams.cases.decide import CommandRefused
from streams.desk.access import signed_in
from streams.desk.auditing import PROBLEM, judge, to_look_at
from streams.desk.desk import desk_of
from streams.desk.guard import guarded_form
from streams.desk.rendering import page
from streams.desk.views.audit import KINDS, audit_view
from streams.desk.visitor import Visitor

_PAGE = 20
_DONE = {"fine": "Rightly let go. Thank you for looking.", "before": "Somebody looked at this post before you."}


async def show_audit(request: Request) -> Response:
    return await _audit(request, await signed_in(request))


async def judge_post(request: Request) -> Response:
    """`as` says what the visitor saw: `fine`, or `problem`, which opens a case and leads there."""
    visitor, form = await guarded_form(request)
    desk = desk_of(request)
    seen, kind = str(form.get("as", "")), str(form.get("kind", ""))
    if seen not in ("fine", PROBLEM):
        raise HTTPException(400, "Say whether it is a real problem or was rightly let go.")
    try:
        case_id = await judge(desk, visitor, request.path_params["post_id"], problem=seen == PROBLEM)
    except CommandRefused as refused:
        return await _audit(request, visitor, error=str(refused))
    if case_id:
        return RedirectResponse(f"/cases/{case_id}", 303)
    return RedirectResponse("/audit?" + urlencode({"kind": kind, "done": "fine"}), 303)


async def _audit(request: Request, visitor: Visitor, *, error: str = "") -> Response:
    desk = desk_of(request)
    kind = request.query_params.get("kind", "")
    kind = kind if kind in KINDS else ""
    listed = await to_look_at(desk, kind, limit=_PAGE, after=request.query_params.get("after") or None)
    view = audit_view(
        listed,
        kind=kind,
        looked=await desk.inbox.audited(),
        visitor=visitor,
        now=desk.clock(),
        done=_DONE.get(request.query_params.get("done", ""), ""),
        error=error,
    )
    return page(request, "audit.html", view, visitor=visitor, section="audit", status=422 if error else 200)
