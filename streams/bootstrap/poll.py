"""`hearout poll`: sources in a process of their own; ends when all of them have."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial

from streams.bootstrap.home import open_home
from streams.bootstrap.known import Known
from streams.bootstrap.process import Job, run
from streams.bootstrap.progress import Reading
from streams.bootstrap.serving import metrics_jobs
from streams.bootstrap.sources import file_sources, live_sources, poller_jobs
from streams.errors import HearoutError, Misconfigured
from streams.settings import Settings
from streams.storage.known import known_posts


async def run_poll(settings: Settings, *, files: Sequence[str], mapping: Mapping[str, str]) -> None:
    """Raises `Misconfigured` when there is nothing to poll."""
    async with open_home(settings) as home:
        known = Known(partial(known_posts, home.engine))
        stop = asyncio.Event()
        with Reading(shown=True) as reading:
            sources = [*file_sources(home, files, mapping, reading.progress), *live_sources(home, known)]
            if not sources:
                raise Misconfigured(
                    "there is nothing to poll",
                    id="HO-SOURCES",
                    hint='name a --file, say --bluesky "my brand", or turn a source on in hearout.toml',
                )
            pollers = poller_jobs(home, sources, known)
            names = {source.name for source in sources}
            reading.expect(pollers)

            async def until_all_ended(stop: asyncio.Event) -> None:
                async with asyncio.TaskGroup() as group:
                    for name, job in pollers.items():
                        group.create_task(reading.until_end(name, job)(stop), name=name)
                stop.set()
                broken = [f"{s.name}: {s.error}" for s in await home.sources.statuses() if s.name in names and s.error]
                if broken:
                    raise HearoutError("; ".join(broken))

            jobs: dict[str, Job] = {"sources": until_all_ended, **metrics_jobs(settings.metrics, home.metrics)}
            await run(jobs, stop=stop)
