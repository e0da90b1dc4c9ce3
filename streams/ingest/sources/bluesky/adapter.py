"""Brands walk in; posts that name them walk out as they are written, with deletions of those we kept."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection
from contextlib import aclosing
from datetime import timedelta

import msgspec
from websockets.exceptions import ConnectionClosed

from streams.clock import Clock
from streams.errors import Misconfigured, Refused, Transient
from streams.ingest.brands import Brands
from streams.ingest.ports import Gap, Heard
from streams.ingest.refusal import dead_letter
from streams.ingest.sources.bluesky import client
from streams.ingest.sources.bluesky.client import Ask, CursorTooOld, UnknownDictionary, is_v2, subscribed
from streams.ingest.sources.bluesky.frames import Unpacker, check_size, dictionary_id
from streams.ingest.sources.bluesky.posts import SOURCE, moment, post_id, read_deletion, read_post, written_us
from streams.ingest.sources.bluesky.wire import POSTS, BadFrame, Commit, Event, Notice, read_v1, read_v2
from streams.records import DeadLetter, Deletion, Post
from streams.settings import BlueskySettings

#: Tells which of these posts this installation has, kept or on the bus.
IsKnown = Callable[[Collection[str]], Awaitable[Collection[str]]]
#: Handle to DID.
Resolve = Callable[[str], Awaitable[str | None]]
FetchDictionary = Callable[[str], Awaitable[bytes | None]]

#: Seconds that what was heard waits for more, and that the place is not saved while nothing is heard.
_LINGER = 0.2
_SAVE_EVERY = 5.0
_CHUNK = 200
#: Times on a server are not in perfect order, and servers see an event a few seconds apart.
_REWIND_US = 5_000_000
_TOLERANCE_US = 5_000_000
#: So many frames in a row that nobody can read are another protocol.
_GARBAGE = 100
#: A post on the bus since before we started may not be in the case book for so long.
_IN_FLIGHT = timedelta(hours=1)
_SHOWN = 10_000


class Cursor(msgspec.Struct, frozen=True, kw_only=True):
    """How far a server was heard."""

    #: Sequence numbers count for one server only, times for all.
    url: str
    time_us: int
    seq: int | None = None


class BlueskySource:
    """Reads on from the last place after a break; what the server no longer has is reported as a gap.

    `dictionary` is the zstd dictionary of the first protocol, for which no server can be asked; without it frames of
    that protocol come as the websocket itself packs them. The second protocol's is fetched.
    """

    name = SOURCE

    def __init__(
        self,
        settings: BlueskySettings,
        *,
        brands: Brands,
        identify: Callable[[str], str],
        clock: Clock,
        is_known: IsKnown,
        resolve: Resolve = client.resolve_handle,
        fetch_dictionary: FetchDictionary = client.fetch_dictionary,
        dictionary: bytes | None = None,
    ) -> None:
        self._settings = settings
        self._brands = brands
        self._identify = identify
        self._clock = clock
        self._is_known = is_known
        self._resolve = resolve
        self._fetch_dictionary = fetch_dictionary
        self._v1_dictionary = dictionary
        self._v2 = is_v2(settings.url)
        self._read = read_v2 if self._v2 else read_v1
        self._handles: dict[str, str] = {}
        self._began_us = _microseconds(clock)

    async def listen(self, cursor: str | None) -> AsyncGenerator[Heard, None]:
        kept = _kept(cursor)
        await self._learn_handles()
        dictionary = await self._dictionary()
        place = self._place(kept)
        lost = False
        while True:
            unpacker = Unpacker(dictionary, max_bytes=self._settings.max_frame_bytes) if dictionary else None
            try:
                async with (
                    subscribed(self._settings.url, self._ask(place, dictionary)) as wire,
                    aclosing(self._hear(wire, unpacker, kept, lost=lost)) as heards,
                ):
                    async for heard in heards:
                        yield heard
                return
            except CursorTooOld:
                if place is None:
                    raise Transient("Bluesky's Jetstream has nothing to hear yet") from None
                # By time the server starts with the oldest it has; by number it refuses. If it refuses both, live.
                place = kept.time_us if kept is not None and not lost else None
                lost = True
            except UnknownDictionary:
                if dictionary is None:
                    raise Transient("Bluesky's Jetstream wants a dictionary it was not told of") from None
                fresh = await self._fetch_dictionary(self._settings.url)
                dictionary = fresh if fresh != dictionary else None

    async def _hear(
        self, wire: client.Wire, unpacker: Unpacker | None, kept: Cursor | None, *, lost: bool
    ) -> AsyncGenerator[Heard, None]:
        batch = _Batch(self._settings.url, kept, lost=lost)
        loop = asyncio.get_running_loop()
        due = loop.time() + _SAVE_EVERY
        garbage = 0
        yield Heard()
        while True:
            try:
                async with asyncio.timeout_at(due):
                    frame = await wire.recv()
            except TimeoutError:
                if heard := await self._settle(batch):
                    yield heard
                due = loop.time() + _SAVE_EVERY
                continue
            except ConnectionClosed as closed:
                if heard := await self._settle(batch):
                    yield heard
                raise Transient(f"Bluesky's Jetstream closed the connection: {closed}") from closed
            try:
                event = self._event(frame, unpacker)
            except BadFrame as bad:
                garbage += 1
                batch.refused.append(self._letter(frame, bad))
                if garbage >= _GARBAGE:
                    raise _not_readable(self._settings.url, bad) from bad
            else:
                garbage = 0
                if isinstance(event, Notice):
                    if event.fatal:
                        if heard := await self._settle(batch):
                            yield heard
                        raise Transient(f"Bluesky's Jetstream ended the stream: {event.name} {event.message}".strip())
                    if event.name == "FutureCursor" and not lost:
                        raise CursorTooOld  # another server behind the same name, or its numbers began anew
                    continue
                batch.go_past(event, now_us=_microseconds(self._clock))
                self._take(event, batch, frame)
            if len(batch) >= _CHUNK:
                if heard := await self._settle(batch):
                    yield heard
                due = loop.time() + _SAVE_EVERY
            elif len(batch):
                due = min(due, loop.time() + _LINGER)

    def _event(self, frame: str | bytes, unpacker: Unpacker | None) -> Event | Notice:
        check_size(frame, self._settings.max_frame_bytes)
        if isinstance(frame, bytes):
            if unpacker is None:
                raise BadFrame("is binary, and nothing was said of a dictionary")
            frame = unpacker.text(frame)
        return self._read(frame)

    def _take(self, event: Event, batch: "_Batch", frame: str | bytes) -> None:
        """Put into the batch what of the event concerns us."""
        if not isinstance(event, Commit) or event.collection != POSTS:
            return
        if event.operation == "delete":
            batch.records.append(read_deletion(event))
            return
        try:
            post = read_post(
                event,
                brands=self._brands,
                handles=self._handles,
                identify=self._identify,
                heard_at=self._clock(),
            )
        except BadFrame as bad:
            batch.refused.append(self._letter(frame, bad, post_id(event.did, event.rkey)))
            return
        if post is not None:
            batch.records.append(post)

    async def _settle(self, batch: "_Batch") -> Heard | None:
        """Return what the batch holds for others; deletions only of posts we kept."""
        heard = {record.id for record in batch.records if isinstance(record, Post)}
        deleted = {record.id for record in batch.records if isinstance(record, Deletion)}
        unsure = [post for post in deleted - heard if not self._in_flight(post)]
        unknown = set(unsure) - set(await self._is_known(unsure)) if unsure else set()
        return batch.take(without=unknown)

    def _in_flight(self, post: str) -> bool:
        """Whether the post was written so shortly before we started that it may be on the bus since before."""
        written = written_us(post.rpartition("/")[2])
        return written is not None and 0 <= self._began_us - written < _IN_FLIGHT / timedelta(microseconds=1)

    def _letter(self, frame: str | bytes, bad: Refused, post: str = "") -> DeadLetter:
        payload = frame.encode("utf-8", "surrogatepass") if isinstance(frame, str) else frame
        return dead_letter(
            stage=f"source:{SOURCE}",
            source=SOURCE,
            origin=self._settings.url,
            payload=payload[: max(_SHOWN, self._settings.max_frame_bytes)],
            reason=f"the frame {bad}",
            at=self._clock(),
            post_id=post,
        )

    async def _learn_handles(self) -> None:
        """Find the DIDs of our own accounts: posts bear no handles. What is not found is asked for next time."""
        known = set(self._handles.values())
        for handle in sorted(self._brands.own_handles - known):
            if handle.startswith("did:"):
                self._handles[handle] = handle
            elif "." in handle and "@" not in handle and (did := await self._resolve(handle)):
                self._handles[did] = handle

    async def _dictionary(self) -> bytes | None:
        if not self._settings.compress:
            return None
        return await self._fetch_dictionary(self._settings.url) if self._v2 else self._v1_dictionary

    def _ask(self, place: int | None, dictionary: bytes | None) -> Ask:
        number = dictionary_id(dictionary) if dictionary is not None else None
        zstd: int | bool = (number or 0) if self._v2 else dictionary is not None
        return Ask(cursor=place, zstd=zstd, max_bytes=self._settings.max_frame_bytes)

    def _place(self, kept: Cursor | None) -> int | None:
        if kept is None:
            return None
        if self._v2 and kept.seq is not None and kept.url == self._settings.url:
            return kept.seq
        return kept.time_us - _REWIND_US


class _Batch:
    """What was heard and not yet handed over."""

    def __init__(self, url: str, kept: Cursor | None, *, lost: bool) -> None:
        self.records: list[Post | Deletion] = []
        self.refused: list[DeadLetter] = []
        self._gaps: list[Gap] = []
        self._url = url
        self._kept = kept
        self._time_us = kept.time_us if kept is not None else 0
        self._seq = kept.seq if kept is not None and kept.url == url and not lost else None
        self._why = "the server no longer had it" if lost else "the server started later than asked"
        self._first = True
        self._moved = False

    def __len__(self) -> int:
        return len(self.records) + len(self.refused)

    def go_past(self, event: Event, *, now_us: int) -> None:
        """Move the place; at the first event, which is the last of before, notice what the server left out."""
        if self._first and self._kept is not None and event.time_us - self._kept.time_us > _TOLERANCE_US:
            gap = Gap(start=moment(self._kept.time_us), end=moment(event.time_us), why=self._why)
            self._gaps.append(gap)
        self._first = False
        self._moved = True
        # A time ahead of ours would make us skip what comes before it.
        self._time_us = max(self._time_us, min(event.time_us, now_us))
        if event.seq is not None:
            self._seq = max(self._seq or 0, event.seq)

    def take(self, *, without: Collection[str]) -> Heard | None:
        if not (self._moved or self.refused):
            return None
        records = [record for record in self.records if not (isinstance(record, Deletion) and record.id in without)]
        cursor = None
        if self._moved:
            place = Cursor(url=self._url, time_us=self._time_us, seq=self._seq)
            cursor = msgspec.json.encode(place).decode()
        heard = Heard(records=tuple(records), refused=tuple(self.refused), cursor=cursor, gaps=tuple(self._gaps))
        self.records, self.refused, self._gaps, self._moved = [], [], [], False
        return heard


def _kept(cursor: str | None) -> Cursor | None:
    try:
        return None if cursor is None else msgspec.json.decode(cursor, type=Cursor)
    except msgspec.DecodeError:
        return None


def _not_readable(url: str, bad: BadFrame) -> Misconfigured:
    return Misconfigured(
        f"{url} sends nothing that can be read; the last frame {bad}",
        id="HO-BLUESKY-PROTOCOL",
        hint="check bluesky.url: /subscribe speaks the first protocol, /xrpc/network.bsky.jetstream.subscribeEvents "
        "the second; or set bluesky.compress = false",
    )


def _microseconds(clock: Clock) -> int:
    return round(clock().timestamp() * 1_000_000)
