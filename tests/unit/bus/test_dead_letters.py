"""Dead letters: kept by their stage, and sent back by people to where they came from."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from streams.bus.dead_letters import KeepStep, replay
from streams.bus.ports import Outgoing
from streams.bus.publisher import BusPublisher
from streams.bus.wire import decode, encode
from streams.errors import Refused
from streams.records import DeadLetter, KeptLetter, Post
from streams.stage import Pass
from tests.unit.bus.doubles import ListBus
from tests.unit.bus.samples import DELETION, LETTER, POST

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class ListShelf:
    def __init__(self, *kept: DeadLetter) -> None:
        self.kept = {letter.id: KeptLetter(letter=letter) for letter in kept}

    async def keep(self, letters: Sequence[DeadLetter]) -> None:
        for letter in letters:
            self.kept.setdefault(letter.id, KeptLetter(letter=letter))

    async def letters(self, limit: int, offset: int) -> Sequence[KeptLetter]:
        return list(self.kept.values())[offset : offset + limit]

    async def letter(self, id: str) -> KeptLetter | None:
        return self.kept.get(id)

    async def replayed(self, id: str, at: datetime) -> None:
        self.kept[id] = replace(self.kept[id], replayed_at=at)


def never(letter: DeadLetter) -> Post:
    raise AssertionError("only what a source refused is read again")


async def test_the_stage_keeps_what_it_is_handed() -> None:
    """All letters of a batch lie on the shelf when the step returns."""
    shelf = ListShelf()
    other = replace(LETTER, id="other")
    assert await KeepStep(shelf)([LETTER, other]) == [Pass(LETTER), Pass(other)]
    assert set(shelf.kept) == {LETTER.id, "other"}


async def test_a_replayed_letter_goes_back_as_it_was() -> None:
    """The same bytes under the same key on the topic it was read from, noted with the time."""
    bus, shelf = ListBus(), ListShelf(LETTER)
    await replay(shelf.kept[LETTER.id], bus=bus, shelf=shelf, reread=never, clock=lambda: NOON)
    assert bus.published == {"posts": [Outgoing(key=LETTER.key, value=LETTER.payload)]}
    assert shelf.kept[LETTER.id].replayed_at == NOON


async def test_what_a_source_refused_is_read_again_by_the_source() -> None:
    """It was no record yet; what the source now makes of it enters the walk at its beginning."""
    heard = replace(LETTER, topic="", stage="source:file", payload=b"{}")
    bus, shelf = ListBus(), ListShelf(heard)
    await replay(shelf.kept[heard.id], bus=bus, shelf=shelf, reread=lambda letter: POST, clock=lambda: NOON)
    assert [(sent.key, decode(sent.value)) for sent in bus.published["posts"]] == [("webhook:ana", POST)]
    assert shelf.kept[heard.id].replayed_at == NOON


async def test_what_the_source_still_refuses_is_not_replayed() -> None:
    """The reason reaches the caller, and the letter stands as it stood."""

    def still_bad(letter: DeadLetter) -> Post:
        raise Refused("there is no text")

    heard = replace(LETTER, topic="")
    bus, shelf = ListBus(), ListShelf(heard)
    with pytest.raises(Refused, match="there is no text"):
        await replay(shelf.kept[heard.id], bus=bus, shelf=shelf, reread=still_bad, clock=lambda: NOON)
    assert not bus.published
    assert shelf.kept[heard.id].replayed_at is None


async def test_what_nothing_is_left_of_is_not_replayed() -> None:
    """Its author took the post back: empty bytes on the topic would only be refused again."""
    bus, shelf = ListBus(), ListShelf(replace(LETTER, payload=b""))
    with pytest.raises(Refused, match="nothing is left"):
        await replay(shelf.kept[LETTER.id], bus=bus, shelf=shelf, reread=never, clock=lambda: NOON)
    assert not bus.published


class NarrowBus(ListBus):
    """Refuses a call with a message of more than `most` bytes, as Kafka does."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    async def publish(self, topic: str, messages: Sequence[Outgoing]) -> None:
        if any(len(message.value) > self.most for message in messages):
            raise Refused("a message is larger than the bus takes")
        await super().publish(topic, messages)


async def test_what_is_too_large_for_the_bus_stops_nobody() -> None:
    """A post becomes a dead letter, one too large itself is cut; what came with them is on the bus."""
    bus = NarrowBus(20_000)
    publisher = BusPublisher(bus)
    large, larger = (replace(POST, id=f"file:{size}", text="x" * size) for size in (20_000, 10_000))
    whole = replace(LETTER, payload=b"{" * 15_000)
    await publisher.posts([POST, large, larger, DELETION])
    await publisher.refused([LETTER, whole])
    assert [decode(sent.value) for sent in bus.published["posts"]] == [POST, larger, DELETION]
    cut, kept, other = [decode(sent.value) for sent in bus.published["dead-letters"]]
    assert isinstance(cut, DeadLetter)
    assert (cut.topic, cut.post_id, cut.payload) == ("", large.id, encode(large)[:10_000])
    assert cut.reason.startswith("a message is larger than the bus takes (")
    assert kept == LETTER
    assert isinstance(other, DeadLetter)
    assert (other.id, other.payload) == (whole.id, whole.payload[:10_000])
    assert other.reason.endswith("only the first 10000 of 15000 bytes are kept)")


async def test_what_is_heard_goes_where_it_belongs() -> None:
    """Posts and deletions under their author's key, refusals to the dead letters, and nothing for nothing."""
    bus = ListBus()
    publisher = BusPublisher(bus)
    await publisher.posts([])
    await publisher.refused([])
    assert not bus.published
    await publisher.posts([POST, DELETION])
    await publisher.refused([LETTER])
    assert [(sent.key, decode(sent.value)) for sent in bus.published["posts"]] == [
        ("webhook:ana", POST),
        ("webhook:ana", DELETION),
    ]
    assert [decode(sent.value) for sent in bus.published["dead-letters"]] == [LETTER]
