"""The bus on Apache Kafka does what every bus must do."""

import uuid
from collections.abc import AsyncIterator

import pytest

from streams.bus.kafka import KafkaBus, Tuning
from streams.bus.ports import Bus
from streams.metrics import Metrics
from tests.contract.bus_contract import BusContract, MakeBus, MakeTopic
from tests.kafka.plugin import make_topics

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


class TestKafkaBus(BusContract):
    deadline = 60.0

    @pytest.fixture
    async def make_bus(self, kafka: str, prefix: str) -> AsyncIterator[MakeBus]:
        made: list[KafkaBus] = []

        async def make() -> Bus:
            made.append(
                KafkaBus(servers=kafka, prefix=prefix, metrics=Metrics(), tuning=Tuning(session=6.0, heartbeat=1.0))
            )
            return made[-1]

        yield make
        for bus in made:
            await bus.close()

    @pytest.fixture
    async def make_topic(self, kafka: str, prefix: str) -> MakeTopic:
        async def make() -> str:
            name = f"topic{uuid.uuid4().hex[:6]}"
            make_topics(kafka, prefix, name, partitions=1)
            return name

        return make
