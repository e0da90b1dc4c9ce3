"""What an operator asks of Kafka: which topics are missing or differ, make them so, how far behind a group is."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from kafka import TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient, OffsetSpec
from kafka.errors import BrokerResponseError, KafkaError, TopicAlreadyExistsError, for_code

from streams.bus.manifest import TopicSpec, manifest
from streams.bus.plan import Finding, Found, Remedy, compare
from streams.errors import Misconfigured, Transient
from streams.topics import TOPICS, Topic

T = TypeVar("T")

_UNKNOWN_TOPIC = 3  # Kafka's error code UNKNOWN_TOPIC_OR_PARTITION
_PAUSE = 0.1


class Admin:
    """Blocking calls, each bounded by `timeout` seconds; may be called from any thread, one call at a time.

    Every call raises `Transient` when the broker is away or does not answer in time, and `Misconfigured` when it
    refuses.
    """

    def __init__(self, *, servers: str, prefix: str, timeout: float = 10.0) -> None:
        self._servers = servers
        self._prefix = prefix
        self._timeout = timeout
        self._client: KafkaAdminClient | None = None
        self._lock = threading.Lock()

    def plan(self, *, partitions: int, replication: int, topics: Sequence[Topic] = TOPICS) -> tuple[Finding, ...]:
        """How the broker's topics differ from the manifest."""
        specs = manifest(prefix=self._prefix, partitions=partitions, replication=replication, topics=topics)
        return compare(specs, self._ask(lambda client: _found(client, specs)))

    def apply(self, findings: Sequence[Finding], *, grow: bool = False) -> tuple[str, ...]:
        """Creates what is missing and sets what differs; one sentence per change. Doing it twice does no harm.

        Partitions are added only with `grow`; what needs a person's hand is left as it is.
        """
        return tuple(self._ask(lambda client: list(_changes(client, findings, grow))))

    def require(self, topic: str) -> None:
        """Raises `Misconfigured` when the topic does not exist."""
        name = f"{self._prefix}{topic}"
        (described,) = self._ask(lambda client: client.describe_topics([name]))
        if described["error_code"] == _UNKNOWN_TOPIC:
            raise self._missing(name)

    def lag(self, topic: str, group: str) -> dict[int, int]:
        """Per partition: records that the group has not committed and that are still on the broker.

        Raises `Misconfigured` when the topic does not exist.
        """
        self.require(topic)
        name, group_id = f"{self._prefix}{topic}", f"{self._prefix}{group}"
        return self._ask(lambda client: _lag(client, name, group_id))

    def close(self) -> None:
        with self._lock:
            self._drop()

    def _ask(self, question: Callable[[KafkaAdminClient], T]) -> T:
        """Answers, trying again while Kafka says that it is only a matter of time."""
        deadline = time.monotonic() + self._timeout
        with self._lock:
            while True:
                try:
                    return question(self._connected())
                except (KafkaError, OSError) as fault:
                    waits = getattr(fault, "retriable", False)
                    if not isinstance(fault, BrokerResponseError):
                        self._drop()  # a new connection is quicker than kafka-python's own return to an old one
                    if waits and time.monotonic() < deadline:
                        time.sleep(_PAUSE)  # in a thread of its own, under the deadline
                        continue
                    if isinstance(fault, BrokerResponseError) and not waits:
                        raise self._refused(fault) from fault
                    raise Transient(f"Kafka at {self._servers} does not answer: {_reason(fault)}") from fault

    def _missing(self, name: str) -> Misconfigured:
        return Misconfigured(
            f"topic {name} does not exist on Kafka at {self._servers}",
            id="HO-TOPIC",
            hint="create it with `hearout topics apply`",
        )

    def _refused(self, fault: BrokerResponseError) -> Misconfigured:
        return Misconfigured(
            f"Kafka at {self._servers} refuses: {_reason(fault)}",
            id="HO-KAFKA-REFUSED",
            hint="mend `bus.kafka` in the settings, or what this client may do on the broker",
        )

    def _connected(self) -> KafkaAdminClient:
        if self._client is None:
            _knock(self._servers.split(","), self._timeout)
            milliseconds = int(self._timeout * 1000)
            self._client = _Client(
                bootstrap_servers=self._servers.split(","),
                client_id="hearout-admin",
                bootstrap_timeout_ms=milliseconds,
                request_timeout_ms=milliseconds,
            )
        return self._client

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(KafkaError, OSError):
                client.close()


