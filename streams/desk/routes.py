"""The desk's map: every address and the action behind it."""

from collections.abc import Sequence

from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from streams.desk.api import routes as api
from streams.desk.pages import audit, case, health, inbox, live, overview, sign_in
from streams.desk.rendering import STATIC


def routes() -> Sequence[BaseRoute]:
    return (
        Route("/", inbox.go_home),
        Route("/inbox", inbox.show_inbox),
        Route("/cases/{case_id}", case.show_case),
        Route("/cases/{case_id}/{act}", case.act_on_case, methods=["POST"]),
        Route("/audit", audit.show_audit),
        Route("/audit/{post_id:path}", audit.judge_post, methods=["POST"]),
        Route("/overview", overview.show_overview),
        Route("/live/inbox", live.live_inbox),
        Route("/live/cases/{case_id}", live.live_case),
        Route("/sign-in", sign_in.show_sign_in),
        Route("/sign-in", sign_in.sign_in, methods=["POST"]),
        Route("/enter/{secret}", sign_in.show_link),
        Route("/enter/{secret}", sign_in.use_link, methods=["POST"]),
        Route("/sign-out", sign_in.sign_out, methods=["POST"]),
        Route("/healthz", health.alive),
        Route("/readyz", health.ready),
        Route("/metrics", health.metrics),
        Mount("/api/v1", routes=api.routes()),
        Mount("/static", CachedFiles(directory=STATIC)),
    )


class CachedFiles(StaticFiles):
    """Addresses carry a fingerprint of the file, so a browser may keep it."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code == 200:
            response.headers["Cache-Control"] = "public, max-age=604800"
        return response
