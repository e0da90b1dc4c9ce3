"""The bus for one machine: an append-only log in a SQLite file, no server; several processes may share the file.

One partition per topic, so the order of a topic is the order of publishing. One reader per group and topic at a time;
a second one is told so (`Misconfigured`), as two would do the work twice.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from streams.bus.log_file import LogFile
from streams.bus.ports import Batch, Handle, Message, Outgoing
from streams.bus.taken import taken
from streams.clock import Clock

T = TypeVar("T")

_PRUNED_AT_ONCE = 2000


class EmbeddedBus:
    """`path` is the file of the log; its locks lie beside it, in `<path>.readers`.

    `look` is how often, in seconds, it is looked for what other processes have published; what this process
    publishes is seen at once. `patience` is how long a reader waits for another of its group to leave, and `busy`
    how long a write waits for other writers of the file, both in seconds.
    """

    def __init__(
        self, path: Path, *, clock: Clock, look: float = 0.1, patience: float = 5.0, busy: float = 5.0
    ) -> None:
        self._clock = clock
        self._look = look
        self._patience = patience
        self._locks = path.with_name(path.name + ".readers")
        # Two threads: a write that waits for another process's must not keep readers from reading.
        self._writing = _Desk(LogFile(path, busy=busy), "log-write")
        self._reading = _Desk(LogFile(path, busy=busy), "log-read")
        self._listeners: dict[str, set[asyncio.Event]] = {}
        self._watch: asyncio.Task[None] | None = None

    async def publish(self, topic: str, messages: Sequence[Outgoing]) -> None:
        if not messages:
            return
        await self._writing.do(lambda log: log.append(topic, messages, self._clock().timestamp()))
        self._wake(topic)

    async def consume(self, topic: str, group: str, handle: Handle, *, batch: Batch, stop: asyncio.Event) -> None:
        async with taken(self._locks, topic, group, patience=self._patience), self._listening(topic) as news:
            position = await self._reading.do(lambda log: log.committed(topic, group))
            while not stop.is_set():
                messages = await self._gather(topic, position, batch, news, stop)
                if stop.is_set() or not messages:
                    continue
                await handle(messages)
                position = messages[-1].offset + 1
                await self._writing.do(partial(_commit, topic=topic, group=group, position=position))

    async def lag(self, topic: str, group: str) -> int:
        return await self._reading.do(lambda log: log.lag(topic, group))

    async def prune(self, before: datetime, readers: Mapping[str, Collection[str]]) -> int:
        """Deletes what is older than `before` and every reader of its topic has committed; says how many messages.

        `readers` names the groups that read each topic; a topic that is not named, or has none, is left alone.
        """
        total = 0
        for topic, groups in readers.items():
            prune = partial(_prune, topic=topic, groups=tuple(groups), before=before.timestamp())
            # In small transactions, so that publishing goes on in between.
            while (count := await self._writing.do(prune)) > 0:
                total += count
        return total

    async def close(self) -> None:
        """What has begun is finished first; nothing can be asked of the bus afterwards."""
        if self._watch is not None:
            self._watch.cancel()
            with suppress(asyncio.CancelledError):
                await self._watch
            self._watch = None
        await self._writing.close()
        await self._reading.close()

    async def _gather(
        self, topic: str, position: int, batch: Batch, news: asyncio.Event, stop: asyncio.Event
    ) -> list[Message]:
        """What there is from `position` on; where that is less than a batch, it lingers for more. May be empty."""
        news.clear()
        messages = await self._read(topic, position, batch.size)
        if not messages:
            await _either(news, stop, timeout=None)
            return []
        loop = asyncio.get_running_loop()
        until = loop.time() + batch.linger
        while len(messages) < batch.size and not stop.is_set() and (left := until - loop.time()) > 0:
            await _either(news, stop, timeout=left)
            news.clear()
            messages += await self._read(topic, messages[-1].offset + 1, batch.size - len(messages))
        return messages

    async def _read(self, topic: str, start: int, limit: int) -> list[Message]:
        return await self._reading.do(lambda log: log.read(topic, start, limit))

    @asynccontextmanager
    async def _listening(self, topic: str) -> AsyncIterator[asyncio.Event]:
        if self._watch is None:
            self._watch = asyncio.create_task(self._watch_others(), name="log-watch")
        with self._listener(topic) as news:
            yield news

    @contextmanager
    def _listener(self, topic: str) -> Iterator[asyncio.Event]:
        news = asyncio.Event()
        listeners = self._listeners.setdefault(topic, set())
        listeners.add(news)
        try:
            yield news
        finally:
            listeners.discard(news)

    async def _watch_others(self) -> None:
        seen = -1
        while True:
            # A file that cannot be read is news too: whoever waits looks for itself, and raises what it meets.
            try:
                version = await self._reading.do(LogFile.version)
            except Exception:
                version = -1
            if version != seen or version == -1:
                seen = version
                for topic in self._listeners:
                    self._wake(topic)
            await asyncio.sleep(self._look)

    def _wake(self, topic: str) -> None:
        for news in self._listeners.get(topic, ()):
            news.set()


class _Desk:
    """A thread of its own for one connection; work that has begun is finished even when the caller is cancelled."""

    def __init__(self, log: LogFile, name: str) -> None:
        self._log = log
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def do(self, work: Callable[[LogFile], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, self._log)

    async def close(self) -> None:
        await asyncio.to_thread(self._thread.shutdown)
        await asyncio.to_thread(self._log.close)


def _commit(log: LogFile, *, topic: str, group: str, position: int) -> None:
    log.commit(topic, group, position)


def _prune(log: LogFile, *, topic: str, groups: Sequence[str], before: float) -> int:
    return log.prune(topic, groups, before, _PRUNED_AT_ONCE)


async def _either(news: asyncio.Event, stop: asyncio.Event, *, timeout: float | None) -> None:  # noqa: ASYNC109
    """Returns when one of them is set, or after `timeout` seconds."""
    waits = [asyncio.create_task(event.wait()) for event in (news, stop)]
    try:
        await asyncio.wait(waits, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
