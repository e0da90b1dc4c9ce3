"""Newness of the case book walks in by looking at it now and then; waiting pages are woken up.

However many pages wait, the book is asked by one task, and by none while nobody waits.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import structlog

log = structlog.get_logger()

#: Seconds after which a waiting page looks for itself, whatever it was told.
_LOOK_YOURSELF = 5.0


class Tail:
    """The number of the newest event, as far as this process knows."""

    def __init__(self, last_seq: Callable[[], Awaitable[int]], *, every: float = 0.5) -> None:
        """`every` is the pause between two looks, seconds."""
        self._last_seq = last_seq
        self._every = every
        self._seq = 0
        self._listeners = 0
        self._grown = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Within it `beyond` works; the last one to leave stops the task."""
        self._listeners += 1
        if self._task is None:
            self._task = asyncio.create_task(self._look())
        try:
            yield
        finally:
            self._listeners -= 1
            if self._listeners == 0 and self._task is not None:
                self._task.cancel()
                self._task = None

    async def beyond(self, seq: int) -> int:
        """Waits until there is an event newer than `seq`, a few seconds at most; returns the newest's number known."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_YOURSELF), self._grown:
                await self._grown.wait_for(lambda: self._seq > seq)
        return self._seq

    async def _look(self) -> None:
        while True:
            try:
                seq = await self._last_seq()
            except Exception as fault:
                # Whatever it is, pages that wait must not wait for a task that is gone.
                log.warning("the desk could not look for news", error=str(fault))
                seq = self._seq
            if seq > self._seq:
                async with self._grown:
                    self._seq = seq
                    self._grown.notify_all()
            await asyncio.sleep(self._every)
