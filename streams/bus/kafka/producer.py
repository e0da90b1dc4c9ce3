"""Sending to Kafka: messages walk in, and are on every replica that must have them when it returns."""

import asyncio
import contextlib
from collections.abc import Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from streams.bus.manifest import LARGEST
from streams.bus.ports import Outgoing
from streams.errors import Refused, Transient

#: How long the client waits for a batch to fill. Short: whoever publishes waits for the whole call anyway.
_LINGER_MS = 2


class Producer:
    """Connects at the first message, and anew after it failed."""

    def __init__(self, *, servers: str, timeout: float) -> None:
        self._servers = servers
        self._timeout = timeout
        self._client: AIOKafkaProducer | None = None
        self._connecting = asyncio.Lock()

    async def send(self, topic: str, messages: Sequence[Outgoing]) -> None:
        """Raises `Transient` when not every message was taken in time, `Refused` when one is too large."""
        client: AIOKafkaProducer | None = None
        try:
            async with asyncio.timeout(2 * self._timeout):
                client = await self._connected()
                sent = [await client.send(topic, each.value, key=each.key.encode()) for each in messages]
                outcomes = await asyncio.gather(*sent, return_exceptions=True)
        except MessageSizeTooLargeError as fault:
            raise Refused(f"a message for {topic} is larger than Kafka takes") from fault
        except (KafkaError, OSError, TimeoutError) as fault:
            raise await self._away(client, fault) from fault
        for outcome in outcomes:
            if isinstance(outcome, MessageSizeTooLargeError):
                raise Refused(f"a message for {topic} is larger than Kafka takes") from outcome
            if isinstance(outcome, BaseException):
                raise await self._away(client, outcome) from outcome

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(KafkaError, TimeoutError):
                async with asyncio.timeout(self._timeout):
                    await client.stop()

    async def _connected(self) -> AIOKafkaProducer:
        async with self._connecting:
            if self._client is None:
                client = AIOKafkaProducer(
                    bootstrap_servers=[server.strip() for server in self._servers.split(",")],
                    client_id="hearout",
                    acks="all",
                    linger_ms=_LINGER_MS,
                    max_batch_size=256 * 1024,
                    max_request_size=LARGEST,
                    request_timeout_ms=int(self._timeout * 1000),
                )
                try:
                    await client.start()
                except BaseException:
                    await client.stop()
                    raise
                self._client = client
            return self._client

    async def _away(self, client: AIOKafkaProducer | None, fault: BaseException) -> Transient:
        """What to raise; a client that will not mend by itself is let go, for one whose sender broke fails for ever."""
        passing = isinstance(fault, OSError) or getattr(fault, "retriable", False)
        if not passing and client is self._client:
            await self.close()
        return Transient(f"Kafka at {self._servers} did not take the messages: {type(fault).__name__} {fault}".rstrip())
