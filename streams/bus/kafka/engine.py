"""One subscription's Faust app: a topic and a group walk in, records walk out; it commits exactly what it is told.

Of Faust we use the consumer (group membership, heartbeats and fetching in a thread of its own), the conductor and
flow control. We do not use its agents, streams and acknowledgements: a stream acknowledges a record whose handler
raised, `take` acknowledges a batch that was never handled, records skipped in a rebalance are acknowledged unread,
and `Consumer._new_offset` commits past a record in flight. The topic is therefore read with `acks=False`, which
leaves nothing for Faust to commit, and `commit` goes straight to its consumer thread.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

import faust
from aiokafka.errors import ConsumerStoppedError
from faust.app.base import BootStrategy
from faust.tables.manager import TableManager
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer, Transport
from faust.types import TP
from mode import Service
from mode.threads import WorkerThread

from streams.bus.kafka.tuning import Tuning

#: Long enough to mean never: a batch may be held for days while the database is away, and keeps its partitions.
NEVER = 7 * 24 * 3600.0


#: Records put into the buffer before others get a turn on the event loop.
_BREAK_EVERY = 100
#: Seconds between two looks at whether the consumer's thread has ended, and at whether it has been told to.
_JOIN, _LOOK = 0.01, 0.2
#: Seconds the consumer has to leave its group before it is cut off.
_STOP = 5.0


class EngineFailed(Exception):
    """The engine stopped or could not start; a new one may do better."""


class _Boot(BootStrategy):
    """Reads only: what we send goes through a producer of our own."""

    enable_kafka_producer = False
    enable_web = False
    enable_sensors = False


class _NoTables(TableManager):
    """There are none, so there is nothing to wait for before reading."""

    async def on_start(self) -> None:
        await self._update_channels()
        await self.recovery.start()


class _Worker(WorkerThread):
    def run(self) -> None:
        """Ends without a traceback: what went wrong is `Engine.failure`, told by whoever starts the next engine."""
        with contextlib.suppress(Exception, asyncio.CancelledError):
            super().run()


class _Thread(AIOKafkaConsumerThread):
    Worker = _Worker
    shutdown_timeout = _STOP

    def on_crash(self, msg: str, *fmt: Any, **kwargs: Any) -> None:
        """Prints nothing; see `_Worker`."""

    async def on_thread_stop(self) -> None:
        """Goes on where aiokafka's consumer trips over its own cancelled fetch, as it does while the broker is away."""
        try:
            await super().on_thread_stop()
        except asyncio.CancelledError:
            await cast("Any", self._consumer)._client.close()

    def close(self) -> None:
        """Left to `stop`: Faust's closes the client on the wrong event loop, and its tasks may then never wake."""

    async def stop(self) -> None:
        """Unlike mode's, does not block the event loop that the thread may be waiting for, and has an end."""
        if not self._started.is_set():
            return
        with contextlib.suppress(TimeoutError):
            await Service.stop(self)
        deadline = time.monotonic() + _STOP
        while self._thread is not None and self._thread.is_alive():
            if time.monotonic() > deadline:
                self.thread_loop.call_soon_threadsafe(self.thread_loop.stop)
            await asyncio.sleep(_JOIN)

    async def commit(self, offsets: Mapping[TP, int]) -> bool:
        """As Faust's, which without a broker tries for ever, but gives up once the thread is to stop."""
        return bool(await self.call_thread(self._commit_until_stopped, offsets))

    async def _commit_until_stopped(self, offsets: Mapping[TP, int]) -> bool:
        committing = asyncio.ensure_future(self._commit(offsets))
        try:
            while not committing.done() and not self.should_stop:
                await asyncio.wait({committing}, timeout=_LOOK)
            return committing.done() and committing.result()
        finally:
            committing.cancel()


class _Consumer(Consumer):
    def _new_consumer_thread(self) -> AIOKafkaConsumerThread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)

    async def _drain_messages(self, fetcher: Any) -> None:
        """Faust's own starts two tasks for every record; here that happens only while the buffer is full."""
        (channel,) = self.app.topics
        buffer = cast("Any", channel).queue
        since_break = 0
        try:
            while not (self.should_stop or fetcher.should_stop):
                async for _, message in self.getmany(timeout=1.0):
                    if self.flow_active and not buffer.full():
                        buffer.put_nowait(message)
                    else:
                        await self._wait_for_room(buffer, message)
                    since_break += 1
                    if since_break >= _BREAK_EVERY:
                        since_break = 0
                        await asyncio.sleep(0)
                await asyncio.sleep(0)
        except (asyncio.CancelledError, ConsumerStoppedError):
            if not self.app.should_stop:
                raise

    async def _wait_for_room(self, buffer: "asyncio.Queue[Any]", message: Any) -> None:
        """Returns without the record when the group is shared out anew: it is read again then."""
        waiting = {asyncio.ensure_future(buffer.put(message)), asyncio.ensure_future(self.suspend_flow.wait())}
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waiting:
                each.cancel()


class _Transport(Transport):
    Consumer = _Consumer


class _App(faust.App):
    BootStrategy = _Boot

    def _new_transport(self) -> Any:
        return _Transport(self.conf.broker_consumer, self)

    def _create_directories(self) -> None:
        """Nothing of ours lies on disk."""


