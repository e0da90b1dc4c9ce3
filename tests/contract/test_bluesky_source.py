"""Bluesky keeps the contract of sources, on both protocols, plain and packed."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from streams.ingest.brands import Brands
from streams.ingest.ports import Heard
from streams.ingest.sources.bluesky.adapter import BlueskySource
from streams.records import Post
from streams.settings import BlueskySettings, BrandSettings
from tests.contract.source_contract import Content, SourceContract
from tests.support.jetstream_server import V1, V2, Jetstream, dictionary

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
POSTS = 450


async def all_known(ids: Collection[str]) -> Collection[str]:
    return ids


async def nobody(handle: str) -> str | None:
    return None


@dataclass
class BlueskyWorld:
    server: Jetstream
    settings: BlueskySettings
    content: Content
    last: str

    async def hear(self, cursor: str | None) -> Sequence[Heard]:
        source = BlueskySource(
            self.settings,
            brands=Brands((BrandSettings(name="Acme"),)),
            identify=lambda text: "en",
            clock=lambda: NOON,
            is_known=all_known,
            resolve=nobody,
            dictionary=self.server.v1_dictionary,
        )
        # Without a place one hears what comes from now on: let it come then.
        coming = [] if cursor is not None and "time_us" in cursor else list(self.server.entries)
        if coming:
            self.server.entries.clear()
        heards: list[Heard] = []
        async with aclosing(source.listen(cursor)) as listening:
            async for heard in listening:
                heards.append(heard)
                while coming:
                    await self.server.add(coming.pop(0))
                if any(isinstance(record, Post) and record.id == self.last for record in heard.records):
                    break
        return heards


@pytest.fixture(params=[(V1, False), (V1, True), (V2, False), (V2, True)], ids=["v1", "v1-zstd", "v2", "v2-zstd"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[BlueskyWorld]:
    path, packed = request.param
    server = Jetstream(v1_dictionary=dictionary() if packed else None)
    start = NOON - timedelta(hours=1)
    ids = []
    for n in range(POSTS):
        at = start + timedelta(seconds=n)
        if n % 5 == 0:
            await server.post("Nothing of ours", at=at, did="did:plc:other", rkey=f"other{n}")
        entry = await server.post(f"Acme is late {n}", at=at, did=f"did:plc:u{n % 9}")
        ids.append(f"bluesky:{entry.did}/{entry.rkey}")
        if n == 250:  # before the last, which every restart hears again
            await server.garbage("{not json", at=at)
            await server.garbage(b"\xff\x00", at=at)
            await server.commit(at=at, rkey="textless", record={"$type": "app.bsky.feed.post", "text": 5})
    async with server.running():
        settings = BlueskySettings(enabled=True, url=server.url(path), compress=packed)
        content = Content(ids=frozenset(ids), bad=3, stage="source:bluesky")
        yield BlueskyWorld(server=server, settings=settings, content=content, last=ids[-1])


class TestBlueskySource(SourceContract):
    pass
