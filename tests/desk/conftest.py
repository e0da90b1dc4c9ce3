"""Fixtures of the desk's tests; the cast and its world are in `world.py`."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.desk.world import World, opened_world


@pytest.fixture(scope="session")
def empty_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated case book, to be copied: migrating is slower than most tests."""
    file = tmp_path_factory.mktemp("desk") / "empty.db"

    async def make() -> None:
        async with opened_world(file):
            pass

    asyncio.run(make())
    return file


@pytest.fixture
def book_file(empty_book: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(empty_book, tmp_path / "hearout.db"))


@pytest.fixture
async def world(book_file: Path) -> AsyncIterator[World]:
    async with opened_world(book_file) as world:
        yield world


@pytest.fixture
def chromium() -> str:
    """Path of the browser. Without one the test is skipped, or fails where HEAROUT_REQUIRE_BROWSER is set."""
    path = os.environ.get("HEAROUT_CHROMIUM", "/usr/bin/chromium")
    if Path(path).exists():
        return path
    words = "no Chromium at /usr/bin/chromium: apt-get install chromium, or set HEAROUT_CHROMIUM to its path"
    if os.environ.get("HEAROUT_REQUIRE_BROWSER"):
        pytest.fail(words)
    pytest.skip(words)


@pytest.fixture
def patience() -> float:
    """Seconds a test waits for what must happen soon; long, for busy machines."""
    return 15.0


@pytest.fixture(autouse=True)
async def _no_stray_tasks() -> AsyncIterator[None]:
    """What a test left running is cancelled before its loop closes."""
    before = asyncio.all_tasks()
    yield
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
