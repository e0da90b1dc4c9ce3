"""The bus of many machines: messages walk in by topic and key, and out to one worker of each group, at least once."""

import asyncio
from collections.abc import Sequence

import structlog

from streams.bus.admin import Admin
from streams.bus.kafka.engine import EngineFailed, quiet
from streams.bus.kafka.ledger import Gap
from streams.bus.kafka.producer import Producer
from streams.bus.kafka.subscription import Subscription
from streams.bus.kafka.tuning import Tuning
from streams.bus.ports import Batch, Handle, Outgoing
from streams.errors import Transient
from streams.metrics import Metrics

log = structlog.get_logger(__name__)


class KafkaBus:
    """Implements `Bus`. Make it inside a running event loop; `prefix` goes before every topic and group."""

    def __init__(self, *, servers: str, prefix: str, metrics: Metrics, tuning: Tuning | None = None) -> None:
        quiet()
        self._servers, self._prefix, self._metrics = servers, prefix, metrics
        self._tuning = tuning or Tuning()
        self._admin = Admin(servers=servers, prefix=prefix, timeout=self._tuning.answer)
        self._producer = Producer(servers=servers, timeout=self._tuning.answer)
        self._exists: set[str] = set()

    async def publish(self, topic: str, messages: Sequence[Outgoing]) -> None:
        if messages:
            await self._require(topic)
            await self._producer.send(f"{self._prefix}{topic}", messages)

    async def consume(self, topic: str, group: str, handle: Handle, *, batch: Batch, stop: asyncio.Event) -> None:
        """As in `Bus`; waits for a broker that is away.

        Raises `Misconfigured` when the topic does not exist, and `Stalled`.
        """
        known_gaps: set[Gap] = set()
        shortest, longest = self._tuning.backoff
        pause = shortest
        while not stop.is_set():
            began = asyncio.get_running_loop().time()
            try:
                await self._require(topic)
                subscription = Subscription(
                    servers=self._servers,
                    prefix=self._prefix,
                    topic=topic,
                    group=group,
                    handle=_marked(handle),
                    batch=batch,
                    stop=stop,
                    tuning=self._tuning,
                    metrics=self._metrics,
                    known_gaps=known_gaps,
                )
                await subscription.run()
            except _Raised as raised:
                raise raised.fault from raised.fault.__cause__
            except (EngineFailed, Transient) as fault:
                if asyncio.get_running_loop().time() - began > longest:
                    pause = shortest
                log.warning(
                    "reading from Kafka was interrupted", topic=topic, group=group, reason=str(fault), again_in=pause
                )
                await _either(stop, pause)
                pause = min(2 * pause, longest)

    async def lag(self, topic: str, group: str) -> int:
        return sum((await asyncio.to_thread(self._admin.lag, topic, group)).values())

    async def close(self) -> None:
        await self._producer.close()
        await asyncio.to_thread(self._admin.close)

    async def _require(self, topic: str) -> None:
        """Raises `Misconfigured` when the topic does not exist; asks once per topic."""
        if topic in self._exists:
            return
        await asyncio.to_thread(self._admin.require, topic)
        self._exists.add(topic)


class _Raised(Exception):
    """Carries what a handler raised past our own dealing with a broker that is away."""

    def __init__(self, fault: Exception) -> None:
        super().__init__(str(fault))
        self.fault = fault


def _marked(handle: Handle) -> Handle:
    async def marked(messages: Sequence[object]) -> None:
        try:
            await handle(messages)  # type: ignore[arg-type]
        except Exception as fault:
            raise _Raised(fault) from fault

    return marked


async def _either(stop: asyncio.Event, seconds: float) -> None:
    """Returns when told to stop, or after that many seconds."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
