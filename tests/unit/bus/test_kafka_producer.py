"""The producer for Kafka: a client that broke is let go, one that only waits is kept."""

import asyncio
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError, KafkaError, MessageSizeTooLargeError

from streams.bus.kafka import producer
from streams.bus.kafka.producer import Producer
from streams.bus.ports import Outgoing
from streams.errors import Refused, Transient

HELLO = [Outgoing(key="ana", value=b"hello"), Outgoing(key="ana", value=b"again")]


class Client:
    """An aiokafka producer whose messages end as `fault` says, None being well."""

    made: list["Client"]
    faults: list[BaseException | None]

    def __init__(self, **settings: Any) -> None:
        self.stopped = False
        self.fault = self.faults.pop(0)
        self.made.append(self)

    async def start(self) -> None: ...

    async def send(self, topic: str, value: bytes, *, key: bytes) -> "asyncio.Future[None]":
        sent: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self.fault is None:
            sent.set_result(None)
        else:
            sent.set_exception(self.fault)
        return sent

    async def stop(self) -> None:
        self.stopped = True


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> type[Client]:
    Client.made, Client.faults = [], []
    monkeypatch.setattr(producer, "AIOKafkaProducer", Client)
    return Client


async def test_a_client_whose_sender_broke_is_replaced(clients: type[Client]) -> None:
    """It fails whatever it is given from then on; the next message gets a new one."""
    clients.faults = [KafkaError("Unexpected error during batch delivery"), None]
    sending = Producer(servers="kafka:9092", timeout=1.0)
    with pytest.raises(Transient, match="Unexpected error"):
        await sending.send("posts", HELLO)
    await sending.send("posts", HELLO)
    assert [client.stopped for client in clients.made] == [True, False]


@pytest.mark.parametrize(
    ("fault", "said"), [(KafkaConnectionError("gone"), Transient), (MessageSizeTooLargeError("big"), Refused)]
)
async def test_a_client_that_is_well_is_kept(clients: type[Client], fault: Exception, said: type[Exception]) -> None:
    """aiokafka finds a broker that comes back by itself, and one message that is too large says nothing of the next."""
    clients.faults = [fault]
    sending = Producer(servers="kafka:9092", timeout=1.0)
    for _ in range(2):
        with pytest.raises(said):
            await sending.send("posts", HELLO)
    assert [client.stopped for client in clients.made] == [False]
