"""Evidence by leaving out: what is asked of a model, and what is made of its answers."""

import time
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from streams.records import Evidence
from streams.sentiment.clauses import apart, clauses
from streams.sentiment.heads import COLUMNS
from streams.sentiment.occlusion import MOST_VARIANTS, spans, variants

HOSTILE = ("clowns", "gauner", "🤡")
BROKEN = ("kettle", "leaks", "kaputt")

NASTY = {
    "empty": "",
    "blanks": " \n\t ",
    "emoji only": "🙂🙂👨‍👩‍👧",
    "insulting emoji": "🤡🤡 the kettle leaks",
    "lone surrogate": "the kettle \ud83d leaks, \udc00 you clowns",
    "zero width": "the ket\u200btle leaks\u202e you clowns",
    "no spaces": "thekettleleaks" * 500,
    "signs only": "?!.,;:" * 1000,
    "handles only": "@a @b @c http://d.example",
    "right to left": "الغلاية مكسورة، أيها المهرجون",
    "html": "<b>the kettle leaks</b> &amp; you clowns",
    "mixed lines": "\r\n\u2028a\x00b\x85c",
}


def hears(texts: Sequence[str]) -> NDArray[np.float64]:
    """A model that knows six words: logits of 2 where one is heard, of -3 where not."""
    rows = np.zeros((len(texts), len(COLUMNS)))
    for at, text in enumerate(texts):
        for head, known in (("hostility", HOSTILE), ("problem", BROKEN)):
            heard = any(word in text.lower() for word in known)
            rows[at, COLUMNS.index(head)] = 2.0 if heard else -3.0
    return rows


def explained(text: str, heads: Sequence[str] = ("problem", "hostility")) -> tuple[Evidence, ...]:
    return spans(text, hears(variants(text)), heads)


def told(text: str, head: str) -> list[str]:
    return [text[one.start : one.end] for one in explained(text) if one.head == head]


@pytest.mark.parametrize(
    "text",
    [
        "You clowns, the kettle leaks on the table",
        "The kettle leaks on the table. You clowns!",
        "@brewco you clowns 😡 the kettle leaks http://x.example/a,b",
        "the kettle leaks on the table and you are all clowns",
    ],
)
def test_the_problem_and_the_insult_are_told_apart(text: str) -> None:
    """Each clause goes to the head that it speaks for."""
    problem, hostility = " ".join(told(text, "problem")), " ".join(told(text, "hostility"))
    assert "leaks" in problem
    assert "clowns" not in problem
    assert "clowns" in hostility
    assert "leaks" not in hostility


def test_handles_links_and_joints_are_no_evidence() -> None:
    """They are nobody's words, and "and" is no part of what it joins."""
    for text in ("@clowns_ltd and the kettle leaks", "kaputt http://gauner.example/leaks", "and, and you clowns, and"):
        for one in explained(text):
            words = text[one.start : one.end].split()
            assert not any(apart(word) for word in words)
            assert "and" not in (words[0], words[-1])


def test_an_emoji_can_be_the_insult() -> None:
    """Where it is one of those that mean it; others are no evidence."""
    text = "the kettle leaks 🤡 and nobody answers 😡"
    assert told(text, "hostility") == ["🤡"]


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        ("can't even deliver a kettle", "Idiots who can't even deliver a kettle"),
        ("app crashes all the time", "Your pathetic app crashes all the time"),
        ("app crashes", "Pathetic app crashes"),
    ],
)
@pytest.mark.parametrize("loud", ["problem", "hostility"])
def test_a_clause_that_carries_both_is_split(problem: str, text: str, loud: str) -> None:
    """However loud one head is in it: the other, heard in the post as well, has words of its own."""

    def both(texts: Sequence[str]) -> NDArray[np.float64]:
        rows = np.zeros((len(texts), len(COLUMNS)))
        for head, mine in (("problem", problem), ("hostility", text[: -len(problem)])):
            words = set(mine.split())
            part = [len(words.intersection(one.split())) / max(len(one.split()), 1) for one in texts]
            rows[:, COLUMNS.index(head)] = np.array(part) * 3 + (6 if head == loud else 0)
        return rows

    found = spans(text, both(variants(text)))
    assert {one.head for one in found} == {"problem", "hostility"}
    if len(text.split()) > 4:
        (said,) = [one for one in found if one.head == "problem"]
        assert text[said.start : said.end].split()[-3:] == problem.split()[-3:]


