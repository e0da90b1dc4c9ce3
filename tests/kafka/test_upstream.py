"""What Faust does that we stay clear of. Where one of these fails, Faust has changed: read it again, then decide anew.

The reasons for `streams/bus/kafka` not to use Faust's acknowledgements (faust-streaming issues 606 and 596).
"""

import asyncio
from collections.abc import Iterator
from typing import Any, cast

import faust
import pytest
from faust.types import TP

from streams.bus.kafka.engine import Engine
from streams.bus.kafka.tuning import Tuning

PARTITION = TP("posts", 0)


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield loop
    asyncio.set_event_loop(None)
    loop.close()


@pytest.fixture
def consumer(loop: asyncio.AbstractEventLoop) -> Iterator[Any]:
    app = faust.App("upstream", broker="aiokafka://127.0.0.1:1", store="memory://", loop=loop)
    consumer = cast("Any", app.consumer)
    yield consumer
    consumer._thread.thread_loop.close()


def acked(consumer: Any, committed: int | None, offsets: list[int]) -> int | None:
    consumer._committed_offset[PARTITION] = committed
    consumer._acked[PARTITION] = offsets
    return cast("int | None", consumer._new_offset(PARTITION))


def test_faust_would_commit_past_a_record_in_flight(consumer: Any) -> None:
    """2585 is still being handled, yet 2590 would be committed."""
    assert acked(consumer, 2585, [2586, 2587, 2588, 2589]) == 2590


def test_faust_would_commit_past_the_first_record_of_a_new_group(consumer: Any) -> None:
    """With nothing committed yet its guard is not even asked."""
    assert acked(consumer, None, [1, 2, 3]) == 4


def test_faust_would_never_commit_again_behind_a_wider_gap(consumer: Any) -> None:
    """Two records missing, and the committed offset stands still for good."""
    assert acked(consumer, 2585, [2587, 2588]) is None


async def test_our_engine_leaves_faust_nothing_to_commit() -> None:
    """The topic is read without acknowledgements, so Faust's own commits have no offsets."""

    async def nothing() -> None: ...

    engine = Engine(servers="127.0.0.1:1", topic="posts", group="score", buffer=100, tuning=Tuning(), revoked=nothing)
    (channel,) = engine._app.topics
    try:
        assert not cast("Any", channel).acks
        assert not engine._app.topics.acks_enabled_for("posts")
    finally:
        engine._thread.thread_loop.close()


async def test_our_engine_serves_no_pages_and_declares_no_topics() -> None:
    """Faust's web server would show tables to anybody who asks."""

    async def nothing() -> None: ...

    engine = Engine(servers="127.0.0.1:1", topic="posts", group="score", buffer=100, tuning=Tuning(), revoked=nothing)
    conf = engine._app.conf
    assert not conf.web_enabled
    assert not conf.web_tables_enabled
    assert not conf.web_router_enabled
    assert not conf.topic_allow_declare
    assert conf.topic_disable_leader
    assert conf.consumer_auto_offset_reset == "earliest"
