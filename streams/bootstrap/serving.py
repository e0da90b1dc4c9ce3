"""Web apps of this process: an app walks in and is served until the stop."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial

import structlog
import uvicorn
from prometheus_client import make_asgi_app
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from streams.bootstrap.process import Job
from streams.errors import Misconfigured
from streams.metrics import Metrics
from streams.settings import DeskSettings, MetricsSettings, Settings

log = structlog.get_logger(__name__)

#: Seconds open connections get to finish (the live pages hold theirs open).
_GRACE = 3


def listen(host: str, port: int) -> socket.socket:
    """A bound socket, so that a taken port is said before anything starts. Port 0 takes a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as fault:
        sock.close()
        raise Misconfigured(
            f"cannot listen on {host}:{port}: {fault.strerror}",
            id="HO-PORT",
            hint="stop what uses the port, or choose another with --port (0 takes a free one)",
        ) from fault
    return sock


def open_socket(settings: DeskSettings, *, any_port: bool = False) -> socket.socket:
    """The desk's; with `any_port` a taken one is no fault, a free one is taken instead."""
    try:
        return listen(settings.host, settings.port)
    except Misconfigured:
        if not any_port:
            raise
        return listen(settings.host, 0)


def on_port(settings: Settings, port: int) -> Settings:
    """The settings with the port the desk really got."""
    return settings.model_copy(update={"desk": settings.desk.model_copy(update={"port": port})})


async def serve(app: ASGIApp, sock: socket.socket, stop: asyncio.Event) -> None:
    """Serves until `stop`, then lets requests that have begun finish for a moment."""
    server = _Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="on",
            timeout_graceful_shutdown=_GRACE,
            server_header=False,
            proxy_headers=True,
        )
    )
    with closing(sock):
        serving = asyncio.create_task(server.serve(sockets=[sock]), name="uvicorn")
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        stopping.cancel()
        await serving


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the process's, not the server's."""
        yield


def metrics_app(metrics: Metrics) -> Starlette:
    """`/metrics` and `/healthz` of a process without a desk."""

    async def healthz(request: object) -> PlainTextResponse:
        return PlainTextResponse("ok\n")

    return Starlette(routes=[Route("/healthz", healthz), Mount("/metrics", make_asgi_app(registry=metrics.registry))])


def metrics_jobs(settings: MetricsSettings, metrics: Metrics) -> dict[str, Job]:
    """A job that answers `/metrics`, where a port is set."""
    if not settings.port:
        return {}
    return {"metrics": partial(serve, metrics_app(metrics), listen(settings.host, settings.port))}
