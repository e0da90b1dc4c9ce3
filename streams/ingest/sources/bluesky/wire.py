"""A frame of either Jetstream protocol walks in; an event walks out, the same for both.

v1 (`/subscribe`) sends `{did, time_us, kind, commit}`; v2 (`/xrpc/…subscribeEvents`) sends an envelope whose payload is
told apart by `$type`, with `seq` and RFC 3339 `time`.
"""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from streams.errors import Refused

POSTS = "app.bsky.feed.post"
_V2 = "network.bsky.jetstream.subscribeEvents#"
#: A time before 2001 or after 2286 in microseconds is no time of this network.
_EARLIEST, _LATEST = 10**15, 10**16


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened on the network."""

    did: str
    #: When the server saw it, microseconds since 1970.
    time_us: int
    #: v2's number of it; None on v1.
    seq: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit(Event):
    """A record written or deleted."""

    operation: str
    collection: str
    rkey: str
    #: Grows with each commit of the account, the same on every server.
    rev: str
    #: The record as JSON; empty for deletes.
    record: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """The server speaks about the stream. `fatal`: it is the last it says."""

    name: str
    message: str
    fatal: bool


class BadFrame(Refused):
    """The frame is no message of Jetstream."""


class _Commit(msgspec.Struct):
    operation: str
    collection: str
    rkey: str
    rev: str = ""
    record: msgspec.Raw = msgspec.Raw(b"")


class _V1Message(msgspec.Struct):
    did: str
    time_us: int
    kind: str
    commit: _Commit | None = None


class _Payload(msgspec.Struct):
    type: str = msgspec.field(name="$type")
    did: str = ""
    seq: int = 0
    time: str = ""
    #: What v2's cursors count by; `time` can be overridden by whoever runs the server.
    witnessed: str = msgspec.field(name="witnessedAt", default="")
    operation: str = ""
    collection: str = ""
    rkey: str = ""
    rev: str = ""
    record: msgspec.Raw = msgspec.Raw(b"")
    name: str = ""
    message: str = ""


class _V2Message(msgspec.Struct):
    type: str = msgspec.field(name="$type")
    payload: _Payload | None = None
    error: str = ""
    message: str = ""


_v1 = msgspec.json.Decoder(_V1Message)
_v2 = msgspec.json.Decoder(_V2Message)


def read_v1(frame: str | bytes) -> Event:
    """Raises `BadFrame`."""
    try:
        message = _v1.decode(frame)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as fault:
        raise BadFrame(f"is no Jetstream message: {fault}") from fault
    _check(message.did, message.time_us)
    if message.kind != "commit":
        return Event(did=message.did, time_us=message.time_us)
    if message.commit is None:
        raise BadFrame("is a commit without its content")
    return Commit(
        did=message.did,
        time_us=message.time_us,
        operation=message.commit.operation,
        collection=message.commit.collection,
        rkey=message.commit.rkey,
        rev=message.commit.rev,
        record=bytes(message.commit.record),
    )


def read_v2(frame: str | bytes) -> Event | Notice:
    """Raises `BadFrame`."""
    try:
        message = _v2.decode(frame)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as fault:
        raise BadFrame(f"is no Jetstream message: {fault}") from fault
    if message.type == "error":
        return Notice(name=message.error or "error", message=message.message, fatal=True)
    payload = message.payload
    if payload is None or not payload.type.removeprefix(_V2) or not payload.type.startswith(_V2):
        raise BadFrame("is an envelope without an event")
    kind = payload.type.removeprefix(_V2)
    if kind == "info":
        return Notice(name=payload.name, message=payload.message, fatal=False)
    time_us = _microseconds(payload.witnessed or payload.time)
    _check(payload.did, time_us)
    if payload.seq < 1:
        raise BadFrame("has no sequence number")
    if kind != "commit":
        return Event(did=payload.did, time_us=time_us, seq=payload.seq)
    return Commit(
        did=payload.did,
        time_us=time_us,
        seq=payload.seq,
        operation=payload.operation,
        collection=payload.collection,
        rkey=payload.rkey,
        rev=payload.rev,
        record=bytes(payload.record),
    )


def read_record(record: bytes) -> dict[str, object]:
    """Return the JSON object. Raises `BadFrame`."""
    try:
        return msgspec.json.decode(record, type=dict[str, object])
    except (msgspec.DecodeError, UnicodeError, RecursionError) as fault:
        raise BadFrame(f"holds no record: {fault}") from fault


def _check(did: str, time_us: int) -> None:
    if not did.startswith("did:") or len(did) > 250:
        raise BadFrame("names no account")
    if not _EARLIEST <= time_us < _LATEST:
        raise BadFrame("has no credible time")


def _microseconds(raw: str) -> int:
    try:
        return round(datetime.fromisoformat(raw).timestamp() * 1_000_000)
    except (ValueError, OverflowError):
        raise BadFrame("has no credible time") from None
