"""A case: looking at it, and everything a handler may do with it."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from streams.cases.decide import CommandRefused
from streams.desk.access import case_page, case_to_act_on, may_act, signed_in
from streams.desk.acts import ACTS
from streams.desk.desk import Desk, desk_of
from streams.desk.doing import do
from streams.desk.fields import whole_number
from streams.desk.guard import guarded_form
from streams.desk.rendering import page
from streams.desk.views.case import CaseView, case_view
from streams.desk.views.case_work import FormState
from streams.desk.visitor import Visitor
from streams.storage.pages import CasePage


async def show_case(request: Request) -> Response:
    visitor = await signed_in(request)
    desk = desk_of(request)
    found = await case_page(desk, request.path_params["case_id"])
    done = ACTS.get(request.query_params.get("done", ""))
    view = _view(desk, visitor, found, done=done.done if done else "")
    return page(request, "case.html", view, visitor=visitor, section="inbox")


async def act_on_case(request: Request) -> Response:
    """Leads back to the case; a refusal shows the form again as it was sent, with the reason (422)."""
    visitor, form = await guarded_form(request)
    desk = desk_of(request)
    name = request.path_params["act"]
    wanted = ACTS.get(name)
    if wanted is None:
        raise HTTPException(404, "There is nothing like this to do with a case.")
    case_id = request.path_params["case_id"]
    values = {field: value for field in wanted.fields if isinstance(value := form.get(field), str)}
    try:
        async with desk.one_at_a_time:
            found = await case_to_act_on(desk, visitor, case_id)
            await do(desk, visitor, found, wanted, values, seen=whole_number(form.get("seen")))
    except CommandRefused as refused:
        latest = await case_page(desk, case_id)
        tried = (name, FormState(values=values, error=str(refused)))
        view = _view(desk, visitor, latest, tried=tried)
        return page(request, "case.html", view, visitor=visitor, section="inbox", status=422)
    return RedirectResponse(f"/cases/{case_id}?done={name}", 303)


def _view(
    desk: Desk, visitor: Visitor, found: CasePage, *, tried: tuple[str, FormState] | None = None, done: str = ""
) -> CaseView:
    return case_view(
        found,
        visitor=visitor,
        roster=desk.roster,
        may_act=may_act(visitor, found.case),
        now=desk.clock(),
        tried=tried,
        done=done,
    )
