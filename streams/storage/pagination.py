"""The last row of a stretch walks in, a word for the next address walks out, and back."""

import base64
from datetime import datetime
from typing import TypeVar

import msgspec

from streams.errors import Refused

T = TypeVar("T")

_FORGED = "the place to read on from is not one that was given out"
_decoder = msgspec.json.Decoder(tuple[datetime | None, str])
_first_decoder = msgspec.json.Decoder(tuple[bool, datetime, str])


def written(at: datetime | None, id_: str) -> str:
    return _word((at, id_))


def read(after: str) -> tuple[datetime | None, str]:
    """Raises `Refused` on what `written` has not written."""
    at, id_ = _values(_decoder, after)
    if at is not None and at.tzinfo is None:
        raise Refused(_FORGED)
    return at, id_


def read_dated(after: str) -> tuple[datetime, str]:
    """Likewise, in lists where every row has a time."""
    at, id_ = read(after)
    if at is None:
        raise Refused(_FORGED)
    return at, id_


def written_first(first: bool, at: datetime, id_: str) -> str:
    """In lists where some rows stand before all others."""
    return _word((first, at, id_))


def read_first(after: str) -> tuple[bool, datetime, str]:
    """Raises `Refused` on what `written_first` has not written."""
    first, at, id_ = _values(_first_decoder, after)
    if at.tzinfo is None:
        raise Refused(_FORGED)
    return first, at, id_


def _word(values: tuple[object, ...]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(values)).decode().rstrip("=")


def _values(decoder: msgspec.json.Decoder[T], after: str) -> T:
    try:
        return decoder.decode(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
    except (ValueError, msgspec.DecodeError) as fault:
        raise Refused(_FORGED) from fault