def _knock(servers: Sequence[str], timeout: float) -> None:
    """Raises `OSError` when nobody listens at any of `servers`; kafka-python tells only after its whole timeout."""
    last: OSError | None = None
    for server in servers:
        host, _, port = server.strip().rpartition(":")
        try:
            with socket.create_connection((host.strip("[]"), int(port)), timeout=timeout):
                return
        except ValueError as fault:
            raise Misconfigured(
                f"{server!r} is no address of a Kafka broker",
                id="HO-KAFKA-SERVERS",
                hint="write `bus.kafka.servers` as host:port, comma separated",
            ) from fault
        except OSError as fault:
            last = fault
    if last is not None:
        raise last


class _Client(KafkaAdminClient):  # type: ignore[misc]
    """Closes what it has opened when it cannot connect; kafka-python's leaves a thread and sockets behind."""

    def __init__(self, **configs: Any) -> None:
        self._closed = False
        try:
            super().__init__(**configs)
        except BaseException:
            self.close()
            raise


def _reason(fault: Exception) -> str:
    return str(fault) or type(fault).__name__


def _found(client: KafkaAdminClient, specs: Sequence[TopicSpec]) -> dict[str, Found]:
    shapes: dict[str, tuple[int, int]] = {}
    for topic in client.describe_topics([spec.name for spec in specs]):
        if topic["error_code"] == _UNKNOWN_TOPIC:
            continue
        if topic["error_code"]:
            raise for_code(topic["error_code"])(topic["name"])
        shapes[topic["name"]] = (
            len(topic["partitions"]),
            min(len(each["replica_nodes"]) for each in topic["partitions"]),
        )
    if not shapes:
        return {}
    asked = [_resource(spec, dict.fromkeys(spec.config)) for spec in specs if spec.name in shapes]
    configs = client.describe_configs(asked, config_filter="all")["topic"]
    return {
        name: Found(
            partitions=partitions,
            replication=replication,
            config={key: str(entry["value"]) for key, entry in configs[name].items()},
        )
        for name, (partitions, replication) in shapes.items()
    }


def _changes(client: KafkaAdminClient, findings: Sequence[Finding], grow: bool) -> Iterator[str]:
    for finding in findings:
        spec = finding.spec
        if finding.missing:
            _create(client, spec)
            yield f"created {spec.name}: {spec.partitions} partitions, replication {spec.replication}"
        if settings := finding.needs(Remedy.APPLY):
            client.alter_configs([_resource(spec, {each.what: each.wanted for each in settings})])
            yield f"changed {spec.name}: " + ", ".join(f"{each.what}={each.wanted}" for each in settings)
        if grow and finding.needs(Remedy.GROW):
            client.create_partitions({spec.name: spec.partitions})
            yield f"grew {spec.name} to {spec.partitions} partitions"


def _create(client: KafkaAdminClient, spec: TopicSpec) -> None:
    wanted: dict[str, Any] = {
        "num_partitions": spec.partitions,
        "replication_factor": spec.replication,
        "configs": dict(spec.config),
    }
    (answer,) = client.create_topics({spec.name: wanted}, raise_errors=False)["topics"]
    error = for_code(answer["error_code"])
    # Somebody else may have applied at the same time.
    if answer["error_code"] and error is not TopicAlreadyExistsError:
        raise error(f"topic {spec.name}: {answer['error_message']}")
    client.wait_for_topics([spec.name])


def _resource(spec: TopicSpec, configs: dict[str, Any]) -> ConfigResource:
    return ConfigResource(ConfigResourceType.TOPIC, spec.name, configs)


def _lag(client: KafkaAdminClient, topic: str, group: str) -> dict[int, int]:
    (described,) = client.describe_topics([topic])
    if described["error_code"]:
        raise for_code(described["error_code"])(f"topic {topic}")
    partitions = [TopicPartition(topic, each["partition_index"]) for each in described["partitions"]]
    committed = client.list_group_offsets({group: partitions})[group]
    ends = client.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.LATEST))
    starts = client.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.EARLIEST))
    behind = {}
    for each in partitions:
        done = committed[each].offset if each in committed else -1
        behind[each.partition] = max(0, ends[each].offset - max(done, starts[each].offset))
    return behind
