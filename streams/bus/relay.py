"""The way out of the case book: case events walk in as they were written, and walk on to `cases` in the same order.

At least once: the mark moves only after the bus has the events, so a crash in between sends some again, and whoever
reads `cases` knows an event by its id. Two relays on one book do no harm but that.
"""

import asyncio
from contextlib import suppress
from functools import partial

from streams.bus.hold import Hold, Left
from streams.bus.ports import Bus, Outbox
from streams.bus.wire import outgoing
from streams.metrics import Metrics
from streams.topics import CASES


async def relay(
    outbox: Outbox,
    bus: Bus,
    *,
    stop: asyncio.Event,
    hold: Hold,
    metrics: Metrics,
    limit: int = 500,
    look: float = 0.1,
) -> None:
    """Runs until `stop` is set; looks for new events every `look` seconds, and takes `limit` at a time."""
    with suppress(Left):
        while not stop.is_set():
            if await hold.until_done(partial(_relay_some, outbox, bus, metrics, limit), stop) < limit:
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), look)


async def _relay_some(outbox: Outbox, bus: Bus, metrics: Metrics, limit: int) -> int:
    """How many it was."""
    events = await outbox.unrelayed(limit)
    if events:
        await bus.publish(CASES.name, [outgoing(CASES, event) for event in events])
        await outbox.relayed(events[-1].seq)
        metrics.records.labels("relay", "passed").inc(len(events))
    return len(events)
