"""How a post is read: the problem shown, the insult folded, nothing lost."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from streams.cases.folding import FOLD_FROM, Kind, Piece, excerpt, fold, words_of
from streams.records import Evidence

TEXT = "You utter, utter clowns! They broke my vase. Call me. " + "And the weather was nice too. " * 8


def span(head: str, words: str, weight: float = 1.0, text: str = TEXT) -> Evidence:
    start = text.index(words)
    return Evidence(head=head, start=start, end=start + len(words), weight=weight)


EVIDENCE = (
    span("hostility", "clowns"),
    span("hostility", "utter"),
    span("problem", "broke"),
    span("problem", "my vase"),
)


def of_kind(pieces: tuple[Piece, ...], kind: Kind) -> list[str]:
    return [piece.text for piece in pieces if piece.kind is kind]


def test_insult_and_problem_are_told_apart() -> None:
    """Words of one kind that stand together are one piece."""
    pieces = fold(TEXT, EVIDENCE, hostility=0.9)
    assert of_kind(pieces, Kind.INSULT) == ["utter", "clowns"]
    assert of_kind(pieces, Kind.PROBLEM) == ["broke my vase"]


def test_nothing_is_folded_in_a_calm_text() -> None:
    """What carried a little hostility there is most often a fact."""
    assert of_kind(fold(TEXT, EVIDENCE, hostility=FOLD_FROM - 0.01), Kind.INSULT) == []


def test_what_carried_more_of_the_problem_stays_to_be_read() -> None:
    """Both heads may claim a word; the heavier one gets it."""
    evidence = (span("hostility", "broke my vase", 0.8), span("problem", "broke", 0.9), span("problem", "vase", 0.7))
    pieces = fold(TEXT, evidence, hostility=1.0)
    assert of_kind(pieces, Kind.PROBLEM) == ["broke"]
    assert of_kind(pieces, Kind.INSULT) == [" my vase"]


def test_no_fold_spans_two_sentences() -> None:
    """What is said after the insult stays to be read."""
    evidence = (span("hostility", "clowns! They broke", 1.0),)
    assert of_kind(fold(TEXT, evidence, hostility=1.0), Kind.INSULT) == []


def test_an_excerpt_begins_where_the_problem_is() -> None:
    """Not with the insult, and not too long."""
    words = "".join(piece.text for piece in excerpt(TEXT, EVIDENCE, hostility=0.9, limit=60))
    assert "They broke my vase. Call me." in words
    assert len(words) < 70
    assert words.endswith(" …")


def test_the_words_that_carried_a_score_come_heaviest_first() -> None:
    """Each once."""
    evidence = (span("problem", "vase", 0.4), span("problem", "broke", 1.0), span("problem", "vase", 0.3))
    assert words_of(TEXT, evidence, "problem") == ("broke", "vase")


spans = st.builds(
    Evidence,
    head=st.sampled_from(["problem", "hostility", "sentiment"]),
    start=st.integers(-3, 60),
    end=st.integers(-3, 60),
    weight=st.floats(0, 1),
)


@given(text=st.text(max_size=50), evidence=st.lists(spans, max_size=6), hostility=st.floats(0, 1))
def test_the_pieces_are_the_text(text: str, evidence: list[Evidence], hostility: float) -> None:
    """Whatever the model says, no letter is lost or doubled, and neighbours differ in kind."""
    pieces = fold(text, evidence, hostility=hostility)
    assert "".join(piece.text for piece in pieces) == text
    assert all(before.kind is not after.kind for before, after in pairwise(pieces))


@given(text=st.text(max_size=400), evidence=st.lists(spans, max_size=6), limit=st.integers(20, 200))
def test_an_excerpt_is_part_of_the_text_and_short(text: str, evidence: list[Evidence], limit: int) -> None:
    """For any text."""
    words = "".join(piece.text for piece in excerpt(text, evidence, hostility=1.0, limit=limit))
    assert words.removeprefix("… ").removesuffix(" …") in text
    assert len(words) <= limit + 4
