"""Ways to score posts walk in, each in a process of its own; seconds, answers and peak memory walk out."""

import multiprocessing
import resource
import time
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.bench.ears_posts import Said

Ask = Callable[[Sequence[str], Sequence[str]], object]


class Worker:
    """A process that builds once and then answers one question at a time, so that its memory is its own."""

    def __init__(self, build: Callable[..., Mapping[str, Ask]], *given: object) -> None:
        """`build(*given)` runs in the process; both must be picklable. It returns what can be asked, by name."""
        spawn = multiprocessing.get_context("spawn")
        self._pipe, theirs = spawn.Pipe()
        self._process = spawn.Process(target=_serve, args=(theirs, build, given), daemon=True)
        begun = time.perf_counter()
        self._process.start()
        theirs.close()
        self._pipe.recv()
        #: Seconds until it could answer, the start of Python and its imports included.
        self.ready_s = time.perf_counter() - begun

    def ask(self, name: str, posts: Sequence[Said]) -> tuple[float, Any]:
        """Seconds of work, and the answer."""
        self._pipe.send((name, [post.text for post in posts], [post.lang for post in posts]))
        seconds, answer = self._pipe.recv()
        return seconds, answer

    def seconds(self, name: str, posts: Sequence[Said]) -> float:
        return self.ask(name, posts)[0]

    def memory_mb(self) -> float:
        """The most memory the process ever held."""
        self._pipe.send(None)
        return float(self._pipe.recv())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._pipe.close()
        self._process.join(timeout=10)


def _serve(pipe: Connection, build: Callable[..., Mapping[str, Ask]], given: Sequence[object]) -> None:
    ways = build(*given)
    pipe.send("ready")
    while True:
        try:
            asked = pipe.recv()
        except EOFError:
            return
        if asked is None:
            pipe.send(_peak_mb())
            continue
        name, texts, langs = asked
        begun = time.perf_counter()
        answer = ways[name](texts, langs)
        pipe.send((time.perf_counter() - begun, answer))


def _peak_mb() -> float:
    """Linux counts it anew in a new program; elsewhere it may hold the parent's."""
    status = Path("/proc/self/status")
    if status.is_file():
        (line,) = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
