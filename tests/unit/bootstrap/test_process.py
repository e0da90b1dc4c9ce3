"""Jobs that are done every so often."""

import asyncio

import pytest

from streams.bootstrap.process import every
from streams.errors import Misconfigured, Transient


async def test_what_goes_wrong_once_is_tried_again() -> None:
    """A fault of one look ends no process."""
    stop = asyncio.Event()
    faults: list[Exception | None] = [Transient("away"), ValueError("a bug"), None]

    async def work() -> None:
        if (fault := faults.pop(0)) is not None:
            raise fault
        stop.set()

    await asyncio.wait_for(every(0, work, name="test", stop=stop), 5)
    assert faults == []


async def test_what_a_person_has_to_mend_ends_it() -> None:
    """Trying again would not help."""

    async def work() -> None:
        raise Misconfigured("wrong", id="HO-X", hint="mend it")

    with pytest.raises(Misconfigured):
        await asyncio.wait_for(every(0, work, name="test", stop=asyncio.Event()), 5)
