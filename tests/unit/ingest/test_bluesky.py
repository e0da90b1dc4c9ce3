"""Bluesky: what of the stream is ours, and how nothing is lost or silently missed, on both protocols."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import zstandard

from streams.errors import Misconfigured, Transient
from streams.ingest.brands import Brands
from streams.ingest.ports import Heard
from streams.ingest.sources.bluesky.adapter import BlueskySource
from streams.ingest.sources.bluesky.frames import Unpacker
from streams.ingest.sources.bluesky.posts import tid_number, written_us
from streams.ingest.sources.bluesky.wire import BadFrame, read_v1, read_v2
from streams.records import DeadLetter, Deletion, Post
from streams.settings import BlueskySettings, BrandSettings
from tests.support.jetstream_server import V1, V2, Jetstream, dictionary, tid

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
BRAND = BrandSettings(name="Acme", handles=("acme.bsky.social",), exclude=("zoo",))
OUR_DID = "did:plc:acme"


def ago(**span: float) -> datetime:
    return NOON - timedelta(**span)


@dataclass
class Scene:
    server: Jetstream
    path: str
    known: set[str] = field(default_factory=set)
    records: list[Post | Deletion] = field(default_factory=list)
    letters: list[DeadLetter] = field(default_factory=list)
    heards: list[Heard] = field(default_factory=list)
    settings: dict[str, object] = field(default_factory=dict)
    cursor: str | None = None

    def source(self) -> BlueskySource:
        async def is_known(ids: Collection[str]) -> Collection[str]:
            return self.known & set(ids)

        async def resolve(handle: str) -> str | None:
            return {"acme.bsky.social": OUR_DID}.get(handle)

        url = self.server.url(self.path)
        return BlueskySource(
            BlueskySettings.model_validate({"enabled": True, "url": url, "compress": False} | self.settings),
            brands=Brands((BRAND,)),
            identify=lambda text: "und" if len(text) < 8 else "en",
            clock=lambda: NOON,
            is_known=is_known,
            resolve=resolve,
        )

    async def hear(self, until: int, then: Callable[[], Awaitable[object]] | None = None) -> None:
        """Listen from the last place until so many records and letters were heard; `then` runs once connected."""
        count = 0
        async with aclosing(self.source().listen(self.cursor)) as listening:
            async for heard in listening:
                self.heards.append(heard)
                self.records += heard.records
                self.letters += heard.refused
                self.cursor = heard.cursor or self.cursor
                if then is not None:
                    await then()
                    then = None
                count += len(heard.records) + len(heard.refused)
                if count >= until:
                    return

    @property
    def texts(self) -> list[str]:
        return [record.text for record in self.records if isinstance(record, Post)]

    @property
    def gaps(self) -> list[tuple[datetime, datetime]]:
        return [(gap.start, gap.end) for heard in self.heards for gap in heard.gaps]


@pytest.fixture(params=[V1, V2], ids=["v1", "v2"])
async def scene(request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    async with Jetstream().running() as server:
        yield Scene(server=server, path=request.param)


async def test_posts_about_a_brand_are_heard_whole(scene: Scene) -> None:
    """With author, thread, link and language; others pass by."""
    parent = {"uri": "at://did:plc:ben/app.bsky.feed.post/3kparent"}
    root = {"uri": "at://did:plc:ben/app.bsky.feed.post/3kroot"}

    async def say() -> None:
        await scene.server.post("Nothing for us", at=ago(minutes=3))
        await scene.server.post(
            "Acme was late", at=ago(minutes=2), rkey="3kpost", reply={"parent": parent, "root": root}
        )

    await scene.hear(1, say)
    (post,) = scene.records
    assert isinstance(post, Post)
    assert (post.id, post.author) == ("bluesky:did:plc:ana/3kpost", "did:plc:ana")
    assert post.url == "https://bsky.app/profile/did:plc:ana/post/3kpost"
    assert (post.reply_to, post.conversation_id) == ("bluesky:did:plc:ben/3kparent", "bluesky:did:plc:ben/3kroot")
    assert (post.brand, post.lang, post.created_at, post.heard_at) == ("Acme", "en", ago(minutes=2), NOON)


async def test_a_brand_is_named_without_its_word_too(scene: Scene) -> None:
    """By a mention, a hashtag, a link, a tag, or by answering our account; not where an excluded word stands."""
    mention = {"features": [{"$type": "app.bsky.richtext.facet#mention", "did": OUR_DID}]}
    tag = {"features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "acme"}]}
    link = {"features": [{"$type": "app.bsky.richtext.facet#link", "uri": "https://acme.com/x"}]}
    ours = {"uri": f"at://{OUR_DID}/app.bsky.feed.post/3k"}

    async def say() -> None:
        await scene.server.post("by mention", at=ago(minutes=9), facets=[mention])
        await scene.server.post("by tag", at=ago(minutes=8), facets=[tag])
        await scene.server.post("by link", at=ago(minutes=7), facets=[link])
        await scene.server.post("by tags", at=ago(minutes=6), tags=["Acme"])
        await scene.server.post("by answer", at=ago(minutes=5), reply={"parent": ours, "root": ours})
        await scene.server.post("Acme in the zoo", at=ago(minutes=4))
        await scene.server.post("odd facets", at=ago(minutes=4), facets=[5, {"features": 7}, {"features": [None]}])
        await scene.server.post("Acme itself", at=ago(minutes=3), did=OUR_DID)
        await scene.server.post("Acme at the end", at=ago(minutes=2))

    await scene.hear(6, say)
    assert scene.texts == ["by mention", "by tag", "by link", "by tags", "by answer", "Acme at the end"]


async def test_listening_goes_on_where_it_ended(scene: Scene) -> None:
    """The last comes again, with the same id and version; nothing in between is missed, and nothing is a gap."""
    await scene.hear(1, lambda: scene.server.post("Acme one", at=ago(minutes=9)))
    await scene.server.post("Acme two", at=ago(minutes=8))
    await scene.hear(2)

    assert scene.texts == ["Acme one", "Acme one", "Acme two"]
    one, again, _ = scene.records
    assert one == again
    assert scene.gaps == []


async def test_a_break_is_transient_and_tells_first_what_was_heard(scene: Scene) -> None:
    scene.server.break_after = [2]

    async def say() -> None:
        for n in range(4):
            await scene.server.post(f"Acme {n}", at=ago(minutes=9 - n))

    with pytest.raises(Transient, match="closed the connection"):
        await scene.hear(4, say)
    assert scene.texts == ["Acme 0", "Acme 1"]
    await scene.hear(3)
    assert set(scene.texts) == {"Acme 0", "Acme 1", "Acme 2", "Acme 3"}


async def test_what_the_server_no_longer_has_is_a_gap(scene: Scene) -> None:
    """v1 starts later without saying so, v2 refuses the number; either way the oldest it has is heard."""
    await scene.hear(1, lambda: scene.server.post("Acme one", at=ago(hours=9)))
    await scene.server.post("Acme lost", at=ago(hours=8))
    await scene.server.post("Acme kept", at=ago(hours=1))
    scene.server.floor = 2
    await scene.hear(1)

    assert scene.texts == ["Acme one", "Acme kept"]
    assert scene.gaps == [(ago(hours=9), ago(hours=1))]


async def test_numbers_of_another_server_are_not_believed(scene: Scene) -> None:
    """A server that was set up anew counts from one; times still hold."""
    for n in range(3):
        await scene.server.post(f"Nothing {n}", at=ago(minutes=30 - n))
    await scene.hear(1, lambda: scene.server.post("Acme one", at=ago(minutes=9)))
    scene.server.entries.clear()
    await scene.server.post("Acme one", at=ago(minutes=9))
    await scene.server.post("Acme two", at=ago(minutes=8))
    await scene.hear(2)

    assert scene.texts[-1] == "Acme two"
    assert scene.gaps == []


async def test_edits_are_newer_and_repeats_are_not(scene: Scene) -> None:
    scene.server.times = 2

    async def say() -> None:
        await scene.server.post("Acme was late", at=ago(minutes=9), rkey="3k")
        body: dict[str, object] = {"text": "Acme was very late", "createdAt": ago(minutes=9).isoformat()}
        await scene.server.commit(at=ago(minutes=8), rkey="3k", operation="update", record=body)

    await scene.hear(4, say)
    first, again, edited, edited_again = [record for record in scene.records if isinstance(record, Post)]
    assert (first, edited) == (again, edited_again)
    assert first.id == edited.id
    assert first.version < edited.version
    assert edited.created_at == ago(minutes=9)


async def test_deletions_are_passed_on_for_posts_we_have(scene: Scene) -> None:
    """Known ones, ones of the same piece, and young ones that may be on the bus since before a restart."""
    old, young = tid(round(ago(days=3).timestamp() * 1e6) << 10), tid(round(ago(minutes=30).timestamp() * 1e6) << 10)
    scene.known = {"bluesky:did:plc:ana/known"}

    async def say() -> None:
        for rkey in ("known", "stranger", old, young):
            await scene.server.commit(at=ago(minutes=9), rkey=rkey, operation="delete")
        await scene.server.post("Acme!", at=ago(minutes=8), rkey="short")
        await scene.server.commit(at=ago(minutes=7), rkey="short", operation="delete")

    await scene.hear(4, say)
    assert [record.id for record in scene.records if isinstance(record, Deletion)] == [
        f"bluesky:did:plc:ana/{rkey}" for rkey in ("known", young, "short")
    ]


async def test_trouble_in_the_stream_is_survived(scene: Scene) -> None:
    """Garbage and what is too large are refused; other kinds and other collections pass; times may jump."""
    scene.settings = {"max_frame_bytes": 5000}

    async def say() -> None:
        await scene.server.garbage("{oops", at=ago(minutes=9))
        await scene.server.garbage(b"\x00\x01", at=ago(minutes=9))
        await scene.server.garbage('{"did": "did:plc:x", "time_us": 5, "kind": "commit"}', at=ago(minutes=9))
        await scene.server.garbage(json.dumps({"$type": "message"}), at=ago(minutes=9))
        await scene.server.post("Acme " + "x" * 6000, at=ago(minutes=9), rkey="huge")
        await scene.server.other("identity", at=ago(minutes=9))
        await scene.server.other("account", at=ago(minutes=9))
        await scene.server.commit(at=ago(minutes=9), rkey="1", collection="app.bsky.feed.like", record={"text": "Acme"})
        await scene.server.commit(at=ago(minutes=9), rkey="2", record={"text": ["Acme"]})
        await scene.server.post("Acme from tomorrow", at=NOON + timedelta(days=1))
        await scene.server.post("Acme from before", at=ago(hours=2))

    await scene.hear(8, say)
    assert scene.texts == ["Acme from tomorrow", "Acme from before"]
    assert {letter.stage for letter in scene.letters} == {"source:bluesky"}
    assert any(letter.reason == "the frame has more than 5000 bytes" for letter in scene.letters)
    assert [letter.post_id for letter in scene.letters][-1] == "bluesky:did:plc:ana/2"
    # A time ahead of ours is no place to go on from: what comes before it would be passed over.
    assert json.loads(scene.cursor or "")["time_us"] <= round(NOON.timestamp() * 1e6)


async def test_a_stream_nobody_can_read_is_another_protocol(scene: Scene) -> None:
    async def say() -> None:
        for _ in range(100):
            await scene.server.garbage("hello", at=ago(minutes=9))

    with pytest.raises(Misconfigured, match=r"bluesky\.url"):
        await scene.hear(200, say)


async def test_authors_clocks_count_within_a_day(scene: Scene) -> None:
    """Else the network's time is taken; so is it where the author's is none."""

    async def say() -> None:
        for claimed in (ago(hours=3).isoformat(), "1970-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "soon", 5):
            body: dict[str, object] = {"text": "Acme", "createdAt": claimed, "langs": ["pt-BR"]}
            await scene.server.commit(at=ago(minutes=1), rkey=str(claimed), record=body)

    await scene.hear(5, say)
    posts = [record for record in scene.records if isinstance(record, Post)]
    assert [post.created_at for post in posts] == [ago(hours=3)] + [ago(minutes=1)] * 4
    assert {post.lang for post in posts} == {"pt"}


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_busy_server_is_transient(scene: Scene, status: int) -> None:
    scene.server.refuse_with = [status]
    with pytest.raises(Transient, match=f"HTTP {status}"):
        await scene.hear(1)


async def test_an_address_that_is_no_jetstream_is_told() -> None:
    async with Jetstream().running() as server:
        for path, url in (("/", None), ("/nowhere", None), (V1, "https://example.com/subscribe"), (V1, "nonsense")):
            scene = Scene(server=server, path=path, settings={"url": url} if url else {})
            with pytest.raises(Misconfigured, match=r"set bluesky\.url"):
                await scene.hear(1)
    with pytest.raises(Transient, match="cannot be reached"):
        await Scene(server=server, path=V1).hear(1)


async def test_the_second_protocols_dictionary_is_fetched_and_changed() -> None:
    """Frames come packed; when the server has a new one meanwhile it is fetched anew."""
    async with Jetstream().running() as server:
        scene = Scene(server=server, path=V2, settings={"compress": True})
        await scene.hear(1, lambda: server.post("Acme one", at=ago(minutes=9)))
        assert server.asked[-1]["zstdDictionary"] == ["20260811"]
        server.dictionary_id = 20270101
        await server.post("Acme two", at=ago(minutes=8))
        await scene.hear(2)
        assert scene.texts[-1] == "Acme two"
        assert scene.letters == []


async def test_only_posts_are_asked_for() -> None:
    async with Jetstream().running() as server:
        for path, name in ((V1, "wantedCollections"), (V2, "collections")):
            await Scene(server=server, path=path).hear(1, lambda: server.post("Acme", at=ago(minutes=1)))
            assert server.asked[-1][name] == ["app.bsky.feed.post"]
            assert "compress" not in server.asked[-1]


def test_a_frame_unpacks_to_no_more_than_is_allowed() -> None:
    """Whatever it says of its size."""
    unpacker = Unpacker(dictionary(), max_bytes=1000)
    packer = zstandard.ZstdCompressor(dict_data=zstandard.ZstdCompressionDict(dictionary()))
    assert unpacker.text(packer.compress(b"x" * 1000)) == b"x" * 1000
    for bomb in (
        packer.compress(b"x" * 50_000_000),
        zstandard.ZstdCompressor(write_content_size=False).compress(b"x" * 2000),
    ):
        with pytest.raises(BadFrame, match="more than 1000"):
            unpacker.text(bomb)


@pytest.mark.parametrize(
    "frame", ["", "null", "[]", '{"kind":"commit"}', '{"did":"x","time_us":1,"kind":"a"}', "[" * 9999]
)
def test_broken_frames_are_bad_frames(frame: str) -> None:
    for read in (read_v1, read_v2):
        with pytest.raises(BadFrame):
            read(frame)


def test_record_keys_tell_when_they_were_made() -> None:
    assert tid_number("2222222222222") == 0
    assert written_us(tid(round(NOON.timestamp() * 1e6) << 10)) == round(NOON.timestamp() * 1e6)
    assert written_us("self") is None
