"""How far the files are read, for who watches; and whether every source has come to its end."""

import asyncio
import sys
from collections.abc import Iterable
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from streams.bootstrap.process import Job


class Reading:
    """A bar on stderr where that is a terminal and `shown` is asked for; silent elsewhere."""

    def __init__(self, *, shown: bool) -> None:
        self._bar = Progress(
            TextColumn("reading"),
            BarColumn(),
            DownloadColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=not (shown and sys.stderr.isatty()),
            transient=True,
        )
        self._task = self._bar.add_task("reading", total=None)
        self._open: set[str] = set()

    def progress(self, done: int, total: int) -> None:
        """Bytes read of one file, and of how many; 0 for a pipe."""
        self._bar.update(self._task, completed=done, total=total or None)

    def expect(self, names: Iterable[str]) -> None:
        self._open.update(names)

    def ended(self) -> bool:
        """Whether every expected source has come to its end."""
        return not self._open

    def until_end(self, name: str, job: Job) -> Job:
        """The same job; its end is noted."""

        async def noted(stop: asyncio.Event) -> None:
            await job(stop)
            self._open.discard(name)

        return noted

    def __enter__(self) -> "Reading":
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()
