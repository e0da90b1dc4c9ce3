import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.cases.triage import BEHIND_AN_INSULT, heads_said, triage, verdict, why_verdict
from streams.records import Verdict
from tests.unit.cases.cast import THRESHOLDS, post, scores

SHARE = st.floats(0, 1)


@pytest.mark.parametrize(
    ("heads", "expected"),
    [
        ({"problem": 0.9, "hostility": 0.9}, Verdict.HOSTILE_PROBLEM),
        ({"problem": 0.9, "hostility": 0.9, "constructiveness": 0.9}, Verdict.HOSTILE_PROBLEM),
        ({"problem": 0.9, "constructiveness": 0.9}, Verdict.COMPLAINT),
        ({"problem": 0.9}, Verdict.GRIEVANCE),
        ({"hostility": 0.9}, Verdict.ABUSE),
        ({"hostility": 0.9, "positive": 0.9}, Verdict.ABUSE),
        ({"positive": 0.9}, Verdict.PRAISE),
        ({"constructiveness": 0.9}, Verdict.MENTION),
        ({"problem": 0.35, "hostility": 0.5}, Verdict.HOSTILE_PROBLEM),
    ],
)
def test_verdicts_follow_the_rules(heads, expected):
    """Each combination has the verdict domain.md gives it; a threshold that is met counts."""
    assert verdict(scores(**heads), THRESHOLDS) is expected


@given(problem=SHARE, hostility=SHARE, constructiveness=SHARE, positive=SHARE)
def test_a_hostile_problem_is_never_abuse(problem, hostility, constructiveness, positive):
    """Whatever else is said: a problem at the threshold has a verdict with a problem, behind an insult at less."""
    heard = scores(problem=problem, hostility=hostility, constructiveness=constructiveness, positive=positive)
    share = BEHIND_AN_INSULT if hostility >= THRESHOLDS.hostility else 1
    assert verdict(heard, THRESHOLDS).has_problem == (problem >= THRESHOLDS.problem * share)


@given(problem=SHARE, hostility=SHARE)
def test_what_decided_the_verdict_is_what_counts_as_said(problem, hostility):
    """Each head that opens a case is explained, and no other."""
    heads = heads_said(scores(problem=problem, hostility=hostility), THRESHOLDS)
    found = verdict(scores(problem=problem, hostility=hostility), THRESHOLDS)
    assert ("problem" in heads) == found.has_problem
    assert ("hostility" in heads) == (found in (Verdict.ABUSE, Verdict.HOSTILE_PROBLEM))


def test_each_comparison_that_decided_is_said():
    """People read numbers on both sides and the sign between them, and only what was asked."""
    heard = scores(problem=0.83, hostility=0.1, constructiveness=0.2, positive=0.3)
    assert why_verdict(heard, THRESHOLDS) == (
        "problem 0.83 >= 0.35",
        "hostility 0.10 < 0.50",
        "constructiveness 0.20 < 0.50",
    )
    assert why_verdict(scores(hostility=0.7), THRESHOLDS) == ("problem 0.00 < 0.23", "hostility 0.70 >= 0.50")


def test_a_near_miss_does_not_read_as_a_contradiction():
    """0.3499 under a threshold of 0.35 is not shown as `0.35 < 0.35`."""
    assert why_verdict(scores(problem=0.3499), THRESHOLDS)[0] == "problem 0.3499 < 0.3500"


def said(of, heads=None, **previous):
    return triage(of, scores(**(heads or {})), THRESHOLDS, low_rating=2.0, previous_aspects=previous or None)


def test_silent_low_rating_is_a_problem():
    """Two stars without a word are a grievance; with constructive words, a complaint."""
    assert said(post(text="", rating=2.0)).verdict is Verdict.GRIEVANCE
    assert said(post(rating=2.0), {"constructiveness": 0.9}).verdict is Verdict.COMPLAINT
    assert said(post(rating=3.0)).verdict is Verdict.MENTION


def test_stars_that_are_no_number_are_not_low():
    """Not a number is neither more nor less than two."""
    assert said(post(rating=float("nan"), aspects={"quality": float("nan")})).verdict is Verdict.MENTION


def test_five_stars_for_everything_but_punctuality_is_a_complaint():
    """A low sub-rating names what went wrong, however kind the text."""
    found = said(post(rating=5.0, aspects={"punctuality": 1, "quality": 5}), {"positive": 0.95})
    assert found.verdict is Verdict.COMPLAINT
    assert found.why[0] == "punctuality 1 <= 2 stars"


def test_falling_sub_rating_is_a_complaint():
    """Two stars less than last time count, one star does not."""
    assert said(post(aspects={"quality": 3}), quality=5.0).verdict is Verdict.COMPLAINT
    assert said(post(aspects={"quality": 3}), quality=5.0).why[0] == "quality fell from 5 to 3 stars"
    assert said(post(aspects={"quality": 4}), quality=5.0).verdict is Verdict.MENTION
    assert said(post(aspects={"quality": 3}), price=5.0).verdict is Verdict.MENTION


def test_insult_with_a_low_rating_is_a_hostile_problem():
    """Abuse beside one star is not filtered away as abuse."""
    assert said(post(rating=1.0), {"hostility": 0.9}).verdict is Verdict.HOSTILE_PROBLEM


def test_problem_in_the_text_needs_no_stars():
    """Five stars do not hide what the text says."""
    assert said(post(rating=5.0), {"problem": 0.9}).verdict is Verdict.GRIEVANCE


def test_a_word_of_danger_tips_the_scale():
    """Half a problem and a gas leak is a call; a calm or a problem-free post with the word is none."""
    near = {"problem": THRESHOLDS.problem * 0.6, "negative": 0.9, "positive": 0.0}
    found = said(post(text="There is a smell of gas"), near)
    assert found.verdict is Verdict.COMPLAINT
    assert "safety word 'smell of gas'" in found.why[0]
    assert said(post(text="smell of gas, you idiots"), near | {"hostility": 0.9}).verdict is Verdict.HOSTILE_PROBLEM
    assert not said(post(text="There is a smell of bread"), near).verdict.has_problem
    assert not said(post(text="smell of gas"), near | {"negative": 0.2}).verdict.has_problem
    assert not said(post(text="smell of gas"), near | {"problem": 0.01}).verdict.has_problem
