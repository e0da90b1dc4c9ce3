"""One reader per group and topic: a name walks in, a lock that dies with its process walks out."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

from streams.errors import Misconfigured, Transient

_AGAIN = 0.1


@asynccontextmanager
async def taken(folder: Path, topic: str, group: str, *, patience: float) -> AsyncIterator[None]:
    """Holds the place of `group` on `topic` among all processes of this machine.

    A reader that is just leaving is waited for, `patience` seconds at most; then `Misconfigured`. The lock is the
    kernel's (flock), so a killed process leaves none behind. The folder has to be on a local disk.
    """
    file = _open(folder, f"{quote(topic, safe='')}+{quote(group, safe='')}.lock")
    try:
        waited = 0.0
        while not _lock(file):
            if waited >= patience:
                raise Misconfigured(
                    f"another process already runs stage {group!r} on this folder",
                    id="HO-STAGE-TAKEN",
                    hint="stop the other one (`hearout up` or `hearout work`), or give this one a folder with --home; "
                    "many workers for one stage need the Kafka bus",
                )
            await asyncio.sleep(_AGAIN)
            waited += _AGAIN
        yield
    finally:
        os.close(file)


def _open(folder: Path, name: str) -> int:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600)
    except PermissionError as error:
        raise Misconfigured(
            f"the folder {folder} cannot be written: {error}",
            id="HO-LOG-FOLDER",
            hint="check its owner and permissions",
        ) from error
    except OSError as error:
        raise Transient(f"the folder {folder} cannot be used right now: {error}") from error


def _lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
