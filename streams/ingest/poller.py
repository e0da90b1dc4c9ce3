"""A source walks in; what it hears walks onto the bus, and how it fares into the source book, until it ends."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import TypeVar

from streams.clock import Clock
from streams.errors import Misconfigured, Transient
from streams.ingest.ports import Heard, Publisher, Source, SourceBook, SourceState, SourceStatus
from streams.metrics import Metrics
from streams.records import Post

#: Seconds before the first new try; doubled with each failure in a row.
FIRST_WAIT = 1.0
#: Seconds at most: a network that was away for hours is found again within five minutes.
LONGEST_WAIT = 300.0

Result = TypeVar("Result")
Sleep = Callable[[float], Awaitable[None]]
#: Waits until the bus can take more.
Room = Callable[[], Awaitable[None]]


async def no_limit() -> None:
    """There is always room."""


@dataclass(slots=True)
class Poller:
    """Drives one source. What a source does wrong stays with it: other sources have pollers of their own.

    A cursor is saved only when all that was heard up to it is safe on the bus: being cancelled or killed anywhere
    loses nothing, it may repeat.
    """

    source: Source
    _: KW_ONLY
    publisher: Publisher
    book: SourceBook
    clock: Clock
    metrics: Metrics
    room: Room = no_limit
    sleep: Sleep = asyncio.sleep
    #: In [0, 1).
    chance: Callable[[], float] = random.random
    #: How the source fares.
    status: SourceStatus = field(init=False)
    #: Whether the book told us the cursor; until then nothing may be written over it.
    _known: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self.status = SourceStatus(name=self.source.name, state=SourceState.STARTING, since=self.clock())

    async def run(self, stop: asyncio.Event) -> None:
        """Hear the source until it ends, a person has to act, or `stop` is set; `status` says which.

        Any failure but `Misconfigured` is tried again, with growing waits. What is being published when `stop` is set
        is finished first.
        """
        while not stop.is_set():
            try:
                await self._hear(stop)
                if not stop.is_set():
                    await self._become(replace(self.status, state=SourceState.FINISHED, error="", failures=0))
                return
            except Misconfigured as fault:
                await self._break(str(fault))
                return
            except Transient as fault:
                await self._break(str(fault))
            except Exception as fault:  # a bug in a connector must not take the others with it
                await self._break(f"the connector failed: {type(fault).__name__}: {fault}")
            await _unless(stop, self.sleep(self._wait()))

    async def _hear(self, stop: asyncio.Event) -> None:
        if not self._known:
            kept = await self.book.status(self.source.name)
            if kept is not None:
                self.status = replace(self.status, cursor=kept.cursor, newest_post_at=kept.newest_post_at)
            self._known = True
            await self._become(self.status)
        heards = self.source.listen(self.status.cursor)
        try:
            while (heard := await _unless(stop, _next(heards))) is not None:
                if heard.records:
                    # Room may never come once everything is stopping; what is not taken here comes again.
                    await _unless(stop, self.room())
                    if stop.is_set():
                        return
                await self._settle(heard)
        finally:
            if isinstance(heards, AsyncGenerator):
                await heards.aclose()

    async def _settle(self, heard: Heard) -> None:
        """Make all of it safe, then remember the place."""
        if heard.refused:
            await self.publisher.refused(heard.refused)
            for stage, letters in Counter(letter.stage for letter in heard.refused).items():
                self.metrics.dead_letters.labels(stage).inc(letters)
        if heard.records:
            await self.publisher.posts(heard.records)
        for gap in heard.gaps:
            await self.book.record_gap(self.source.name, gap)
            self.metrics.source_gaps.labels(self.source.name).inc()
        posts = [record for record in heard.records if isinstance(record, Post)]
        for source, number in Counter(post.source for post in posts).items():
            self.metrics.posts_heard.labels(source).inc(number)
        newest = max((post.created_at for post in posts), default=None)
        if newest is not None and (self.status.newest_post_at is None or newest > self.status.newest_post_at):
            self.status = replace(self.status, newest_post_at=newest)
        # A connection alone shows that it works again, but not that it will last.
        failures = 0 if heard.cursor is not None or heard.records else self.status.failures
        cursor = self.status.cursor if heard.cursor is None else heard.cursor
        await self._become(replace(self.status, state=SourceState.HEARING, error="", failures=failures, cursor=cursor))

    async def _break(self, error: str) -> None:
        broken = replace(self.status, state=SourceState.BROKEN, error=error, failures=self.status.failures + 1)
        # The book may be what is away; it is told with the next change.
        with suppress(Exception):
            await self._become(broken)

    async def _become(self, status: SourceStatus) -> None:
        since = self.status.since if status.state is self.status.state else self.clock()
        self.status = replace(status, since=since)
        self.metrics.source_up.labels(status.name).set(int(status.state is not SourceState.BROKEN))
        if (newest := status.newest_post_at) is not None:
            # Told when it is asked for: a source that fell silent grows older.
            age = self.metrics.source_age_seconds.labels(status.name)
            age.set_function(lambda: max(0.0, (self.clock() - newest).total_seconds()))
        if self._known:
            await self.book.save(self.status)

    def _wait(self) -> float:
        """Return seconds: half of the growing wait is sure, half is chance, so that many do not come back at once."""
        longest = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(self.status.failures - 1, 20))
        return longest * (0.5 + 0.5 * self.chance())


async def _next(heards: AsyncIterator[Heard]) -> Heard | None:
    """Return the next, None at the end."""
    return await anext(heards, None)


async def _unless(stop: asyncio.Event, waited: Awaitable[Result]) -> Result | None:
    """Return what is waited for, or None as soon as `stop` is set; what was waited for is then cancelled."""
    wanted = asyncio.ensure_future(waited)
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait((wanted, stopping), return_when=asyncio.FIRST_COMPLETED)
        return await wanted if wanted.done() else None
    finally:
        for task in (wanted, stopping):
            task.cancel()
        await asyncio.gather(wanted, stopping, return_exceptions=True)
