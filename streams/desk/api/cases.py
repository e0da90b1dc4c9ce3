"""Cases over the API: lists, one case, and what can be done with it."""

from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from streams.cases.case import Case
from streams.desk import listing
from streams.desk.access import case_page, case_to_act_on
from streams.desk.acts import ACTS
from streams.desk.api.caller import caller
from streams.desk.api.shown import ShownPost, shown
from streams.desk.api.speech import answer, body, choice, number
from streams.desk.desk import desk_of
from streams.desk.doing import do
from streams.notify.ports import AlertState
from streams.records import CaseEvent, Verdict
from streams.storage.pages import View


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCase:
    case: Case
    excerpt: str
    posts: int
    due: datetime | None
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCases:
    cases: list[ListedCase]
    total: int
    #: Hand it back as `after` to read on; null at the end.
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentAlert:
    handler: str
    channel: str
    state: AlertState
    created_at: datetime
    sent_at: datetime | None
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeCase:
    case: Case
    posts: list[ShownPost]
    events: list[CaseEvent]
    alerts: list[SentAlert]
    #: Ids of other cases of this author, newest first.
    earlier: list[str]
    due: datetime | None


async def list_cases(request: Request) -> Response:
    visitor = await caller(request)
    choice(request, "view", "mine", get_args(View))
    choice(request, "verdict", "", tuple(verdict.value for verdict in Verdict))
    limit = number(request, "limit", 50, most=200)
    found = await listing.listed(desk_of(request), visitor, listing.filters_of(request.query_params), limit=limit)
    rows = [
        ListedCase(case=row.case, excerpt=row.excerpt, posts=row.posts, due=row.due, overdue=row.overdue)
        for row in found.rows
    ]
    return answer(ListedCases(cases=rows, total=found.total, next=found.next))


async def get_case(request: Request) -> Response:
    await caller(request)
    found = await case_page(desk_of(request), request.path_params["case_id"])
    alerts = [
        SentAlert(
            handler=alert.handler,
            channel=alert.channel,
            state=alert.state,
            created_at=alert.created_at,
            sent_at=alert.sent_at,
            error=alert.error,
        )
        for alert in found.alerts
    ]
    return answer(
        WholeCase(
            case=found.case,
            posts=[shown(post) for post in found.posts],
            events=list(found.events),
            alerts=alerts,
            earlier=[case.id for case in found.earlier],
            due=found.due,
        )
    )


async def act_on_case(request: Request) -> Response:
    """Answers with the case after the act; 422 says why it was refused."""
    visitor = await caller(request)
    desk = desk_of(request)
    wanted = ACTS.get(request.path_params["act"])
    if wanted is None:
        raise HTTPException(404, f"There is no such act; there are {', '.join(ACTS)}.")
    found = await case_to_act_on(desk, visitor, request.path_params["case_id"])
    values = await body(request)
    if strangers := sorted(set(values) - set(wanted.fields)):
        raise HTTPException(
            400, f"{strangers[0]} is no field of this act; there are {', '.join(wanted.fields) or 'none'}."
        )
    return answer(await do(desk, visitor, found, wanted, values))
