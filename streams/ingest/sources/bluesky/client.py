"""The address of a Jetstream and a place to go on walk in; frames walk out, and answers to the few questions beside.

The only part that opens connections.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode, urlsplit, urlunsplit

import httpx2
import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import (
    InvalidHandshake,
    InvalidProxyStatus,
    InvalidStatus,
    InvalidURI,
    WebSocketException,
)
from websockets.typing import Subprotocol

from streams.errors import Misconfigured, Transient
from streams.ingest.sources.bluesky.frames import dictionary_id
from streams.ingest.sources.bluesky.wire import POSTS

#: A frame larger than this ends the connection; smaller ones that are still too large are refused one by one.
_CEILING = 16_000_000
#: Dictionaries have 64 to 128 kB.
_MAX_DICTIONARY = 1_000_000
_DIRECTORY = "https://public.api.bsky.app"


class CursorTooOld(Exception):
    """The server no longer has the events from there on."""


class UnknownDictionary(Exception):
    """The server has another zstd dictionary now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What to subscribe to."""

    cursor: int | None
    #: v1: whether to ask for zstd. v2: the number of the dictionary.
    zstd: int | bool
    max_bytes: int


class Wire(Protocol):
    """What the adapter needs of an open connection."""

    async def recv(self) -> str | bytes: ...


def is_v2(url: str) -> bool:
    return "/xrpc/" in urlsplit(url).path


@asynccontextmanager
async def subscribed(url: str, ask: Ask) -> AsyncIterator[Wire]:
    """Yields an open connection, from which `recv` raises websockets' `ConnectionClosed` at its end.

    Raises `CursorTooOld`, `UnknownDictionary`, `Transient`, and `Misconfigured` for an address that is no Jetstream.
    """
    full = _address(url, ask)
    connection = await _open(full, is_v2(url))
    try:
        yield connection
    finally:
        await connection.close()


async def fetch_dictionary(url: str) -> bytes | None:
    """Return the zstd dictionary the server packs v2 frames with now; None when it gives none."""
    parts = urlsplit(url)
    scheme = "https" if parts.scheme == "wss" else "http"
    address = urlunsplit((scheme, parts.netloc, "/xrpc/network.bsky.jetstream.getZstdDictionary", "", ""))
    try:
        async with httpx2.AsyncClient(timeout=10, follow_redirects=True) as http, http.stream("GET", address) as answer:
            if answer.status_code != 200:
                return None
            dictionary = b""
            async for part in answer.aiter_bytes():
                dictionary += part
                if len(dictionary) > _MAX_DICTIONARY:
                    return None
    except httpx2.HTTPError:
        return None
    return dictionary if dictionary_id(dictionary) else None


async def resolve_handle(handle: str) -> str | None:
    """Return the DID behind a handle, None when nobody knows it or the directory is away."""
    try:
        async with httpx2.AsyncClient(timeout=10) as http:
            answer = await http.get(f"{_DIRECTORY}/xrpc/com.atproto.identity.resolveHandle", params={"handle": handle})
            did = answer.json().get("did") if answer.status_code == 200 else None
    except (httpx2.HTTPError, ValueError, AttributeError):
        return None
    return did if isinstance(did, str) and did.startswith("did:") else None


async def _open(full: str, v2: bool) -> ClientConnection:
    protocols: Sequence[Subprotocol] | None = [Subprotocol("xrpc.v1.json")] if v2 else None
    try:
        return await connect(
            full, subprotocols=protocols, max_size=_CEILING, open_timeout=20, user_agent_header="Hearout"
        )
    except InvalidStatus as refused:
        raise _refusal(full, refused) from refused
    except InvalidURI as fault:
        raise _no_jetstream(full, str(fault)) from fault
    except InvalidProxyStatus as fault:
        raise Transient(f"the proxy on the way to {_host(full)} refuses: {fault}") from fault
    except (OSError, TimeoutError, InvalidHandshake, WebSocketException) as fault:
        raise Transient(f"{_host(full)} cannot be reached: {_said(fault)}") from fault


def _refusal(full: str, refused: InvalidStatus) -> Exception:
    status, body = refused.response.status_code, refused.response.body or b""
    try:
        answer = msgspec.json.decode(body, type=dict[str, object])
    except (msgspec.DecodeError, UnicodeError):
        answer = {}
    match answer.get("error"):
        case "CursorTooOld":
            return CursorTooOld()
        case "UnknownZstdDictionary":
            return UnknownDictionary()
    if status in (408, 425, 429) or status >= 500:
        return Transient(f"{_host(full)} is busy: HTTP {status}")
    said = str(answer.get("message") or answer.get("error") or "")[:200]
    return _no_jetstream(full, f"HTTP {status} {said}".strip())


def _no_jetstream(full: str, why: str) -> Misconfigured:
    return Misconfigured(
        f"{full.partition('?')[0]} is no Jetstream: {why}",
        id="HO-BLUESKY-URL",
        hint="set bluesky.url to wss://HOST/subscribe or wss://HOST/xrpc/network.bsky.jetstream.subscribeEvents",
    )


def _address(url: str, ask: Ask) -> str:
    try:
        parts = urlsplit(url)
    except ValueError as fault:
        raise _no_jetstream(url, str(fault)) from fault
    if parts.scheme not in ("ws", "wss") or not parts.netloc:
        raise _no_jetstream(url, "the address has to start with wss:// or ws://")
    # Only with v2 events that others than us would answer for; on v1 accounts and identities come unasked.
    wanted = {"collections": POSTS, "kinds": "commit"} if is_v2(url) else {"wantedCollections": POSTS}
    query: dict[str, str | int] = {**wanted, "maxMessageSizeBytes": ask.max_bytes}
    if ask.cursor is not None:
        query["cursor"] = ask.cursor
    if ask.zstd and is_v2(url):
        query["zstdDictionary"] = int(ask.zstd)
    elif ask.zstd:
        query["compress"] = "true"
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), ""))


def _host(full: str) -> str:
    return urlsplit(full).netloc


def _said(fault: BaseException) -> str:
    return str(fault) or type(fault).__name__