def test_a_word_cannot_carry_two_heads() -> None:
    """Nor do joints and names of products carry anything: then one head stays without evidence."""
    for text in ("clowns", "and clowns", "Acme clowns"):
        loud = hears(variants(text)) + 5
        assert len({one.head for one in spans(text, loud)}) == 1


def test_tags_separate_clauses_and_entities_stay_whole() -> None:
    """No part of a tag is evidence; what only looks like one is text."""
    text = "<p>My <b>kettle</b> leaks &amp;</p><p>You clowns!</p><a href='http://x.example/leaks'>gauner</a>"
    assert told(text, "problem") == ["kettle", "leaks &amp;"]
    assert told(text, "hostility") == ["You clowns", "gauner"]
    assert [text[slice(*one)] for text in ("a <3 b", "Tom &amp; Jerry") for one in clauses(text, 9)] == [
        "a <3 b",
        "Tom &amp; Jerry",
    ]


def test_a_post_of_emoji_alone_has_evidence() -> None:
    """Its runs of emoji."""
    text = "😡😡🤬"
    assert spans(text, hears(variants(text)) + 5, ["hostility"]) == (
        Evidence(head="hostility", start=0, end=3, weight=1.0),
    )


@pytest.mark.parametrize("piece", ["kettle ", "the kettle leaks. ", "it leaks, you clowns and thieves! "])
def test_a_long_post_is_read_less_than_ten_times(piece: str) -> None:
    """By a model that reads 600 characters of it; its first and its last words are explained."""
    text = piece * (4000 // len(piece))
    assert sum(min(len(one), 600) for one in variants(text)) < 10 * 600
    assert told(text + "You gauner", "hostility")[-1].endswith("You gauner")


def test_only_what_is_asked_for_is_explained() -> None:
    """Then the words of the other head are free."""
    text = "You clowns, the kettle leaks"
    assert {one.head for one in explained(text, ["problem"])} == {"problem"}
    assert {one.head for one in explained(text, ["hostility"])} == {"hostility"}
    assert explained(text, []) == ()


def _sound(text: str) -> None:
    found = explained(text)
    for one in found:
        assert 0 <= one.start < one.end <= len(text)
        assert 0 < one.weight <= 1
    for head in ("problem", "hostility"):
        own = [one for one in found if one.head == head]
        assert [one.start for one in own] == sorted(one.start for one in own)
        assert not own or max(one.weight for one in own) == 1
    for first, second in pairwise(sorted(found, key=lambda one: one.start)):
        assert first.end <= second.start


@pytest.mark.parametrize("name", NASTY)
def test_any_post_can_be_explained(name: str) -> None:
    """Spans lie in the text, share no letter, and the heaviest of a head weighs 1."""
    text = NASTY[name]
    assert len(variants(text)) <= MOST_VARIANTS
    _sound(text)


@given(
    st.lists(st.sampled_from([*"aä.,;!?…\n -@🤡😡\ud83d\u200b", *HOSTILE, *BROKEN, " and ", "http://x "]), max_size=60)
)
@settings(max_examples=150, deadline=None)
def test_offsets_are_always_sound(parts: list[str]) -> None:
    """Whatever the words, signs and halves of characters."""
    text = "".join(parts)
    assert len(variants(text)) <= MOST_VARIANTS
    _sound(text)


@given(st.text(alphabet=st.characters(), max_size=80), st.integers(1, 6))
@settings(max_examples=100, deadline=None)
def test_clauses_are_in_order_and_not_too_many(text: str, most: int) -> None:
    """None is empty, none shares a letter with the next."""
    found = clauses(text, most)
    assert len(found) <= most
    assert all(0 <= begin < end <= len(text) for begin, end in found)
    assert all(end <= begin for (_, end), (begin, _) in pairwise(found))


@pytest.mark.parametrize("piece", ["a", ". ", "!", "a, ", "@a ", "🙂", "🤡 ", "the kettle leaks, you clowns. ", "\n"])
def test_a_hundred_kilobytes_are_bounded_work(piece: str) -> None:
    """Variants are few and short, and making them takes no time to speak of."""
    text = piece * (100_000 // len(piece))
    start = time.process_time()
    asked = variants(text)
    found = spans(text, hears(asked))
    assert time.process_time() - start < 1
    assert len(asked) <= MOST_VARIANTS
    assert all(one.end <= len(text) for one in found)
