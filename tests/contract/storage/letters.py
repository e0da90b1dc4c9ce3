"""Dead letters rest on the shelf, and the posts they stand for in the book."""

from dataclasses import replace

import msgspec
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from streams.records import Effect
from streams.storage.case_book import SqlCaseBook
from streams.storage.inbox import Inbox
from streams.storage.shelf import SqlShelf
from tests.contract.storage.book import BookFixtures
from tests.support.book_samples import NOON, dead_letter, hours, new_case, post, triaged


class LettersContract(BookFixtures):
    async def test_a_dead_letter_is_kept_once_and_found_by_its_beginning(self, engine: AsyncEngine) -> None:
        """Bytes as they were; newest first."""
        shelf = SqlShelf(engine)
        first, second = dead_letter("abc1"), dead_letter("abd2", at=NOON + hours(1))
        await shelf.keep([first, second])
        await shelf.keep([first])
        assert [kept.letter for kept in await shelf.letters(10, 0)] == [second, first]
        assert [kept.letter for kept in await shelf.letters(10, 1)] == [first]
        found = await shelf.letter("abc")
        assert found is not None
        assert found.letter == first
        assert await shelf.letter("ab") is None, "two begin like this"
        assert await shelf.letter("a%") is None

    async def test_a_replayed_letter_that_comes_back_later_stands_again(self, engine: AsyncEngine) -> None:
        """The same delivery once more does not undo the replay; a new refusal does."""
        shelf = SqlShelf(engine)
        await shelf.keep([dead_letter("abc1")])
        await shelf.replayed("abc1", NOON + hours(1))
        await shelf.keep([dead_letter("abc1")])
        assert [kept.replayed_at for kept in await shelf.letters(10, 0)] == [NOON + hours(1)]
        assert (await Inbox(engine).numbers(NOON)).dead_letters == 0
        await shelf.keep([dead_letter("abc1", at=NOON + hours(2), reason="still bad")])
        (kept,) = await shelf.letters(10, 0)
        assert (kept.replayed_at, kept.letter.reason) == (None, "still bad")
        assert (await Inbox(engine).numbers(NOON)).dead_letters == 1

    async def test_a_refused_post_is_in_the_book_until_it_gets_through(
        self, engine: AsyncEngine, book: SqlCaseBook
    ) -> None:
        """Every accepted post has one effect; a refusal never replaces another."""
        said = post("1")
        wire = msgspec.json.encode({"kind": "post", "v": 2, "data": said})
        refused = dead_letter("abc1", payload=wire, post_id=said.id, reason="the model cannot read it")
        await SqlShelf(engine).keep([refused])
        found = await Inbox(engine).post(said.id)
        assert found is not None
        assert (found.post, found.effect, found.why, found.scores) == (
            said,
            Effect.REFUSED,
            ("the model cannot read it",),
            None,
        )
        through, opening = new_case("1")
        async with book.transaction() as tx:
            await tx.write(posts=[through], changes=[opening])
        await SqlShelf(engine).keep([replace(refused, id="abc2")])
        assert await Inbox(engine).post(said.id) == through

    async def test_the_scores_of_a_post_refused_later_are_kept(self, engine: AsyncEngine) -> None:
        """A scored post refused by triage has them; a payload nobody can read stands for no post."""
        kept = triaged("1")
        wire = msgspec.json.encode({"kind": "scored_post", "v": 2, "data": {"post": kept.post, "scores": kept.scores}})
        await SqlShelf(engine).keep(
            [dead_letter("1", payload=wire, post_id="file:1"), dead_letter("2", post_id="file:2")]
        )
        found = await Inbox(engine).post("file:1")
        assert found is not None
        assert found.scores == kept.scores
        assert await Inbox(engine).post("file:2") is None

    @pytest.mark.parametrize(
        "payload", [b'{"data": {"id": "\xff"}}', b'{"data": ' + b"[" * 100_000, b'{"id": "\xed\xa0\x80"}']
    )
    async def test_bytes_nobody_can_read_are_kept_too(self, engine: AsyncEngine, payload: bytes) -> None:
        """They are what dead letters are for, also when they name a post."""
        letter = dead_letter("abc1", payload=payload, post_id="file:1")
        await SqlShelf(engine).keep([letter])
        assert [kept.letter for kept in await SqlShelf(engine).letters(10, 0)] == [letter]

    async def test_the_bytes_of_a_post_its_author_took_back_go(self, engine: AsyncEngine, book: SqlCaseBook) -> None:
        """Those kept before, and those that come later; other letters keep theirs, and what stood where stays said."""
        before, after = dead_letter("abc1", post_id="file:1"), dead_letter("abc2", post_id="file:1")
        other = dead_letter("abc3", post_id="file:2")
        shelf = SqlShelf(engine)
        await shelf.keep([before, other])
        async with book.transaction() as tx:
            await tx.write(posts=[triaged(of=post("1", text=""), deleted_at=NOON), triaged("2")])
        await shelf.keep([before, after])
        kept = {it.letter.id: it.letter for it in await shelf.letters(10, 0)}
        assert kept == {"abc1": replace(before, payload=b""), "abc2": replace(after, payload=b""), "abc3": other}
