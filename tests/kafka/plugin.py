"""Fixtures for tests that need a real Apache Kafka; see docs/kafka.md for how to enable them."""

import gc
import os
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from streams.topics import Topic

if TYPE_CHECKING:
    from tests.kafka.broker import Broker

HOW = "set HEAROUT_TEST_KAFKA=host:port to a Kafka of yours, or install Java 17 and Maven"


def pytest_configure(config: pytest.Config) -> None:
    # kafka-python reads its schemas with a function that Python 3.11 calls old. It is imported only once this holds.
    config.addinivalue_line("filterwarnings", "ignore:(read|open)_text is deprecated:DeprecationWarning")


#: kafka-python and a client that is cut off leave sockets to the garbage collector when a broker dies.
LEFT_BEHIND = (
    "ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning",
    "ignore:unclosed:ResourceWarning",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("kafka") or item.path.parent.name == "kafka":
            for each in LEFT_BEHIND:
                item.add_marker(pytest.mark.filterwarnings(each))


def pytest_runtest_teardown(item: pytest.Item) -> None:
    if item.get_closest_marker("kafka"):
        gc.collect()  # here, under the filters above, and not in somebody else's test


def _unavailable(reason: str) -> None:
    """Skips, visibly; fails where Kafka is required."""
    if os.environ.get("HEAROUT_REQUIRE_KAFKA") == "1":
        pytest.fail(f"HEAROUT_REQUIRE_KAFKA=1, but {reason}", pytrace=False)
    pytest.skip(reason)


def _own_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Broker"]:
    from tests.kafka.broker import Broker, missing

    lacking = missing()
    if lacking:
        _unavailable(f"there is no {lacking} to run Apache Kafka; {HOW}")
    broker = Broker(tmp_path_factory.mktemp("kafka"))
    try:
        broker.start()
        yield broker
    finally:
        broker.kill()


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`host:port` of a running Apache Kafka, shared by all tests; use a `prefix` of your own on it."""
    given = os.environ.get("HEAROUT_TEST_KAFKA")
    if given:
        yield given
        return
    for broker in _own_broker(tmp_path_factory):
        yield broker.address


@pytest.fixture
def own_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Broker"]:
    """A broker of the test's own, to be killed and started again."""
    yield from _own_broker(tmp_path_factory)


@pytest.fixture
def prefix() -> str:
    """Put before topics and groups, so that tests do not meet on the shared broker."""
    return f"t{uuid.uuid4().hex[:10]}."


def make_topics(servers: str, prefix: str, *names: str, partitions: int = 4) -> None:
    """Creates topics as `hearout topics apply` does."""
    from streams.bus.admin import Admin

    admin = Admin(servers=servers, prefix=prefix)
    try:
        admin.apply(admin.plan(partitions=partitions, replication=1, topics=tuple(_plain(name) for name in names)))
    finally:
        admin.close()


def _plain(name: str) -> Topic:
    return Topic(name=name, records=(), key=str)
