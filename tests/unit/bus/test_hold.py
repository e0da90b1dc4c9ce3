"""Holding: tried again for as long as it takes, not too often, said but not shouted."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from streams.bus.hold import Backoff, Hold, Left
from streams.errors import Transient
from streams.metrics import Metrics
from tests.unit.bus.doubles import Naps, hold


class Failing:
    """Work that is away so many times."""

    def __init__(self, times: int) -> None:
        self.left = times

    async def __call__(self) -> str:
        if self.left:
            self.left -= 1
            raise Transient("the database is away")
        return "done"


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_pauses_grow_to_a_limit_and_differ(failures: int, chance: float) -> None:
    """No pause is longer than `most` nor shorter than half of what its number says."""
    backoff = Backoff(first=0.1, most=15.0)
    whole = backoff.seconds(failures, 0.0)
    assert whole == (0.1 * 2 ** (failures - 1) if failures <= 8 else 15.0)
    assert whole / 2 <= backoff.seconds(failures, chance) <= whole


async def test_the_reason_is_logged_at_first_and_then_every_half_minute() -> None:
    """A long outage neither fills the log nor goes unseen in it."""
    naps = Naps()
    with capture_logs() as logs:
        assert await hold(Metrics(), naps, most=10.0).until_done(Failing(15), asyncio.Event()) == "done"
    said = [line["failures"] for line in logs if line["event"] == "holding"]
    # Pauses of 0.1 … 6.4 s, then 10 s each: 30 s after each line the next.
    assert said == [1, 10, 13]
    assert logs[0]["reason"] == "the database is away"
    assert logs[-1] == {"event": "going on", "log_level": "info", "stage": "score", "failures": 15}


async def test_a_fault_after_long_good_work_is_a_new_one() -> None:
    """A bus that was read for an hour and then fails is tried again soon, and the failure is said."""
    clock = [0.0]
    hours = Failing(6)

    async def work() -> str:
        clock[0] += 3600.0 if hours.left in (1, 3) else 0.0
        return await hours()

    naps = Naps()
    metrics = Metrics()
    patient = Hold(
        "score", metrics=metrics, backoff=Backoff(first=0.1), sleep=naps, chance=lambda: 0.0, now=lambda: clock[0]
    )
    with capture_logs() as logs:
        await patient.until_done(work, asyncio.Event())
    assert naps.seconds == pytest.approx([0.1, 0.2, 0.4, 0.1, 0.2, 0.1])
    assert [line["event"] for line in logs] == ["holding", "holding", "holding", "going on"]


async def test_a_stop_ends_a_long_pause() -> None:
    """Whoever is told to stop does not sleep on."""

    class Long(Naps):
        async def __call__(self, seconds: float) -> None:
            stop.set()
            await asyncio.Event().wait()

    stop = asyncio.Event()
    async with asyncio.timeout(5):
        with pytest.raises(Left):
            await hold(Metrics(), Long()).until_done(Failing(1), stop)


async def test_work_that_succeeds_is_done_though_told_to_stop() -> None:
    """A stop ends waiting, and no work that can be done."""
    stop = asyncio.Event()
    stop.set()
    assert await hold(Metrics(), Naps()).until_done(Failing(0), stop) == "done"


async def test_other_faults_go_up_at_once() -> None:
    """Only `Transient` is waited out."""

    async def broken() -> None:
        raise KeyError("bug")

    naps = Naps()
    with pytest.raises(KeyError):
        await hold(Metrics(), naps).until_done(broken, asyncio.Event())
    assert naps.seconds == []
