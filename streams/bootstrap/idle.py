"""Whether anything is still on its way: what was heard, scored, decided, refused, told."""

from collections.abc import Callable

from streams.bootstrap.home import Home
from streams.topics import CASES, Topic
from streams.topology import STAGES


async def is_idle(home: Home, heard_all: Callable[[], bool]) -> bool:
    """Asked in the direction of the walk: a stage commits only after what it passed on is on the bus, so a record
    can never be between two answers. Raises `Transient` when something cannot be asked.
    """
    if not heard_all():
        return False
    for stage in STAGES:
        if stage.reads is CASES and await home.outbox.pending():
            return False
        if isinstance(stage.reads, Topic) and await home.bus.lag(stage.reads.name, stage.name):
            return False
    return not await home.alerts.unsettled(home.clock())
