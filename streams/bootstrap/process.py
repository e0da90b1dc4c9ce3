"""A process of Hearout: jobs walk in, and run side by side until a signal, an end or a fault stops them all."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import structlog

from streams.errors import Misconfigured, Transient

log = structlog.get_logger(__name__)

#: A part of a process; returns once the event is set.
Job = Callable[[asyncio.Event], Coroutine[Any, Any, None]]


async def run(jobs: Mapping[str, Job], *, stop: asyncio.Event) -> None:
    """Runs all jobs; they share `stop`, and SIGTERM and SIGINT set it. A job's exception ends the others and leaves."""
    with _signals(stop):
        async with asyncio.TaskGroup() as group:
            for name, job in jobs.items():
                group.create_task(job(stop), name=name)


async def every(
    seconds: float, work: Callable[[], Coroutine[Any, Any, None]], *, name: str, stop: asyncio.Event
) -> None:
    """Does `work` now and every so often until `stop`. What goes wrong is said once, and waits for the next time;
    only `Misconfigured` leaves.
    """
    well = True
    while not stop.is_set():
        try:
            await work()
            well = True
        except Misconfigured:
            raise
        except Transient as fault:
            if well:
                log.warning("put off", job=name, reason=str(fault))
            well = False
        except Exception:
            if well:
                log.exception("failed; trying again", job=name)
            well = False
        await wait(stop, seconds)


async def wait(stop: asyncio.Event, seconds: float) -> None:
    """Until `stop` is set, `seconds` at most."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return


@contextmanager
def _signals(stop: asyncio.Event) -> Iterator[None]:
    """The first signal asks to stop; a second one is the default's: it ends the process at once."""
    loop = asyncio.get_running_loop()

    def ask(sign: signal.Signals) -> None:
        log.info("stopping: finishing what has begun", signal=sign.name)
        stop.set()
        loop.remove_signal_handler(sign)

    signs = (signal.SIGTERM, signal.SIGINT)
    for sign in signs:
        loop.add_signal_handler(sign, ask, sign)
    try:
        yield
    finally:
        for sign in signs:
            loop.remove_signal_handler(sign)
