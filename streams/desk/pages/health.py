"""For machines that watch over this process: alive, ready, and its numbers."""

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from streams.desk.desk import desk_of
from streams.errors import Transient


async def alive(request: Request) -> Response:
    return PlainTextResponse("alive\n")


async def ready(request: Request) -> Response:
    """503 while the database is away."""
    try:
        await desk_of(request).inbox.last_seq()
    except Transient as away:
        return PlainTextResponse(f"not ready: {away}\n", status_code=503)
    return PlainTextResponse("ready\n")


async def metrics(request: Request) -> Response:
    return Response(generate_latest(desk_of(request).metrics.registry), media_type=CONTENT_TYPE_LATEST)
