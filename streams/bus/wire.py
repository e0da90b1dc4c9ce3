"""How records are written down: a record walks in and bytes walk out, or bytes walk in and a record walks out.

Every record lies on the bus as JSON that says what it is: `{"kind": "post", "v": 2, "data": {…}}`. Bytes that are no
base for text (a dead letter's payload) are base64. Text that no encoding can carry (lone surrogates) is written with
U+FFFD in its place, one for one, so that offsets into the text stay true.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import msgspec

from streams.bus.earlier import UPCASTERS
from streams.bus.ports import Outgoing
from streams.errors import Refused
from streams.records import CaseEvent, DeadLetter, Deletion, Post, Record, ScoredPost
from streams.topics import Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """How one kind of record is written today."""

    kind: str
    version: int
    type: type[Record]
    head: bytes
    decoder: msgspec.json.Decoder[Any]
    #: The moments in it; each must name its zone.
    moments: Callable[[Any], tuple[datetime, ...]]


def _form(kind: str, version: int, record: type[Record], moments: Callable[[Any], tuple[datetime, ...]]) -> _Form:
    head = f'{{"kind":"{kind}","v":{version},"data":'.encode()
    decoder = msgspec.json.Decoder(record)
    return _Form(kind=kind, version=version, type=record, head=head, decoder=decoder, moments=moments)


#: Every kind that travels, with its current version.
_FORMS = (
    _form("post", 2, Post, lambda it: (it.created_at, it.heard_at)),
    _form("deletion", 1, Deletion, lambda it: (it.deleted_at,)),
    _form("scored_post", 2, ScoredPost, lambda it: (it.post.created_at, it.post.heard_at)),
    _form("case_event", 1, CaseEvent, lambda it: (it.at,)),
    _form("dead_letter", 1, DeadLetter, lambda it: (it.at,)),
)
_BY_TYPE = {form.type: form for form in _FORMS}
_BY_KIND = {form.kind: form for form in _FORMS}

#: Current version of each kind.
VERSIONS = {form.kind: form.version for form in _FORMS}


class _Envelope(msgspec.Struct):
    kind: str
    v: int
    data: msgspec.Raw


_encoder = msgspec.json.Encoder()
_envelopes = msgspec.json.Decoder(_Envelope)
_LONE = re.compile("[\ud800-\udfff]")


def readable(text: str) -> str:
    """The text with U+FFFD for each lone surrogate: what can be encoded."""
    return _LONE.sub("\ufffd", text)


def encode(record: Record) -> bytes:
    form = _BY_TYPE[type(record)]
    try:
        data = _encoder.encode(record)
    except UnicodeEncodeError:
        data = _encoder.encode(_readable_throughout(msgspec.to_builtins(record)))
    return form.head + data + b"}"


def outgoing(topic: Topic, record: Record) -> Outgoing:
    """The record as it is published on `topic`; a `TypeError` when it does not belong there."""
    if not isinstance(record, topic.records):
        raise TypeError(f"a {kind_of(record)} does not belong on {topic.name!r}")
    return Outgoing(key=readable(topic.key(record)), value=encode(record))


def kind_of(record: Record) -> str:
    return _BY_TYPE[type(record)].kind


def decode(value: bytes) -> Record:
    """Reads the current and every earlier form; raises `Refused` with a sentence when that cannot be."""
    try:
        return _decode(value)
    except (msgspec.ValidationError, KeyError, TypeError, AttributeError) as error:
        raise Refused(f"the record has not the form it should have: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(f"the record is no readable JSON: {error}") from error


def _decode(value: bytes) -> Record:
    envelope = _envelopes.decode(value)
    form = _BY_KIND.get(envelope.kind)
    if form is None:
        raise Refused(f"records of kind {envelope.kind[:80]!r} are not known to this version of Hearout")
    if envelope.v == form.version:
        record = form.decoder.decode(envelope.data)
    else:
        record = msgspec.convert(_upcast(form, envelope), form.type)
    if any(moment.tzinfo is None for moment in form.moments(record)):
        raise Refused(f"a {form.kind} has a time without a time zone")
    return cast("Record", record)


def _upcast(form: _Form, envelope: _Envelope) -> dict[str, Any]:
    if envelope.v > form.version:
        raise Refused(
            f"a {form.kind} was written in version {envelope.v} of its form, and this version of Hearout reads up to "
            f"{form.version}; upgrade Hearout, then replay it"
        )
    if envelope.v < 1:
        raise Refused(f"there is no version {envelope.v} of a {form.kind}")
    data = msgspec.json.decode(envelope.data, type=dict[str, Any])
    for version in range(envelope.v, form.version):
        data = UPCASTERS[form.kind, version](data)
    return data


class _Named(msgspec.Struct):
    id: str = ""


class _PostInside(msgspec.Struct):
    id: str = ""
    post: _Named | None = None


class _Glimpse(msgspec.Struct):
    kind: str
    data: _PostInside


_glimpses = msgspec.json.Decoder(_Glimpse)


def glimpse_post_id(value: bytes) -> str:
    """The id of the post these bytes speak of, as far as it can be read although the whole cannot; else empty."""
    try:
        seen = _glimpses.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    if seen.kind == "post":
        return seen.data.id
    return seen.data.post.id if seen.kind == "scored_post" and seen.data.post else ""


def _readable_throughout(value: Any) -> Any:
    match value:
        case str():
            return readable(value)
        case dict():
            return {readable(name): _readable_throughout(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_readable_throughout(inner) for inner in value]
        case _:
            return value
