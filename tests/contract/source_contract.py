"""What every source must hold. Subclass `SourceContract` as `Test…`, and give it the fixture `world`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Protocol

from streams.ingest.ports import Heard
from streams.records import Post


@dataclass(frozen=True, kw_only=True)
class Content:
    """What the source has to say: enough for several chunks, with bad items in between."""

    ids: frozenset[str]
    bad: int
    stage: str


class World(Protocol):
    content: Content

    async def hear(self, cursor: str | None) -> Sequence[Heard]:
        """Listens with a new source, as after a restart, until there is no more."""
        ...


def posts(heards: Sequence[Heard]) -> list[Post]:
    return [record for heard in heards for record in heard.records if isinstance(record, Post)]


def ids(heards: Sequence[Heard]) -> set[str]:
    return {post.id for post in posts(heards)}


class SourceContract:
    async def test_hears_every_post_once(self, world: World) -> None:
        """Ids are unique and say where they come from, texts are there, and nothing is left out."""
        heard = posts(await world.hear(None))

        assert sorted(post.id for post in heard) == sorted(world.content.ids)
        assert all(post.id.startswith(f"{post.source}:") and post.text and post.author for post in heard)

    async def test_times_are_aware_and_utc(self, world: World) -> None:
        """Created and heard, of posts and of dead letters."""
        heards = await world.hear(None)

        times = [time for post in posts(heards) for time in (post.created_at, post.heard_at)]
        times += [letter.at for heard in heards for letter in heard.refused]
        assert {time.tzinfo for time in times} == {UTC}

    async def test_says_what_it_heard_in_several_pieces(self, world: World) -> None:
        """So that stopping costs little; the test below would prove nothing with one."""
        assert len([heard for heard in await world.hear(None) if heard.cursor is not None]) >= 3

    async def test_a_stop_after_any_piece_loses_nothing(self, world: World) -> None:
        """Whoever goes on from a piece's cursor hears all the posts that were not in the pieces up to it."""
        heards = await world.hear(None)

        for at, heard in enumerate(heards):
            if heard.cursor is not None:
                later = await world.hear(heard.cursor)
                assert ids(heards[: at + 1]) | ids(later) == world.content.ids

    async def test_later_cursors_leave_less_to_hear(self, world: World) -> None:
        """Places only move forward, so a restart never reads the whole again."""
        cursors = [heard.cursor for heard in await world.hear(None) if heard.cursor is not None]

        left = [len(posts(await world.hear(cursor))) for cursor in cursors]
        assert left == sorted(left, reverse=True)
        assert left[-1] < len(world.content.ids) / 3

    async def test_bad_items_become_dead_letters_and_nothing_raises(self, world: World) -> None:
        """With the bytes as they were, a reason and where it was; the same refusal twice is one letter."""
        heards = await world.hear(None)

        letters = [letter for heard in heards for letter in heard.refused]
        assert len({letter.id for letter in letters}) == world.content.bad
        for letter in letters:
            assert letter.stage == world.content.stage
            assert letter.payload
            assert letter.reason
            assert letter.origin
            assert letter.topic == ""
        again = {letter.id for heard in await world.hear(None) for letter in heard.refused}
        assert again == {letter.id for letter in letters}

    async def test_a_cursor_of_somebody_else_starts_over(self, world: World) -> None:
        """A cursor is read back from a book that people can write to; what is none is as good as none."""
        for cursor in ("", '{"offset": "x"}', "\x00"):
            assert world.content.ids >= ids(await world.hear(cursor))
