"""What is only known by asking or by waiting for a commit becomes metrics here."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from streams.bootstrap.home import Home
from streams.bootstrap.process import every
from streams.bus.embedded import EmbeddedBus
from streams.cases.triaged import TriagedPost
from streams.metrics import Metrics
from streams.records import Effect, Verdict
from streams.topics import Topic
from streams.topology import STAGES

#: Seconds between two looks at the book and the bus.
_LOOK = 5.0
_PRUNE = 600.0


def after_triage(metrics: Metrics) -> Callable[[TriagedPost, datetime], None]:
    """Counts a post whose effect is in the book, at the time it was decided."""

    def count(triaged: TriagedPost, at: datetime) -> None:
        post = triaged.post
        metrics.posts_triaged.labels(post.source, triaged.verdict or "none", triaged.effect).inc()
        if triaged.effect is Effect.OPENED:
            metrics.post_to_case_seconds.observe(max(0.0, (at - post.created_at).total_seconds()))
            metrics.accepted_to_case_seconds.observe(max(0.0, (at - post.heard_at).total_seconds()))

    return count


async def watch(home: Home, stop: asyncio.Event) -> None:
    """Gauges of the book and of the lag, read every few seconds."""

    async def look() -> None:
        numbers = await home.inbox.numbers(home.clock(), days=1)
        metrics = home.metrics
        for verdict in Verdict:
            metrics.cases_open.labels(verdict).set(numbers.open_by_verdict.get(verdict, 0))
        metrics.cases_overdue.set(numbers.overdue)
        metrics.cases_waiting.set(numbers.waiting)
        metrics.dead_letters_kept.set(numbers.dead_letters)
        for hop in STAGES:
            if isinstance(hop.reads, Topic):
                metrics.lag.labels(hop.name).set(await home.bus.lag(hop.reads.name, hop.name))

    await every(_LOOK, look, name="numbers", stop=stop)


async def prune(home: Home, stop: asyncio.Event) -> None:
    """Takes from the embedded log what every stage has read and nobody may want again."""
    bus = home.bus
    if not isinstance(bus, EmbeddedBus):
        return
    readers = {hop.reads.name: (hop.name,) for hop in STAGES if isinstance(hop.reads, Topic)}
    keep = timedelta(hours=home.settings.bus.retention_hours)

    async def look() -> None:
        await bus.prune(home.clock() - keep, readers)

    await every(_PRUNE, look, name="prune", stop=stop)
