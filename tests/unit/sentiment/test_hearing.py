"""What the linear model hears, whatever is thrown at it."""

import time
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.sentiment.calibration import INPUTS
from streams.sentiment.features import KINDS, blocks
from streams.sentiment.text import joined

NASTY = {
    "empty": "",
    "blanks": " \n\t ",
    "emoji only": "🤬🤬🤬👨‍👩‍👧",
    "zero width": "bro\u200bken \u202ekaputt\u202c",
    "lone surrogate": "broken \ud83d!",
    "html": "<script>alert(1)</script> &lt;b&gt;broken&#xe000;",
    "own marks": "a\ue000b\ue001c",
    "null": "\x00broken\x00",
    "one letter": "x",
    "right to left": "الخدمة سيئة جدا",
    "combining": "e" + "\u0301" * 500,
    "mixed scripts": "brоkеn сломано 壊れた",
}


@pytest.mark.parametrize("name", NASTY)
def test_any_post_gets_scores(tiny: ModuleType, name: str) -> None:
    """Every string gets probabilities, and sentiment sums to one."""
    (scores,) = tiny.model().score([NASTY[name]], ["xx"])
    sentiment = scores.sentiment
    assert sentiment.negative + sentiment.neutral + sentiment.positive == pytest.approx(1, abs=1e-3)
    for value in (scores.hostility, scores.problem, scores.constructiveness, scores.emotionality):
        assert 0 <= value <= 1


@given(st.lists(st.text(max_size=40), max_size=6))
@settings(max_examples=60, deadline=None)
def test_a_post_is_heard_alike_alone_and_in_company(tiny: ModuleType, texts: list[str]) -> None:
    """Scores do not depend on what else is in the batch."""
    model = tiny.model()
    together = model.score(texts, ["en"] * len(texts))
    assert together == [model.score([text], ["en"])[0] for text in texts]


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
@settings(max_examples=60, deadline=None)
def test_evidence_points_into_the_text(tiny: ModuleType, text: str) -> None:
    """Spans are non-empty, inside the text, in order within a head, and weigh more than 0 and at most 1."""
    text += " broken clowns"
    (found,) = tiny.model().evidence([text], ["en"])
    assert {one.head for one in found} <= {"problem", "hostility"}
    for one in found:
        assert 0 <= one.start < one.end <= len(text)
        assert 0 < one.weight <= 1
    for head in ("problem", "hostility"):
        starts = [one.start for one in found if one.head == head]
        assert starts == sorted(starts)


def test_evidence_names_the_words_that_carried(tiny: ModuleType) -> None:
    """The problem points at the broken thing, the hostility at the insult, both on whole words."""
    text = "my new kettle came in a box and is broken, and you are all clowns!"
    (spans,) = tiny.model().evidence([text], ["en"])
    found = {one.head: text[one.start : one.end] for one in spans if one.weight == 1}
    assert "broken" in found["problem"]
    assert "clowns" not in found["problem"]
    assert "clowns" in found["hostility"]
    assert "broken" not in found["hostility"]


def test_a_calm_post_has_no_evidence(tiny: ModuleType) -> None:
    """Where no head is over its threshold there is nothing to explain."""
    assert tiny.model().evidence(["a lovely day at the lake", ""], ["en", "und"]) == [(), ()]


def test_words_are_heard_through_disguise(tiny: ModuleType) -> None:
    """Case, invisible characters, HTML and full-width letters do not hide a word."""
    plain, *disguised = tiny.model().score(
        ["broken", "BROKEN", "bro\u200bken", "<b>broken</b>", "&#98;roken", "ｂｒｏｋｅｎ"], ["en"] * 6
    )
    assert plain.problem > 0.9
    for scores in disguised[:2]:
        assert scores.problem == plain.problem
    for scores in disguised:
        assert scores.problem > 0.9


def test_a_huge_post_does_not_stall(tiny: ModuleType) -> None:
    """A megabyte is cut before it is read; its neighbours are scored as if it were not there."""
    model = tiny.model()
    alone = model.score(["it is broken"], ["en"])[0]
    begun = time.perf_counter()
    _, beside = model.score(["broken " * 150_000, "it is broken"], ["en", "en"])
    assert beside == alone
    assert time.perf_counter() - begun < 1.0


def test_no_posts_no_scores(tiny: ModuleType) -> None:
    """An empty batch is answered with an empty list."""
    assert tiny.model().score([], []) == []


def test_pairs_never_cross_posts() -> None:
    """The last word of a post and the first of the next are no pair."""
    together = blocks(joined(["one two", "three four"]), 18)
    for at, text in enumerate(["one two", "three four"]):
        for kind, block, alone in zip(KINDS, together, blocks(joined([text]), 18), strict=True):
            begin, end = block.starts[at], block.starts[at + 1]
            assert block.buckets[begin:end].tolist() == alone.buckets.tolist(), kind


def test_numbers_and_elongations_are_one() -> None:
    """`soooo` and `soo`, 12.50 and 7 fill the same buckets."""
    for one, other in (("soooooo late", "soo late"), ("paid 12 euro", "paid 7 euro"), ("what!!!!!!", "what!!")):
        first, second = blocks(joined([one]), 18), blocks(joined([other]), 18)
        assert [block.buckets.tolist() for block in first] == [block.buckets.tolist() for block in second]


def test_one_insult_in_a_long_report_is_a_peak(tiny: ModuleType) -> None:
    """However long the post, its strongest word is told, and a post without any has no peak."""
    first, second = tiny.model().inputs([" ".join(["word"] * 300) + " clowns", "a lovely day"])
    peak = INPUTS.index("word_hostility")
    assert first[peak] == pytest.approx(6)
    assert second[peak] < 0.1
