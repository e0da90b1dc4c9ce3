"""Real `hearout` processes for tests: started, killed, waited for, and what they export."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

#: Fields of the exports that are times of processing, or counts of tries: they differ between two runs that are alike.
_OF_THE_MOMENT = {
    "cases": ("opened_at", "first_contact_due", "resolution_due"),
    "alerts": ("sent_at", "attempts", "repeated"),
    "dead-letters": ("at",),
    "posts": (),
}


def command(*args: str) -> list[str]:
    return [sys.executable, "-m", "streams.cli", *args]


@dataclass
class Process:
    """A process in a group of its own, so that a kill takes all of it; what it says goes to a file: a pipe may fill."""

    popen: "subprocess.Popen[bytes]"
    file: IO[bytes]
    _said: str = ""

    def said(self) -> str:
        if not self.file.closed:
            self.file.seek(0)
            self._said = self.file.read().decode(errors="replace")
        return self._said

    def running(self) -> bool:
        return self.popen.poll() is None

    def kill(self) -> None:
        """SIGKILL, without a chance to tidy up."""
        if self.running():
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()
        self._close()

    def finish(self, *, within: float) -> str:
        """What it said; fails when it does not end in time or ends badly."""
        try:
            self.popen.wait(timeout=within)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"not done within {within} s; it said:\n{self.said()[-4000:]}") from None
        self._close()
        assert self.popen.returncode == 0, f"status {self.popen.returncode}; it said:\n{self.said()[-4000:]}"
        return self.said()

    def _close(self) -> None:
        self.said()
        self.file.close()


def start(*args: str) -> Process:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - read until the process is forgotten
    popen = subprocess.Popen(command(*args), stdout=file, stderr=subprocess.STDOUT, start_new_session=True)
    return Process(popen, file)


def run(*args: str, within: float = 60.0) -> str:
    return start(*args).finish(within=within)


def export(what: str, home: Path) -> list[dict[str, Any]]:
    done = subprocess.run(
        command("export", what, "--home", str(home)), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def triaged(home: Path) -> int:
    """Posts in the case book, while others write it; 0 while there is none."""
    try:
        with closing(sqlite3.connect(f"file:{home / 'hearout.db'}?mode=ro", uri=True, timeout=30)) as book:
            return int(book.execute("SELECT count(*) FROM posts").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def timeless(what: str, home: Path) -> list[dict[str, Any]]:
    """An export without what only tells when it was processed."""
    return [{k: v for k, v in row.items() if k not in _OF_THE_MOMENT[what]} for row in export(what, home)]
