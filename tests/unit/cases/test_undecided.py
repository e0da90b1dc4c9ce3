"""Posts that hang by a hair are called undecided, with what they hung by."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.cases.triage import BEHIND_AN_INSULT, UNSURE, Thresholds, triage, verdict
from tests.unit.cases.cast import THRESHOLDS, post, scores

BAND = replace(THRESHOLDS, undecided=0.1)
BEHIND = THRESHOLDS.problem * BEHIND_AN_INSULT
SHARE = st.floats(0, 1)


def said(heads, *, thresholds: Thresholds = BAND, **details):
    return triage(post(**details), scores(**heads), thresholds, low_rating=2.0)


@pytest.mark.parametrize(
    ("heads", "undecided"),
    [
        ({"problem": 0.34}, True),  # a problem by a hair less
        ({"problem": 0.36}, True),
        ({"problem": 0.27}, True),  # the odds of 0.35 over those of 0.6 to 0.4
        ({"problem": 0.25}, False),
        ({"problem": 0.44}, True),
        ({"problem": 0.46}, False),
        ({"problem": BEHIND, "hostility": 0.9}, True),  # behind an insult less is the line
        ({"problem": 0.34, "hostility": 0.9}, False),
        ({"problem": 0.9, "hostility": 0.45}, True),  # an insult with it, or none
        ({"problem": BEHIND, "hostility": 0.45}, True),  # a problem if it is an insult, else a mention
        ({"problem": 0.05, "hostility": 0.45}, False),  # an insult or a mention: nobody's case
        ({"problem": 0.9}, False),
        ({}, False),
        ({"positive": 0.6}, False),
        ({"problem": 0.9, "constructiveness": 0.5}, False),  # complaint or grievance: a case either way
    ],
)
def test_what_decides_whether_somebody_acts_must_be_clear(heads, undecided):
    """The problem wherever stars do not tell of one; hostility where a problem is, or hangs by it."""
    found = said(heads)
    assert found.undecided is undecided
    assert any(line.startswith(UNSURE) for line in found.why) is undecided


def test_the_reason_is_said_last_with_both_numbers():
    """Also where two digits would read alike."""
    assert said({"problem": 0.3499}).why[-1] == "the machine was unsure: problem 0.3499 is close to 0.3500"
    both = said({"problem": 0.36, "hostility": 0.45}).why[-1]
    assert both == "the machine was unsure: problem 0.36 is close to 0.35, hostility 0.45 is close to 0.50"


@settings(deadline=None)
@given(problem=SHARE, hostility=SHARE, constructiveness=SHARE, positive=SHARE, band=st.floats(0, 0.49))
def test_the_verdict_stays_the_likeliest(problem, hostility, constructiveness, positive, band):
    """Whatever the band, it only adds a doubt."""
    heads = {"problem": problem, "hostility": hostility, "constructiveness": constructiveness, "positive": positive}
    found = said(heads, thresholds=replace(THRESHOLDS, undecided=band))
    assert found.verdict is verdict(scores(**heads), THRESHOLDS)
    assert found.why[: len(said(heads, thresholds=THRESHOLDS).why)] == said(heads, thresholds=THRESHOLDS).why


@settings(deadline=None)
@given(problem=SHARE, hostility=SHARE, line=SHARE, rating=st.none() | st.floats(1, 5))
def test_without_a_band_nothing_is_undecided(problem, hostility, line, rating):
    """Not even what lies on its line; and lines of 0 and 1 are lines too."""
    thresholds = Thresholds(problem=line, hostility=line, constructiveness=0.5, positive=0.5)
    heads = {"problem": problem, "hostility": hostility}
    assert not said(heads, thresholds=thresholds, rating=rating).undecided
    assert not said({"problem": line, "hostility": line}, thresholds=thresholds, rating=rating).undecided


@settings(deadline=None)
@given(problem=SHARE, band=st.floats(0, 0.49), wider=st.floats(0, 0.49))
def test_a_wider_band_holds_what_a_narrower_holds(problem, band, wider):
    """What a person raises the setting for."""
    narrow, wide = sorted((band, wider))
    if said({"problem": problem}, thresholds=replace(THRESHOLDS, undecided=narrow)).undecided:
        assert said({"problem": problem}, thresholds=replace(THRESHOLDS, undecided=wide)).undecided


def test_stars_leave_no_doubt_of_a_problem_but_of_the_insult():
    """One star is a problem whatever the text says."""
    assert not said({"problem": 0.34}, rating=1.0).undecided
    assert not said({"problem": 0.34}, aspects={"punctuality": 1}).undecided
    assert said({"problem": 0.34}, rating=4.0).undecided
    assert said({"problem": 0.0, "hostility": 0.45}, rating=1.0).undecided


def test_a_word_of_danger_opens_a_case_and_the_doubt_is_told():
    """Whoever calls should know that the machine was not sure."""
    found = said({"problem": 0.3, "negative": 0.9, "positive": 0.0}, text="There is a smell of gas")
    assert found.verdict.has_problem
    assert found.undecided