class Engine:
    """Runs from `start` to `stop`, once.

    `revoked` is awaited while the group takes our partitions away, when commits still count.
    """

    def __init__(
        self,
        *,
        servers: str,
        topic: str,
        group: str,
        buffer: int,
        tuning: Tuning,
        revoked: Callable[[], Awaitable[None]],
    ) -> None:
        quiet()
        self._topic = topic
        self._starting: asyncio.Task[Any] | None = None
        self._app = _App(
            group,
            broker=[f"aiokafka://{server.strip()}" for server in servers.split(",")],
            broker_client_id="hearout",
            store="memory://",
            web_enabled=False,
            web_tables_enabled=False,
            web_router_enabled=False,
            topic_allow_declare=False,
            topic_disable_leader=True,
            table_standby_replicas=0,
            TableManager=_NoTables,
            processing_guarantee="at_least_once",
            consumer_auto_offset_reset="earliest",
            stream_buffer_maxsize=buffer,
            stream_wait_empty=False,
            broker_max_poll_records=max(1, buffer // 2),
            broker_max_poll_interval=NEVER,
            broker_session_timeout=tuning.session,
            broker_heartbeat_interval=tuning.heartbeat,
            broker_request_timeout=max(tuning.answer, tuning.session) + 1.0,
            broker_rebalance_timeout=tuning.grace + tuning.session,
        )
        described = self._app.topic(
            topic,
            key_type=bytes,
            value_type=bytes,
            key_serializer="raw",
            value_serializer="raw",
            acks=False,
            allow_empty=True,
        )
        # Topics are worked out as the app starts, so this must come before.
        self._channel = cast("Any", described).__aiter__()

        async def on_revoked(*_: object, **__: object) -> None:
            await revoked()

        self._app.on_partitions_revoked.connect(on_revoked)

    async def start(self) -> None:
        """Raises `EngineFailed`."""
        self._starting = asyncio.create_task(self._app.start())
        await asyncio.wait({self._starting})
        fault = self._starting.exception()
        if fault is not None:
            raise EngineFailed(_reason(fault)) from fault

    async def stop(self) -> None:
        """Leaves the group, so that others need not wait for the session to end. Ends also when
        cancelled, and then says so.

        In tasks of their own, for mode swallows a cancellation that comes while a service starts or stops.
        """
        cancelled = False
        for step in (self._starting, asyncio.create_task(self._app.stop())):
            while step is not None and not step.done():
                try:
                    await asyncio.wait({step})
                except asyncio.CancelledError:
                    cancelled = True
        if cancelled:
            raise asyncio.CancelledError

    @property
    def failure(self) -> str | None:
        """Why the engine has stopped by itself, or None while it runs."""
        if self._app.crashed:
            return _reason(self._app.crash_reason)
        return "it stopped" if self._app.should_stop else None

    @property
    def is_flowing(self) -> bool:
        """Whether partitions are ours and read; not so while the group is being shared out anew."""
        return bool(self._app.flow_control.is_active())

    async def get(self) -> Any:
        """The next record as it comes off Faust's buffer."""
        return await self._channel.queue.get()

    def get_nowait(self) -> Any:
        """Raises `asyncio.QueueEmpty`."""
        return self._channel.queue.get_nowait()

    def is_current(self, message: Any) -> bool:
        """Whether a record was fetched under the assignment that is valid now."""
        return self.is_flowing and message.generation_id == self._app.consumer_generation_id

    async def starts(self) -> dict[int, int]:
        """Where reading began in each partition that is ours: what the group had committed, or the oldest record.

        The committed offsets are those Faust sought to when it began to read; nothing was committed since.
        """
        mine = self._app.consumer.assignment()
        oldest = await self._app.consumer.earliest_offsets(*mine) if mine else {}
        committed = cast("Any", self._app.consumer)._committed_offset
        return {tp.partition: max(oldest[tp], committed[tp] or 0) for tp in mine}

    async def ends(self) -> dict[int, int]:
        """Per partition that is ours: the offset the next record will get."""
        mine = self._app.consumer.assignment()
        ends = await self._app.consumer.highwaters(*mine) if mine else {}
        return {tp.partition: offset for tp, offset in ends.items()}

    async def commit(self, offsets: Mapping[int, int]) -> bool:
        """Commits per partition the first offset that is not settled; waits while the broker is away.

        False when the group was shared out anew meanwhile and the records come again, to us or to somebody else.
        """
        return bool(await self._thread.commit({TP(self._topic, each): offset for each, offset in offsets.items()}))

    @property
    def _thread(self) -> Any:
        return cast("Any", self._app.consumer)._thread


def quiet() -> None:
    """Faust and its parts tell of every retry with a traceback; what an operator needs, the bus says itself.

    Levels somebody has set are left as they are, apart from warnings.
    """
    for name in ("faust", "mode", "aiokafka", "kafka"):
        logger = logging.getLogger(name)
        if logger.level in (logging.NOTSET, logging.WARNING):
            logger.setLevel(logging.CRITICAL)


def _reason(fault: BaseException | None) -> str:
    return f"{type(fault).__name__}: {fault}" if fault is not None else "it stopped"
