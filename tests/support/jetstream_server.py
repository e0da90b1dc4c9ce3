"""Events walk in; frames of either Jetstream protocol walk out, with every trouble a real server makes.

By hand: `python -m tests.support.jetstream_server --port 6008 < posts.jsonl`, one `{"did", "rkey", "text"}` a line.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

import zstandard
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

V1 = "/subscribe"
V2 = "/xrpc/network.bsky.jetstream.subscribeEvents"
DICTIONARY = "/xrpc/network.bsky.jetstream.getZstdDictionary"
POSTS = "app.bsky.feed.post"
_NAME = "network.bsky.jetstream.subscribeEvents#"
_B32 = "234567abcdefghijklmnopqrstuvwxyz"


def tid(number: int) -> str:
    """Return the 13 characters of a TID that counts `number`."""
    return "".join(_B32[(number >> shift) & 31] for shift in range(60, -1, -5))


@cache
def dictionary(number: int = 20260811) -> bytes:
    """Return a structured zstd dictionary with this number."""
    samples: list[bytes | bytearray | memoryview] = [
        _v1(Entry(seq=n, time_us=10**15 + n, did=f"did:plc:{n}", rkey=str(n))).encode() for n in range(400)
    ]
    return zstandard.train_dictionary(4096, samples, dict_id=number).as_bytes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    seq: int
    time_us: int
    did: str = ""
    kind: str = "commit"
    operation: str = "create"
    collection: str = POSTS
    rkey: str = ""
    rev: str = ""
    record: dict[str, object] | None = None
    #: Sent as it is, whatever the protocol.
    raw: str | bytes | None = None


@dataclass(slots=True, kw_only=True)
class Jetstream:
    """One server. Change its fields at any time; connections follow."""

    entries: list[Entry] = field(default_factory=list)
    #: Entries before this one are no longer there: v1 starts later without a word, v2 refuses the number.
    floor: int = 0
    #: After so many frames the next connections break, first to last; then they hold.
    break_after: list[int] = field(default_factory=list)
    #: How often each event is sent.
    times: int = 1
    #: HTTP statuses the next connections are refused with, first to last.
    refuse_with: list[int] = field(default_factory=list)
    dictionary_id: int = 20260811
    #: v1's dictionary; v1 packs only with it.
    v1_dictionary: bytes | None = None
    #: What each connection asked for.
    asked: list[dict[str, list[str]]] = field(default_factory=list)
    port: int = 0
    _more: asyncio.Condition = field(default_factory=asyncio.Condition)
    _handlers: "set[asyncio.Task[object]]" = field(default_factory=set)

    def url(self, path: str = V1) -> str:
        return f"ws://127.0.0.1:{self.port}{path}"

    async def post(
        self, text: str, *, at: datetime, did: str = "did:plc:ana", rkey: str = "", **record: object
    ) -> Entry:
        body = {"$type": POSTS, "text": text, "createdAt": at.isoformat(), "langs": ["en"], **record}
        return await self.commit(at=at, did=did, rkey=rkey or tid(_us(at) << 10), record=body)

    async def commit(
        self,
        *,
        at: datetime,
        did: str = "did:plc:ana",
        rkey: str,
        operation: str = "create",
        collection: str = POSTS,
        record: dict[str, object] | None = None,
    ) -> Entry:
        seq = len(self.entries) + 1
        return await self.add(
            Entry(
                seq=seq,
                time_us=_us(at),
                did=did,
                rkey=rkey,
                operation=operation,
                collection=collection,
                rev=tid((_us(at) << 10) + seq % 1024),
                record=record,
            )
        )

    async def other(self, kind: str, *, at: datetime, did: str = "did:plc:ana") -> Entry:
        """Add an `identity` or `account` event."""
        return await self.add(Entry(seq=len(self.entries) + 1, time_us=_us(at), did=did, kind=kind))

    async def garbage(self, raw: str | bytes, *, at: datetime) -> Entry:
        return await self.add(Entry(seq=len(self.entries) + 1, time_us=_us(at), raw=raw))

    async def add(self, entry: Entry) -> Entry:
        async with self._more:
            self.entries.append(entry)
            self._more.notify_all()
        return entry

    @asynccontextmanager
    async def running(self, port: int = 0) -> AsyncIterator["Jetstream"]:
        async with serve(
            self._handle,
            "127.0.0.1",
            port,
            process_request=self._request,
            subprotocols=[Subprotocol("xrpc.v1.json")],
            select_subprotocol=_select,
            max_size=None,
            close_timeout=1,
        ) as server:
            self.port = next(iter(server.sockets)).getsockname()[1]
            try:
                yield self
            finally:
                # Those that wait for more would wait for ever.
                for handler in self._handlers:
                    handler.cancel()

    def _request(self, connection: ServerConnection, request: Request) -> Response | None:
        """Answer what is no subscription, and refuse what has to be refused before the upgrade."""
        parts = urlsplit(request.path)
        query = parse_qs(parts.query)
        if parts.path == DICTIONARY:
            body = dictionary(self.dictionary_id)
            return Response(200, "OK", Headers({"Content-Length": str(len(body)), "Connection": "close"}), body)
        if parts.path not in (V1, V2):
            return connection.respond(HTTPStatus.NOT_FOUND, "not found\n")
        self.asked.append(query)
        if self.refuse_with:
            return connection.respond(HTTPStatus(self.refuse_with.pop(0)), "no\n")
        if parts.path == V2:
            cursor, number = _number(query, "cursor"), _number(query, "zstdDictionary")
            if cursor is not None and cursor < 10**15 and cursor <= self.floor and self.floor:
                return _refusal("CursorTooOld", f"the oldest is {self.floor + 1}")
            if number is not None and number != self.dictionary_id:
                return _refusal("UnknownZstdDictionary", str(self.dictionary_id))
        return None

    async def _handle(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        if task := asyncio.current_task():
            self._handlers.add(task)
            task.add_done_callback(self._handlers.discard)
        parts = urlsplit(connection.request.path)
        query = parse_qs(parts.query)
        v2 = parts.path == V2
        packer = self._packer(v2, query)
        at, notice = self._start(_number(query, "cursor"), v2)
        left = self.break_after.pop(0) if self.break_after else -1
        try:
            if notice:
                await connection.send(_notice(notice))
            while True:
                async with self._more:
                    while at >= len(self.entries):
                        await self._more.wait()
                entry = self.entries[at]
                at += 1
                if not _wanted(entry, v2, query):
                    continue
                for _ in range(self.times):
                    if left == 0:
                        connection.transport.abort()
                        return
                    left -= 1
                    await connection.send(_frame(entry, v2, packer))
        except ConnectionClosed:
            return

    def _packer(self, v2: bool, query: dict[str, list[str]]) -> zstandard.ZstdCompressor | None:
        if v2:
            packed = dictionary(self.dictionary_id) if "zstdDictionary" in query else None
        else:
            packed = self.v1_dictionary if query.get("compress") == ["true"] else None
        return None if packed is None else zstandard.ZstdCompressor(dict_data=zstandard.ZstdCompressionDict(packed))

    def _start(self, cursor: int | None, v2: bool) -> tuple[int, str]:
        """Return the index of the first entry to send, and the notice to send before it."""
        if cursor is None:
            return len(self.entries), ""
        by_time = cursor >= 10**15
        found = [at for at, entry in enumerate(self.entries) if (entry.time_us if by_time else entry.seq) >= cursor]
        if not found:
            return len(self.entries), "" if by_time else "FutureCursor"
        clamped = found[0] < self.floor
        return max(self.floor, found[0]), "OutdatedCursor" if clamped and v2 else ""


def _select(connection: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    return offered[0] if offered else None


def _wanted(entry: Entry, v2: bool, query: dict[str, list[str]]) -> bool:
    if entry.raw is not None:
        return True
    if entry.kind != "commit":
        return not v2 or "kinds" not in query or entry.kind in query["kinds"]
    wanted = query.get("collections" if v2 else "wantedCollections")
    return wanted is None or entry.collection in wanted


def _frame(entry: Entry, v2: bool, packer: zstandard.ZstdCompressor | None) -> str | bytes:
    if entry.raw is not None:
        return entry.raw
    text = _v2(entry) if v2 else _v1(entry)
    return text if packer is None else packer.compress(text.encode())


def _v1(entry: Entry) -> str:
    message: dict[str, object] = {"did": entry.did, "time_us": entry.time_us, "kind": entry.kind, "cursor": entry.seq}
    if entry.kind == "commit":
        message["commit"] = _commit(entry)
    else:
        message[entry.kind] = {"did": entry.did, "seq": entry.seq}
    return json.dumps(message)


def _v2(entry: Entry) -> str:
    time = datetime.fromtimestamp(entry.time_us / 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    payload: dict[str, object] = {"$type": _NAME + entry.kind, "seq": entry.seq, "did": entry.did, "time": time}
    payload |= _commit(entry) if entry.kind == "commit" else {entry.kind: {"did": entry.did}}
    return json.dumps({"$type": "message", "payload": payload})


def _commit(entry: Entry) -> dict[str, object]:
    commit: dict[str, object] = {
        "rev": entry.rev,
        "operation": entry.operation,
        "collection": entry.collection,
        "rkey": entry.rkey,
    }
    if entry.operation != "delete":
        commit |= {"record": entry.record or {"$type": POSTS, "text": f"post {entry.seq}"}, "cid": f"bafy{entry.seq}"}
    return commit


def _notice(name: str) -> str:
    return json.dumps({"$type": "message", "payload": {"$type": _NAME + "info", "name": name, "message": name}})


def _refusal(error: str, message: str) -> Response:
    body = json.dumps({"error": error, "message": message}).encode()
    headers = Headers({"Content-Type": "application/json", "Content-Length": str(len(body)), "Connection": "close"})
    return Response(400, "Bad Request", headers, body)


def _number(query: dict[str, list[str]], name: str) -> int | None:
    return int(query[name][0]) if name in query else None


def _us(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000)


async def _main() -> None:
    parser = argparse.ArgumentParser(description="A local Jetstream that sends the posts it reads.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--every", type=float, default=0.2, help="seconds between posts")
    given = parser.parse_args()
    async with Jetstream().running(given.port) as server:
        print(f"{server.url()}\n{server.url(V2)}", flush=True)
        loop = asyncio.get_running_loop()
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            row = json.loads(line)
            await server.post(row["text"], at=datetime.now(UTC), did=row["did"], rkey=row.get("rkey", ""))
            await asyncio.sleep(given.every)
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(_main())
