"""Settings and the command line walk in; the sources to listen to, each with its poller, walk out."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from streams.bootstrap.home import Home
from streams.bootstrap.known import Known
from streams.bootstrap.process import Job
from streams.demo.source import DemoSource
from streams.errors import HearoutError, Misconfigured, Transient
from streams.ingest.brands import Brands
from streams.ingest.language import identify
from streams.ingest.poller import Poller
from streams.ingest.ports import Source, SourceState
from streams.ingest.sources.bluesky.adapter import BlueskySource
from streams.ingest.sources.file.adapter import FileSource, Progress
from streams.ingest.sources.file.client import STDIN
from streams.topics import POSTS

#: Posts waiting to be scored beyond which sources wait: what is on the bus is safe, but should not pile up.
_ROOM = 10_000
_ROOM_LOOK = 1.0


def file_sources(
    home: Home, paths: Sequence[str], mapping: Mapping[str, str], progress: Progress | None = None
) -> list[Source]:
    brands = Brands(home.settings.brands)
    return [
        FileSource(
            path,
            clock=home.clock,
            brands=brands,
            identify=identify,
            columns=mapping,
            progress=progress,
            name="" if path == STDIN else f"file:{Path(path).resolve()}",
        )
        for path in paths
    ]


def live_sources(home: Home, known: Known) -> list[Source]:
    """The networks the settings turn on. Raises `Misconfigured` for one with nothing to listen for."""
    settings = home.settings
    if not settings.bluesky.enabled:
        return []
    if not settings.brands:
        raise Misconfigured(
            "Bluesky is on, but there is nothing to listen for",
            id="HO-BRANDS",
            hint='add a [[brands]] table to hearout.toml, or start with `hearout up --bluesky "my brand"`',
        )
    return [
        BlueskySource(
            settings.bluesky, brands=Brands(settings.brands), identify=identify, clock=home.clock, is_known=known.among
        )
    ]


def demo_source(home: Home, *, fast: bool) -> Source:
    return DemoSource(clock=home.clock, fast=fast)


def poller_jobs(home: Home, sources: Sequence[Source], known: Known) -> dict[str, Job]:
    """A job per source; each ends when its source does."""
    publisher = known.noting(home.publisher)

    asked = float("-inf")

    async def room() -> None:
        """Returns once there is room on the bus, or nobody can tell; asks once a second, as asking Kafka takes time."""
        nonlocal asked
        now = asyncio.get_running_loop().time()
        if now - asked < _ROOM_LOOK:
            return
        try:
            while await home.bus.lag(POSTS.name, "score") > _ROOM:
                await asyncio.sleep(_ROOM_LOOK)
        except Transient:
            pass
        asked = asyncio.get_running_loop().time()

    jobs: dict[str, Job] = {}
    for source in sources:
        poller = Poller(
            source, publisher=publisher, book=home.sources, clock=home.clock, metrics=home.metrics, room=room
        )
        jobs[f"source {source.name}"] = partial(_file, poller) if isinstance(source, FileSource) else poller.run
    return jobs


async def _file(poller: Poller, stop: asyncio.Event) -> None:
    """A file that was named has to be readable; other sources are shown as broken, and their process goes on."""
    await poller.run(stop)
    if poller.status.state is SourceState.BROKEN:
        raise HearoutError(f"{poller.status.name}: {poller.status.error}")
