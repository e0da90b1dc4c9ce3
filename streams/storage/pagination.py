"""The last row of a stretch walks in, a word for the next address walks out, and back."""

import base64
from datetime import datetime

import msgspec

from streams.errors import Refused

_FORGED = "the place to read on from is not one that was given out"
_decoder = msgspec.json.Decoder(tuple[datetime | None, str])


def written(at: datetime | None, id_: str) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode((at, id_))).decode().rstrip("=")


def read(after: str) -> tuple[datetime | None, str]:
    """Raises `Refused` on what `written` has not written."""
    try:
        at, id_ = _decoder.decode(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
    except (ValueError, msgspec.DecodeError) as fault:
        raise Refused(_FORGED) from fault
    if at is not None and at.tzinfo is None:
        raise Refused(_FORGED)
    return at, id_


def read_dated(after: str) -> tuple[datetime, str]:
    """Likewise, in lists where every row has a time."""
    at, id_ = read(after)
    if at is None:
        raise Refused(_FORGED)
    return at, id_
