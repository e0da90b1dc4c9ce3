from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.cases.severity import severity, weigh
from streams.records import Verdict
from tests.unit.cases.cast import NOON, post, scores


def level(verdict=Verdict.COMPLAINT, *, repeats=0, safety_words=(), heads=None, **details):
    of = post(**details)
    return severity(
        verdict=verdict, post=of, scores=scores(**(heads or {})), repeats=repeats, safety_words=safety_words
    )


def test_verdict_is_where_the_count_starts():
    assert level(Verdict.HOSTILE_PROBLEM) == 2
    assert level(Verdict.COMPLAINT) == 2
    assert level(Verdict.GRIEVANCE) == 1


def test_reach_repetition_rating_age_and_fury_raise_it():
    """Each raises a complaint by one; huge reach by two."""
    assert level(reach=10_000) == 3
    assert level(reach=100_000) == 4
    assert level(repeats=2) == 3
    assert level(rating=1.0) == 3
    assert level(heads={"hostility": 0.95}) == 3
    assert level(created_at=NOON - timedelta(hours=25)) == 3
    assert level(created_at=NOON - timedelta(days=400)) == 2


@pytest.mark.parametrize(
    "text",
    [
        "The boiler you fitted caught fire",
        "there is a GAS   LEAK in the kitchen since you left",
        "my hand was burned by your steam cleaner",
        "My daughter had an allergic reaction",
        "se produjo un incendio en la cocina",
        "huele a gas desde ayer",
        "me he quemado con vuestra plancha",
        "mi niño tiene alergia",
        "после вашей уборки у ребёнка аллергия",
        "Загорелся щиток!",
        "на кухне утечка газа",
        "меня ударило током",
        "получил ожоги второй степени",
    ],
)
def test_danger_is_urgent_in_three_languages(text):
    """A problem with somebody's safety in it is a 4, inflected words included."""
    assert level(Verdict.GRIEVANCE, text=text) == 4


@pytest.mark.parametrize(
    "text",
    ["you should fire that man", "kidney beans", "the firefly park", "Bluetooth sparked joy", "дымчатый кот"],
)
def test_words_inside_other_words_are_no_danger(text):
    """Only whole words, or words that begin with a stem."""
    assert level(text=text) == 2


@pytest.mark.parametrize("text", ["No seats with our kids", "con dos NIÑOS", "я с ребёнком ждала час"])
def test_a_child_makes_it_more_urgent(text):
    """By one: most such posts are about seats and toys, and the next shift is soon enough."""
    assert level(text=text) == 3


def test_own_safety_words_count():
    assert level(text="the lift stopped", safety_words=("lift",)) == 4
    assert level(text="the lift stopped") == 2
    assert level(text="電梯停了", safety_words=("電梯",)) == 4


def test_what_is_no_problem_stays_lowest():
    """Praise for how a fire was put out is not urgent."""
    for verdict in (Verdict.ABUSE, Verdict.PRAISE, Verdict.MENTION):
        assert level(verdict, text="a fire", reach=1_000_000, rating=1.0) == 1


def test_reasons_are_said():
    found = weigh(verdict=Verdict.COMPLAINT, post=post(reach=12_000, rating=1.0), scores=scores(), repeats=1)
    assert found.why == ("severity 4: complaint; 12000 followers; wrote again; rating 1",)
    danger = weigh(verdict=Verdict.COMPLAINT, post=post(text="Caught FIRE!"), scores=scores())
    assert danger.why == ("severity 4: safety word 'caught fire'",)


@given(
    verdict=st.sampled_from(Verdict),
    reach=st.none() | st.integers(0, 10**8),
    rating=st.none() | st.floats(1, 5),
    repeats=st.integers(0, 20),
    text=st.text(),
)
def test_severity_is_between_one_and_four(verdict, reach, rating, repeats, text):
    assert 1 <= level(verdict, reach=reach, rating=rating, repeats=repeats, text=text) <= 4
