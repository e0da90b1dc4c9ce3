"""`hearout work`: stages in a process of their own, with their numbers."""

import asyncio
from collections.abc import Collection
from functools import partial

from rich.console import Console

from streams.bootstrap.home import open_home
from streams.bootstrap.numbers import prune, watch
from streams.bootstrap.process import Job, run
from streams.bootstrap.serving import metrics_jobs
from streams.bootstrap.walk import stage_jobs
from streams.sentiment.load import load
from streams.settings import Settings


async def run_work(settings: Settings, stages: Collection[str]) -> None:
    """Until told to stop. Raises `Misconfigured` when a person has to act."""
    model = await asyncio.to_thread(load, settings.model.name, cascade=settings.model.cascade)
    async with open_home(settings) as home:
        jobs: dict[str, Job] = {
            **await stage_jobs(home, stages, model=model, console=Console(highlight=False)),
            **metrics_jobs(settings.metrics, home.metrics),
            "numbers": partial(watch, home),
            "prune": partial(prune, home),
        }
        await run(jobs, stop=asyncio.Event())
