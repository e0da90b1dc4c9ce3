"""Posts over the API: one post, the audit list, and judging what is on it."""

from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from streams.cases.triaged import TriagedPost
from streams.desk.api.caller import caller
from streams.desk.api.shown import ShownPost, shown
from streams.desk.api.speech import answer, body, choice, number
from streams.desk.auditing import FINE, PROBLEM, judge, to_look_at
from streams.desk.desk import desk_of
from streams.desk.views.audit import KINDS
from streams.routing.act import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPosts:
    posts: list[ShownPost]
    total: int
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    post_id: str
    #: The case that was opened; empty when the post was rightly let go.
    case_id: str


async def get_post(request: Request) -> Response:
    await caller(request)
    return answer(shown(await _post(request)))


async def list_audit(request: Request) -> Response:
    await caller(request)
    found = await to_look_at(
        desk_of(request),
        choice(request, "kind", "", tuple(KINDS)),
        limit=number(request, "limit", 50, most=200),
        after=request.query_params.get("after") or None,
    )
    return answer(ListedPosts(posts=[shown(post) for post in found.posts], total=found.total, next=found.next))


async def judge_post(request: Request) -> Response:
    visitor = await caller(request)
    seen = (await body(request)).get("as", "")
    if seen not in (FINE, PROBLEM):
        raise HTTPException(400, f"Say what you saw: as must be {FINE} or {PROBLEM}.")
    post = (await _post(request)).post.id
    return answer(Judged(post_id=post, case_id=await judge(desk_of(request), visitor, post, problem=seen == PROBLEM)))


async def _post(request: Request) -> TriagedPost:
    found = await desk_of(request).inbox.post(request.path_params["post_id"])
    if found is None:
        raise NotFound("There is no such post.")
    return found
