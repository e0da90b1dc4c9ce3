"""A path walks in, blocks of bytes walk out, with what is needed to go on another time."""

import asyncio
import gzip
import os
import stat
import threading
import zlib
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from hashlib import sha256
from io import BufferedIOBase, RawIOBase
from pathlib import Path
from typing import BinaryIO

from streams.errors import Misconfigured

#: Opens what comes through a pipe; leaving it closes what we have opened.
Pipe = Callable[[], AbstractContextManager[BinaryIO]]

STDIN = "-"
#: Some hundred posts: what is read at once is handed over at once.
BLOCK = 1 << 16
#: How much of a file's beginning tells it from another.
HEAD = 4096
#: Blocks read ahead from a pipe.
_AHEAD = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The beginning of a file: the same again means the same file, grown or not."""

    size: int
    digest: str


@dataclass(slots=True, kw_only=True)
class Opened:
    """A file or a pipe to be read."""

    #: Bytes to expect, as they lie on the disk; 0 where nobody knows.
    total: int
    #: None: a pipe, which cannot be read again.
    head: Head | None
    #: None: packed, nobody knows how much comes out.
    size: int | None
    #: As it lies on the disk, and unpacked; or the pipe, not open yet.
    _from: tuple[BinaryIO, BinaryIO | gzip.GzipFile] | Pipe

    @property
    def done(self) -> int:
        """Bytes read so far, as they lie on the disk."""
        return self._from[0].tell() if isinstance(self._from, tuple) else 0

    async def blocks(self, offset: int) -> AsyncGenerator[bytes, None]:
        """Yields the bytes from `offset` (into the unpacked bytes) on. Raises `Misconfigured` for a broken archive."""
        if not isinstance(self._from, tuple):
            async for block in _pumped(self._from):
                yield block
            return
        _, data = self._from
        try:
            await asyncio.to_thread(data.seek, offset)
            while block := await asyncio.to_thread(data.read, BLOCK):
                yield block
        except (EOFError, zlib.error, gzip.BadGzipFile) as fault:
            raise Misconfigured(
                f"the archive cannot be unpacked to its end: {fault}",
                id="HO-FILE-ARCHIVE",
                hint="fetch the file again; what stood before the fault has been taken and will not be taken twice",
            ) from fault

    def holds(self, head: Head, offset: int) -> bool:
        """Whether this is still the file that began like that and reached to `offset`."""
        if not isinstance(self._from, tuple) or self.head is None or self.head.size < head.size:
            return False
        if self.size is not None and self.size < offset:
            return False
        return _digest(self._from[0], head.size) == head.digest

    def close(self) -> None:
        if isinstance(self._from, tuple):
            raw, data = self._from
            data.close()
            raw.close()


def open_file(path: str, stdin: BinaryIO) -> Opened:
    """Return the file, or standard input for `-`. Raises `Misconfigured` when it cannot be read.

    Never waits: opening a pipe that nobody writes to takes for ever, and is left to the thread that reads it.
    """
    if path == STDIN:
        return _pipe(lambda: nullcontext(stdin))
    if _is_pipe(path):
        return _pipe(lambda: _opened(path))
    raw = _opened(path)
    size = os.fstat(raw.fileno()).st_size
    head = Head(size=min(HEAD, size), digest=_digest(raw, HEAD))
    packed = raw.read(2) == b"\x1f\x8b"
    raw.seek(0)
    data = gzip.GzipFile(fileobj=raw) if packed else raw
    return Opened(total=size, head=head, size=None if packed else size, _from=(raw, data))


def _pipe(pipe: Pipe) -> Opened:
    return Opened(total=0, head=None, size=None, _from=pipe)


def _is_pipe(path: str) -> bool:
    """Whether it is neither a file nor a folder; what is not there is no pipe."""
    try:
        mode = Path(path).stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _opened(path: str) -> BinaryIO:
    try:
        return Path(path).open("rb")
    except OSError as fault:
        raise Misconfigured(
            f"{path} cannot be read: {fault.strerror}", id="HO-FILE", hint="check the path and who may read it"
        ) from fault


def _digest(raw: BinaryIO, size: int) -> str:
    at = raw.tell()
    raw.seek(0)
    digest = sha256(raw.read(size)).hexdigest()[:32]
    raw.seek(at)
    return digest


async def _pumped(pipe: Pipe) -> AsyncGenerator[bytes, None]:
    """Yield what comes through a pipe as it comes.

    The thread is a daemon: a pipe nobody writes to cannot be interrupted, and must not keep the process alive.
    """
    loop = asyncio.get_running_loop()
    arrived: asyncio.Queue[bytes | BaseException] = asyncio.Queue()
    room = threading.Semaphore(_AHEAD)
    left = threading.Event()

    def pump() -> None:
        try:
            with pipe() as stream:
                while not left.is_set():
                    room.acquire()
                    block = _read_some(stream)
                    loop.call_soon_threadsafe(arrived.put_nowait, block)
                    if not block:
                        return
        except BaseException as fault:  # handed to the reader
            if not loop.is_closed():
                loop.call_soon_threadsafe(arrived.put_nowait, fault)

    threading.Thread(target=pump, name="hearout-pipe", daemon=True).start()
    try:
        while True:
            block = await arrived.get()
            room.release()
            if isinstance(block, Misconfigured):
                raise block
            if isinstance(block, BaseException):
                raise Misconfigured(
                    f"the pipe cannot be read: {block}", id="HO-FILE-PIPE", hint="look at the command before it"
                ) from block
            if not block:
                return
            yield block
    finally:
        left.set()
        room.release()


def _read_some(stream: BinaryIO) -> bytes:
    """Return at least one byte without waiting for a full block; empty at the end."""
    if isinstance(stream, BufferedIOBase):
        return stream.read1(BLOCK)
    if isinstance(stream, RawIOBase):
        return stream.read(BLOCK) or b""
    return stream.readline()
