"""The demo's installation: a folder of its own, made anew each time, with the invented company's settings in it."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path

from streams.errors import Misconfigured
from streams.settings import default_home

#: Says that a folder is a demo's, so that a real installation is never cleared; locked while the demo runs.
_MARK = ".hearout-demo"
_FILES = ("hearout.toml", "roster.toml", "rules.toml")


@contextmanager
def demo_home(home: Path | None) -> Iterator[Path]:
    """The folder, cleared and ready to open. Raises `Misconfigured` when it is somebody else's, or in use."""
    folder = home or (default_home() if "HEAROUT_HOME" in os.environ else default_home().with_name("hearout-demo"))
    if folder.exists() and any(folder.iterdir()) and not (folder / _MARK).exists():
        raise Misconfigured(
            f"{folder} holds something that is not a demo",
            id="HO-DEMO-HOME",
            hint="name an empty folder with --home, or none",
        )
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _MARK).open("a") as mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Misconfigured(
                f"a demo runs in {folder} already",
                id="HO-DEMO-RUNS",
                hint="stop it, or name another folder with --home",
            ) from None
        _clear(folder)
        for name in _FILES:
            with as_file(files("streams.demo").joinpath(name)) as template:
                shutil.copyfile(template, folder / name)
        yield folder


def _clear(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != _MARK:
            path.unlink()
