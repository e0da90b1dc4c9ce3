"""What the models hear of a post: words in brackets, and the end of a long one."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from streams.errors import Misconfigured
from streams.sentiment.pieces import LEAST, MOST, Pieces
from streams.sentiment.shape import shapes
from streams.sentiment.spoken import spoken
from streams.sentiment.text import LONGEST, MARK, MAX_CHARS, joined, shortened


def folded(text: str) -> str:
    """As the linear model hears it."""
    return " ".join(joined([text]).strip(MARK).split())


HEARERS = pytest.mark.parametrize("hear", [spoken, folded])


@HEARERS
@pytest.mark.parametrize(
    "said",
    ["<my order never came, you idiots>", "<idiots>", "<i want my money back>", "<a scam> <b", "<no/>", "</thieves>"],
)
def test_words_in_brackets_are_heard(hear: Callable[[str], str], said: str) -> None:
    """Only known names are tags, and only attributes follow them."""
    assert hear(said) == said


@HEARERS
@pytest.mark.parametrize(
    "tag", ["<b>", "</b>", "<br/>", "<br />", "<P >", '<a href="x" class=y>', "<h1>", "&lt;i&gt;", "<url>", "<person>"]
)
def test_tags_are_not_heard(hear: Callable[[str], str], tag: str) -> None:
    """In any case, with attributes, or as entities; nor what public sets put for links and names."""
    assert hear(f"not {tag} now") == "not now"


def test_no_tag_reaches_over_the_end_of_a_post() -> None:
    """Each post keeps its marks."""
    assert joined(["<a one", "two=three>"]).count(MARK) == 3


@HEARERS
def test_the_end_of_a_long_post_is_heard(hear: Callable[[str], str]) -> None:
    """As much of a post as `ingest` keeps; what stands behind is not looked at."""
    long = "one two " * (LONGEST // 8 - 2)
    heard = hear(f"first {long}last")
    assert heard.startswith("first one")
    assert heard.endswith("last")
    assert len(heard) <= MAX_CHARS
    assert "last" not in hear("one two " * LONGEST + "last")


@HEARERS
@pytest.mark.parametrize("nothing", [" " * 100_000, "\u200b" * 15_000, "\n\x00" * 7_000, "\u2028" * 100_000])
def test_text_behind_a_flood_of_nothing_is_heard(hear: Callable[[str], str], nothing: str) -> None:
    """Blanks and signs nobody sees do not push it out; it looks like the post without them."""
    assert hear(nothing + "you lost my bag") == "you lost my bag"
    assert hear(f"you{nothing}lost my bag") in ("you lost my bag", "youlost my bag", "you")
    assert np.array_equal(shapes([nothing + "LOST!"]), shapes(["LOST!"]))


def test_a_post_that_is_not_too_long_is_left_alone() -> None:
    """The very text, blanks and all."""
    text = " \n" * (MAX_CHARS // 2)
    assert shortened(text) is text


@pytest.mark.parametrize("longest", [-1, 0, True, LEAST - 1, MOST + 1, 100_000])
def test_a_length_no_encoder_has_is_refused(longest: int) -> None:
    """Before the vocabulary is opened: 0 would read everything, 100,000 stop within the graph."""
    with pytest.raises(Misconfigured, match=f"{LEAST} to {MOST}"):
        Pieces(Path("no-such-file"), longest)


def test_what_hides_words_is_taken_out() -> None:
    """Links and handles become plain words; the rest of the line is what a person reads."""
    assert spoken("@ana see https://x.y/z  <b>NO\u200bW</b>\ud800 sooooo &amp; so") == "@user see http NOW sooo & so"
    assert len(spoken("x y " * 100_000)) <= 4000


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("\uff20ana hola", "@user hola"),
        ("www.x.y t.co/abc pic.twitter.com/z", "http http http"),
        ("ne\u202es\u2066pa\u00adper\ufeff", "nespaper"),
        ("а\ue000б\ufffd\x00в", "а б в"),
        ("нееееет !!!!!!!!", "нееет !!!"),
        ("\udfff\ud83d", ""),
        ("&lt;b&gt;NOW&lt;/b&gt; 2 < 3", "NOW 2 < 3"),
        ("one\r\n\ttwo", "one two"),
    ],
)
def test_each_thing_that_hides_words(raw: str, said: str) -> None:
    """What is left can be encoded, stands on one line, and stays as it is when read again."""
    assert spoken(raw) == said
    assert spoken(said) == said
    said.encode()


def test_one_flood_of_signs_is_three_of_them() -> None:
    """100 kB are cut before anything else is done."""
    assert spoken("!" * 100_000) == "!!!"
    assert "END" not in spoken("a b " * 25_000 + "END")
