"""Settings walk in; the bus they name walks out.

What belongs to Kafka takes long to import, so it is imported where it is asked for.
"""

import asyncio

from streams.bus.embedded import EmbeddedBus
from streams.bus.ports import Bus
from streams.clock import Clock
from streams.metrics import Metrics
from streams.settings import Settings


def open_bus(settings: Settings, *, clock: Clock, metrics: Metrics, prefix: str) -> Bus:
    if settings.bus.kind == "embedded":
        # A file of its own: writers of the log and of the case book must not wait for each other.
        return EmbeddedBus(settings.home / "bus.db", clock=clock)
    from streams.bus.kafka import KafkaBus

    return KafkaBus(servers=settings.bus.kafka.servers, prefix=prefix, metrics=metrics)


def prefix_of(settings: Settings, installation: str) -> str:
    """Before each topic and group: as set, else the id of the case book, so that installations keep apart."""
    return settings.bus.kafka.prefix or f"hearout-{installation}."


async def make_topics(settings: Settings, prefix: str) -> tuple[str, ...]:
    """Creates the topics that are missing, and changes no other; says what it did. Raises `Transient`."""
    from streams.bus.admin import Admin

    kafka = settings.bus.kafka
    admin = Admin(servers=kafka.servers, prefix=prefix)

    def make() -> tuple[str, ...]:
        findings = admin.plan(partitions=kafka.partitions, replication=kafka.replication)
        return admin.apply([finding for finding in findings if finding.missing])

    try:
        return await asyncio.to_thread(make)
    finally:
        await asyncio.to_thread(admin.close)
