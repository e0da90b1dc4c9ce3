"""`hearout desk`: the web desk, the webhook and `/metrics` on one port."""

import asyncio
import socket
from functools import partial

from rich.console import Console

from streams.bootstrap import banner
from streams.bootstrap.buses import make_topics
from streams.bootstrap.home import Home, open_home
from streams.bootstrap.numbers import watch
from streams.bootstrap.process import Job, run
from streams.bootstrap.serving import on_port, open_socket, serve
from streams.desk.app import desk_app
from streams.ingest.brands import Brands
from streams.ingest.language import identify
from streams.ingest.sources.webhook.app import webhook_routes
from streams.settings import Settings


def desk_job(home: Home, sock: socket.socket) -> Job:
    settings = home.settings
    app = desk_app(
        inbox=home.inbox,
        accounts=home.accounts,
        book=home.book,
        roster=home.roster,
        rules=home.rules,
        sources=home.sources,
        shelf=home.shelf,
        alerts=home.alerts,
        clock=home.clock,
        base_url=settings.desk_url,
        session_hours=settings.desk.session_hours,
        safety_words=settings.triage.safety_words,
        metrics=home.metrics,
        extra_routes=webhook_routes(
            settings.webhook,
            publish=home.publisher,
            clock=home.clock,
            brands=Brands(settings.brands),
            identify=identify,
            metrics=home.metrics,
        ),
    )
    return partial(serve, app, sock)


async def run_desk(settings: Settings) -> None:
    """Until told to stop. Raises `Misconfigured` when a person has to act."""
    sock = open_socket(settings.desk)
    settings = on_port(settings, sock.getsockname()[1])
    async with open_home(settings) as home:
        if settings.bus.kind == "kafka":
            await make_topics(settings, home.prefix)
        await banner.show(home, Console(highlight=False), demo=False)
        await run({"desk": desk_job(home, sock), "numbers": partial(watch, home)}, stop=asyncio.Event())
