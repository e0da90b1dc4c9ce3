"""Holding on while the world is away: a piece of work walks in, its result walks out however long it takes."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog

from streams.errors import Transient
from streams.metrics import Metrics

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]

log = structlog.get_logger(__name__)

#: Seconds between two log lines about the same wait; what lasted longer before it failed is another one.
_REMIND = 30.0


class Left(Exception):
    """Told to stop while holding: the work is not done, and nothing of it may be taken as done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Seconds between tries: doubled each time up to `most`, less a random part of up to half.

    The random part keeps many workers from knocking at the same moment.
    """

    first: float = 0.1
    most: float = 15.0

    def seconds(self, failures: int, chance: float) -> float:
        """After so many failures in a row (from 1); `chance` is in [0, 1)."""
        return min(self.most, self.first * 2.0 ** min(failures - 1, 32)) * (1 - chance / 2)


class Hold:
    """Tries for ever on behalf of one stage; each new try is counted in `metrics.retries`."""

    def __init__(
        self,
        stage: str,
        *,
        metrics: Metrics,
        backoff: Backoff,
        sleep: Sleep = asyncio.sleep,
        chance: Callable[[], float] = random.random,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stage = stage
        self._retries = metrics.retries.labels(stage)
        self._backoff = backoff
        self._sleep = sleep
        self._chance = chance
        self._now = now

    async def until_done(self, work: Callable[[], Awaitable[T]], stop: asyncio.Event) -> T:
        """The result of `work`, tried again as long as it raises `Transient`.

        Raises `Left` when `stop` is set between two tries. Work that went well for long before it failed is
        taken as a new fault, not as one more of the last.
        """
        failures = 0
        unsaid = _REMIND
        while True:
            began = self._now()
            try:
                result = await work()
            except Transient as reason:
                if self._now() - began > _REMIND:
                    failures, unsaid = 0, _REMIND
                failures += 1
                self._retries.inc()
                seconds = self._backoff.seconds(failures, self._chance())
                if unsaid >= _REMIND:
                    log.warning("holding", stage=self._stage, reason=str(reason), failures=failures)
                    unsaid = 0.0
                unsaid += seconds
                await self._wait(seconds, stop)
            else:
                if failures:
                    log.info("going on", stage=self._stage, failures=failures)
                return result

    async def _wait(self, seconds: float, stop: asyncio.Event) -> None:
        waits = [asyncio.ensure_future(wait) for wait in (self._sleep(seconds), stop.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        if stop.is_set():
            raise Left
