"""What the topics on Kafka must look like: our topics and settings walk in, one specification per topic walks out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from streams.topics import CASES, DEAD_LETTERS, TOPICS, Topic

#: Grows with every change of what is specified below, and is shown by `hearout topics plan`.
VERSION = 2

_DAY_MS = 24 * 60 * 60 * 1000

#: How long the broker keeps records. The truth is the case book: topics only have to outlast a long weekend away.
RETENTION_DAYS: Mapping[str, int] = MappingProxyType({CASES.name: 30, DEAD_LETTERS.name: 30})
DEFAULT_RETENTION_DAYS = 7
#: Bytes of one message. A dead letter carries up to 1 MB as base64, which is a third longer; what no source would send
#: but a broker takes (1 MiB, Kafka's own limit) fits as well.
LARGEST = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSpec:
    """One topic as it must be on the broker."""

    #: With the prefix.
    name: str
    partitions: int
    replication: int
    #: Kafka's own names and values of topic settings.
    config: Mapping[str, str]


def manifest(
    *, prefix: str, partitions: int, replication: int, topics: Sequence[Topic] = TOPICS
) -> tuple[TopicSpec, ...]:
    """Every topic, in the order the data walks.

    With three replicas two must have a record before it counts as taken, so that one broker may be lost.
    """
    return tuple(
        TopicSpec(
            name=f"{prefix}{topic.name}",
            partitions=partitions,
            replication=replication,
            config=MappingProxyType(
                {
                    "cleanup.policy": "delete",
                    **({"max.message.bytes": str(LARGEST)} if topic.name == DEAD_LETTERS.name else {}),
                    "min.insync.replicas": str(max(1, replication - 1)),
                    "retention.ms": str(RETENTION_DAYS.get(topic.name, DEFAULT_RETENTION_DAYS) * _DAY_MS),
                }
            ),
        )
        for topic in topics
    )
