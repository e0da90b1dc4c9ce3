"""The post with the insult taken out."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.records import Evidence
from streams.sentiment.plain import plain, softened


def marked(text: str) -> tuple[str, list[Evidence]]:
    """`[an insult]` and `{a problem}` in a text."""
    found, bare, starts = [], "", {}
    for letter in text:
        if letter in "[{":
            starts[letter] = len(bare)
        elif letter in "]}":
            head, opened = ("hostility", "[") if letter == "]" else ("problem", "{")
            found.append(Evidence(head=head, start=starts[opened], end=len(bare), weight=1.0))
        else:
            bare += letter
    return bare, found


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("[You clowns], the kettle leaks", "The kettle leaks"),
        ("The kettle leaks, [you clowns].", "The kettle leaks."),
        ("The kettle leaks, [you clowns], on the table", "The kettle leaks, on the table"),
        ("The kettle leaks [clowns] and nobody answers", "The kettle leaks and nobody answers"),
        ("The kettle leaks and [you are clowns]. Call me", "The kettle leaks. Call me"),
        ("You are [clowns]! Where is my kettle?", "Where is my kettle?"),
        ("No refund and you are such a [joke].", "No refund."),
        ("The kettle leaks. [Clowns] and thieves: it is new", "The kettle leaks. Thieves: it is new"),
        ("@brewco [you clowns], the kettle leaks", "@brewco the kettle leaks"),
        ("@brewco [you clowns]? The kettle leaks", "@brewco The kettle leaks"),
        ("Hey @brewco! [Clowns]! The kettle leaks", "Hey @brewco! The kettle leaks"),
        ("The kettle leaks, [you clowns] @brewco", "The kettle leaks @brewco"),
        ("Hello, [are you made of cabbage]? The kettle leaks", "Hello. The kettle leaks"),
        ("You [clowns] broke my kettle", "You broke my kettle"),
        ("sois unos [payasos], la tetera gotea", "La tetera gotea"),
        ("Вы [клоуны]! Чайник течёт", "Чайник течёт"),
        ("Чайник течёт, а вы [клоуны].", "Чайник течёт."),
        ("[clowns]!!!\nthe kettle leaks\n\nstill", "The kettle leaks\n\nstill"),
        ("The kettle leaks 🙂 [🤡] on  my table", "The kettle leaks 🙂 on  my table"),
        ("<p>It <b>leaks</b>.</p><p>[You clowns]!</p>", "<p>It <b>leaks</b>.</p>"),
        ("<p>You are [clowns]!</p><p>It leaks</p>", "<p>It leaks</p>"),
        ("Salt &amp; [clowns]", "Salt &amp;"),
    ],
)
def test_what_is_left_reads_as_a_sentence(said: str, left: str) -> None:
    """No comma, joint, article or "you are" is left alone, and a sentence begins with a capital."""
    assert plain(*marked(said)) == left


@pytest.mark.parametrize("said", ["", "The kettle  leaks ,", " the {kettle leaks} ", "ok [] ok"])
def test_a_post_without_hostile_words_stays_as_it_is(said: str) -> None:
    """To the letter."""
    text, evidence = marked(said)
    assert plain(text, evidence) == text


@pytest.mark.parametrize("said", ["[clowns]", "@brewco [clowns] 😡", "You are [clowns]!", "[clowns] http://x.example"])
def test_nothing_is_left_of_an_insult_alone(said: str) -> None:
    """Handles, links and emoji are nothing said."""
    assert plain(*marked(said)) == ""


def test_a_problem_that_cannot_be_told_from_the_insult_is_not_cut() -> None:
    """Where the post has one and no word is its evidence there is no plain text; nor where nothing is hostile."""
    assert softened(*marked("[clowns lost my bag]"), has_problem=True) is None
    assert softened(*marked("[clowns]"), has_problem=False) == ""
    assert softened(*marked("[clowns] {lost my bag}"), has_problem=True) == "Lost my bag"
    assert softened(*marked("{lost my bag}"), has_problem=True) is None


def test_what_both_claim_stays() -> None:
    """The problem is never cut, nor the little words that belong to it."""
    assert plain(*marked("[clowns {and you are late}]")) == "And you are late"
    assert plain(*marked("{You are} [clowns]")) == "You are"


@given(
    st.lists(st.sampled_from([*"a.,;!?…\n -@\ud83d🤡", "you ", "and ", "are ", "the ", "kettle"]), max_size=40),
    st.lists(st.tuples(st.sampled_from(["problem", "hostility"]), st.integers(0, 60), st.integers(1, 12)), max_size=5),
)
@settings(max_examples=300, deadline=None)
def test_letters_of_the_problem_are_never_cut(parts: list[str], drawn: list[tuple[str, int, int]]) -> None:
    """In order, and whatever is cut around them; nothing is written that was not there."""
    text = "".join(parts)
    evidence = [Evidence(head=head, start=at, end=at + size, weight=1.0) for head, at, size in drawn]
    left = iter(plain(text, evidence).lower())
    kept = {at for one in evidence if one.head == "problem" for at in range(one.start, min(one.end, len(text)))}
    if plain(text, evidence):
        assert all(text[at].lower() in left for at in sorted(kept) if text[at].isalnum())
    assert len(plain(text, evidence)) <= len(text)


@pytest.mark.parametrize("piece", ["a", ". ", "!", "you ", "and ", "@a ", "🤡 ", "\n"])
def test_a_hundred_kilobytes_take_no_time(piece: str) -> None:
    """Wherever the insult stands."""
    text = piece * (100_000 // len(piece))
    evidence = [Evidence(head="hostility", start=at, end=at + 4, weight=1.0) for at in (0, 50_000, len(text) - 4)]
    start = time.process_time()
    assert len(plain(text, evidence)) < len(text)
    assert time.process_time() - start < 2
