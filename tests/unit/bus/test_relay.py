"""The relay: every event leaves the book, in order, at least once."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from streams.bus.relay import relay
from streams.bus.wire import decode
from streams.errors import Transient
from streams.metrics import Metrics
from streams.records import CaseEvent
from tests.unit.bus.doubles import ListBus, Naps, hold
from tests.unit.bus.samples import EVENT

EVENTS = [replace(EVENT, id=f"C-{n % 3}/{n}", seq=n, case_id=f"C-{n % 3}") for n in range(1, 8)]


class ListOutbox:
    """Events in a list with a mark; `faults` are raised by the next calls of `relayed`. Stops the relay when empty."""

    def __init__(self, stop: asyncio.Event, *faults: Exception) -> None:
        self.events = list(EVENTS)
        self.mark = 0
        self.faults = list(faults)
        self._stop = stop

    async def unrelayed(self, limit: int) -> Sequence[CaseEvent]:
        left = [event for event in self.events if event.seq > self.mark][:limit]
        if not left:
            self._stop.set()
        return left

    async def relayed(self, up_to_seq: int) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.mark = max(self.mark, up_to_seq)

    async def pending(self) -> int:
        return sum(event.seq > self.mark for event in self.events)


async def run(bus: ListBus, outbox: ListOutbox, stop: asyncio.Event, metrics: Metrics, limit: int = 3) -> list[str]:
    async with asyncio.timeout(5):
        await relay(outbox, bus, stop=stop, hold=hold(metrics, Naps(), "relay"), metrics=metrics, limit=limit, look=0.0)
    return [event.id for sent in bus.published["cases"] if isinstance(event := decode(sent.value), CaseEvent)]


async def test_events_leave_in_the_order_of_the_book() -> None:
    """All of them, some at a time, keyed by case, and counted."""
    stop, bus, metrics = asyncio.Event(), ListBus(), Metrics()
    outbox = ListOutbox(stop)
    assert await run(bus, outbox, stop, metrics) == [event.id for event in EVENTS]
    assert [sent.key for sent in bus.published["cases"]] == [event.case_id for event in EVENTS]
    assert await outbox.pending() == 0
    assert metrics.registry.get_sample_value("hearout_records_total", {"stage": "relay", "fate": "passed"}) == 7


async def test_events_that_could_not_be_published_stay_behind_the_mark() -> None:
    """While the bus is away the mark stands; then everything goes, once."""
    stop = asyncio.Event()
    bus = ListBus(faults=[Transient("away")] * 4)
    assert await run(bus, ListOutbox(stop), stop, Metrics()) == [event.id for event in EVENTS]


async def test_a_mark_that_could_not_be_moved_sends_some_events_again() -> None:
    """At least once: the first three come twice, none is missing."""
    stop, bus = asyncio.Event(), ListBus()
    sent = await run(bus, ListOutbox(stop, Transient("locked")), stop, Metrics())
    assert sent == [event.id for event in (*EVENTS[:3], *EVENTS)]


async def test_a_relay_that_is_told_to_stop_while_the_bus_is_away_returns() -> None:
    """And leaves the mark where it was."""
    stop = asyncio.Event()
    bus, outbox = ListBus(faults=[Transient("away")] * 100), ListOutbox(stop)
    naps = Naps(then=stop.set)
    async with asyncio.timeout(5):
        await relay(outbox, bus, stop=stop, hold=hold(Metrics(), naps, "relay"), metrics=Metrics())
    assert outbox.mark == 0
