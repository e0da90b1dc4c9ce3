"""One group's reading of one topic while an engine runs: records walk in, batches are handled and then committed.

A batch is handled only if every record in it is the next of its partition under the present assignment, and is
committed only under the assignment it was read in. Batches are handled one at a time, so nothing is in flight
beside the one in hand, and no commit can pass a record that was not handled.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from streams.bus.kafka.engine import Engine, EngineFailed
from streams.bus.kafka.ledger import Gap, Ledger, Place
from streams.bus.kafka.tuning import Tuning
from streams.bus.kafka.watch import Watch
from streams.bus.ports import Batch, Handle, Message
from streams.metrics import Metrics

#: Seconds between two looks at whether the engine still runs, while nothing else happens.
_LOOK = 0.5
#: Seconds a batch that is not full sleeps before it takes what has come.
_GATHER = 0.004


class Subscription:
    """Runs once. `known_gaps` outlives it: gaps in the offsets seen by earlier engines of the same consumer."""

    def __init__(
        self,
        *,
        servers: str,
        prefix: str,
        topic: str,
        group: str,
        handle: Handle,
        batch: Batch,
        stop: asyncio.Event,
        tuning: Tuning,
        metrics: Metrics,
        known_gaps: set[Gap],
    ) -> None:
        self._topic, self._handle, self._batch, self._stop = topic, handle, batch, stop
        self._tuning, self._known_gaps = tuning, known_gaps
        self._log = structlog.get_logger(__name__).bind(topic=topic, group=group)
        self._engine = Engine(
            servers=servers,
            topic=f"{prefix}{topic}",
            group=f"{prefix}{group}",
            buffer=max(2 * batch.size, 100),
            tuning=tuning,
            revoked=self._let_go,
        )
        self._watch = Watch(
            engine=self._engine,
            topic=topic,
            group=group,
            tuning=tuning,
            metrics=metrics,
            committed=lambda: self._ledger.committed if self._ledger else None,
            handling_since=lambda: self._handling_since,
            log=self._log,
        )
        #: Of the present assignment; None from the moment it is taken away until the first record of the next.
        self._ledger: Ledger | None = None
        #: Grows each time partitions are taken away.
        self._assignment = 0
        self._letting_go = False
        self._idle = asyncio.Event()
        self._idle.set()
        self._handling_since: float | None = None
        self._getting: asyncio.Task[Any] | None = None
        self._stopping: asyncio.Task[Any] | None = None
        self._watching: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Until `stop` is set.

        Raises what `handle` raises, `Stalled`, and `EngineFailed` when it takes a new engine to go on.
        """
        self._stopping = asyncio.create_task(self._stop.wait())
        self._watching = asyncio.create_task(self._watch.run())
        try:
            await self._engine.start()
            while not self._stop.is_set():
                batch, ledger = await self._gather()
                if ledger is not None and ledger is self._ledger and not self._letting_go:
                    await self._settle(batch, ledger)
        finally:
            waiting = [each for each in (self._stopping, self._watching, self._getting) if each is not None]
            for each in waiting:
                each.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
            await self._engine.stop()

    async def _settle(self, batch: Sequence[Any], ledger: Ledger) -> None:
        self._idle.clear()
        self._handling_since = _now()
        try:
            # A record without a value is a tombstone, which says nothing on topics that are never compacted.
            messages = [self._message(each) for each in batch if each.value is not None]
            if messages:
                await self._handle(messages)
            self._handling_since = None
            if ledger is self._ledger:
                await self._commit(ledger, {each.partition: each.offset + 1 for each in batch})
        finally:
            self._handling_since = None
            self._idle.set()

    async def _commit(self, ledger: Ledger, offsets: Mapping[int, int]) -> None:
        """Waits while the broker is away; told to stop, it gives up after a while, and the batch comes again."""
        committing = asyncio.create_task(self._engine.commit(offsets))
        give_up: float | None = None
        try:
            while not committing.done():
                await asyncio.wait({committing}, timeout=_LOOK)
                self._check()
                if self._stop.is_set():
                    give_up = give_up or _now() + self._tuning.answer
                    if _now() > give_up:
                        self._log.warning("Kafka is away: what was handled last comes again")
                        return
            if committing.result():
                ledger.settled(offsets)
        finally:
            committing.cancel()

    async def _gather(self) -> tuple[list[Any], Ledger | None]:
        """A batch of records in line, and the ledger they stand in; no ledger without a batch."""
        batch: list[Any] = []
        ledger: Ledger | None = None
        deadline: float | None = None
        while len(batch) < self._batch.size and not self._stop.is_set():
            record = await self._next(deadline)
            if record is None:
                break
            if not self._engine.is_current(record):
                continue
            if self._ledger is None and not await self._begin():
                continue
            if self._ledger is not ledger:
                batch, ledger, deadline = [], self._ledger, _now() + self._batch.linger
            if ledger is not None and self._is_next(ledger, record):
                batch.append(record)
        return batch, ledger if batch else None

    async def _begin(self) -> bool:
        """Opens the ledger of a new assignment; False when it was taken away meanwhile."""
        assignment = self._assignment
        try:
            async with asyncio.timeout(self._tuning.answer):
                starts = await self._engine.starts()
        except Exception as fault:
            raise EngineFailed(f"it cannot tell where to start: {type(fault).__name__} {fault}") from fault
        if assignment != self._assignment or self._letting_go:
            return False
        self._ledger = Ledger(starts, self._known_gaps)
        self._log.info("reading from Kafka", partitions=sorted(starts))
        return True

    def _is_next(self, ledger: Ledger, record: Any) -> bool:
        if not ledger.knows(record.partition):
            raise EngineFailed(f"it read from partition {record.partition}, which is not ours")
        due = ledger.due(record.partition)
        place = ledger.place(record.partition, record.offset)
        if place is Place.AHEAD:
            # Either the engine skipped records or the broker has none there. Read again from what is committed:
            # if the same gap shows, it is the broker's.
            self._known_gaps.add((record.partition, due, record.offset))
            raise EngineFailed(f"it skipped from offset {due} to {record.offset} in partition {record.partition}")
        return place is Place.NEXT

    async def _next(self, deadline: float | None) -> Any | None:
        """The next record; None at the deadline (of the event loop's clock) or when told to stop."""
        while self._getting is None:
            try:
                return self._engine.get_nowait()
            except asyncio.QueueEmpty:
                if deadline is None:
                    self._getting = asyncio.create_task(self._engine.get())
                elif self._stop.is_set() or _now() >= deadline:
                    return None
                else:
                    # A task per record would cost more than all the rest: let some gather.
                    await asyncio.sleep(min(_GATHER, deadline - _now()))
                    self._check()
        signals = {each for each in (self._stopping, self._watching) if each is not None}
        while not self._getting.done():
            if self._stop.is_set():
                return None
            await asyncio.wait({self._getting, *signals}, timeout=_LOOK, return_when=asyncio.FIRST_COMPLETED)
            self._check()
        got, self._getting = self._getting, None
        return got.result()

    async def _let_go(self) -> None:
        """The group is shared out anew: let the batch in hand end, for a while, then read from what is committed."""
        self._letting_go = True
        try:
            async with asyncio.timeout(self._tuning.grace):
                await self._idle.wait()
        except TimeoutError:
            self._log.warning("a batch is held while workers come or go; it is done again")
        finally:
            self._assignment += 1
            self._ledger = None
            self._letting_go = False

    def _check(self) -> None:
        """Raises when the engine stopped, or a partition does not get on."""
        failure = self._engine.failure
        if failure is not None:
            raise EngineFailed(failure)
        if self._watching is not None and self._watching.done():
            self._watching.result()

    def _message(self, record: Any) -> Message:
        return Message(
            topic=self._topic,
            partition=record.partition,
            offset=record.offset,
            key=(record.key or b"").decode(errors="backslashreplace"),
            value=record.value,
        )


def _now() -> float:
    return asyncio.get_running_loop().time()
