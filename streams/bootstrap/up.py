"""`hearout up`: everything of an installation in this process, until it is told to stop or nothing is left to do."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from rich.console import Console

from streams.bootstrap import banner
from streams.bootstrap.buses import make_topics
from streams.bootstrap.home import Home, open_home
from streams.bootstrap.idle import is_idle
from streams.bootstrap.known import Known
from streams.bootstrap.numbers import prune, watch
from streams.bootstrap.process import Job, every, run
from streams.bootstrap.progress import Reading
from streams.bootstrap.serving import on_port, open_socket
from streams.bootstrap.sources import demo_source, file_sources, live_sources, poller_jobs
from streams.bootstrap.walk import stage_jobs
from streams.ingest.ports import Source
from streams.sentiment.load import load
from streams.settings import Settings
from streams.storage.known import known_posts
from streams.topology import STAGES

_EVERYTHING = (*(hop.name for hop in STAGES), "relay", "send", "clock")
#: Seconds between two questions whether all is done.
_IDLE_LOOK = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What `hearout up` was told besides the settings."""

    files: tuple[str, ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)
    demo: bool = False
    fast: bool = False
    until_idle: bool = False
    desk: bool = True


async def run_up(settings: Settings, given: Given) -> None:
    """Raises `Misconfigured` when a person has to act."""
    console = Console(highlight=False)
    sock = open_socket(settings.desk, any_port=given.demo) if given.desk else None
    if sock is not None:
        settings = on_port(settings, sock.getsockname()[1])
    model = await asyncio.to_thread(load, settings.model.name, cascade=settings.model.cascade)
    async with open_home(settings, migrating=True) as home:
        if settings.bus.kind == "kafka":
            await make_topics(settings, home.prefix)
        stop = asyncio.Event()
        known = Known(partial(known_posts, home.engine))
        with Reading(shown=given.until_idle) as reading:
            pollers = poller_jobs(home, _sources(home, given, known, reading), known)
            reading.expect(pollers)
            jobs: dict[str, Job] = {
                **{name: reading.until_end(name, job) for name, job in pollers.items()},
                **await stage_jobs(home, _EVERYTHING, model=model, console=console),
                "numbers": partial(watch, home),
                "prune": partial(prune, home),
            }
            if given.until_idle:
                jobs["idle"] = partial(_stop_when_idle, home, reading)
            if sock is not None:
                from streams.bootstrap.desk import desk_job  # without a desk, its libraries are not waited for

                jobs["desk"] = desk_job(home, sock)
                await banner.show(home, console, demo=given.demo)
            await run(jobs, stop=stop)
        if given.until_idle:
            await banner.sum_up(home)


def _sources(home: Home, given: Given, known: Known, reading: Reading) -> list[Source]:
    files = file_sources(home, given.files, given.mapping, reading.progress)
    if given.demo:
        return [*files, demo_source(home, fast=given.fast)]
    return files if given.until_idle else [*files, *live_sources(home, known)]


async def _stop_when_idle(home: Home, reading: Reading, stop: asyncio.Event) -> None:
    async def look() -> None:
        if await is_idle(home, reading.ended):
            stop.set()

    await every(_IDLE_LOOK, look, name="idle", stop=stop)
