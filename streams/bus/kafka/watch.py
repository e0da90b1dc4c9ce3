"""The watch over one subscription: looks now and then whether every partition gets on, and raises if one does not."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from streams.bus.kafka.engine import Engine
from streams.bus.kafka.progress import Position, Progress
from streams.bus.kafka.tuning import Tuning
from streams.errors import HearoutError
from streams.metrics import Metrics


class Stalled(HearoutError):
    """A partition does not get on though records wait on it: the process should be started anew."""


class Watch:
    """`committed` gives what is committed under the present assignment, None before its first record came.

    `handling_since` gives when the running batch began (event loop's clock), None between batches.
    """

    def __init__(
        self,
        *,
        engine: Engine,
        topic: str,
        group: str,
        tuning: Tuning,
        metrics: Metrics,
        committed: Callable[[], Mapping[int, int] | None],
        handling_since: Callable[[], float | None],
        log: Any,
    ) -> None:
        self._engine, self._topic, self._group, self._tuning = engine, topic, group, tuning
        self._committed, self._handling_since, self._log = committed, handling_since, log
        self._progress = Progress(tuning.stall)
        self._gauge = metrics.stalled.labels(group)
        self._is_away = False

    async def run(self) -> None:
        """Never returns; raises `Stalled`."""
        interval = max(self._tuning.stall / 10, 0.05)
        now = asyncio.get_running_loop().time
        while True:
            await asyncio.sleep(interval)
            since = self._handling_since()
            # A batch that is held (the database is away) holds every partition; that is waiting, not standing still.
            held = since is not None and now() - since > interval
            positions = {} if held or not self._engine.is_flowing else await self._positions()
            stalled = self._progress.look(now(), positions)
            self._gauge.set(len(stalled))
            if stalled:
                raise Stalled(
                    f"{self._group} has not moved in {self._tuning.stall:.0f} s on topic {self._topic}, partitions "
                    f"{', '.join(map(str, stalled))}, though records wait there; start the process anew"
                )

    async def _positions(self) -> dict[int, Position]:
        """Of every partition that is ours; none while the broker is away, which is no fault of the partition."""
        try:
            async with asyncio.timeout(self._tuning.answer):
                committed = self._committed()
                if committed is None:
                    committed = await self._engine.starts()
                ends = await self._engine.ends()
        except Exception as fault:
            if not self._is_away:
                self._log.warning("Kafka does not answer; waiting for it", reason=str(fault) or type(fault).__name__)
            self._is_away = True
            return {}
        if self._is_away:
            self._log.info("Kafka answers again")
            self._is_away = False
        return {each: Position(committed[each], end) for each, end in ends.items() if each in committed}
