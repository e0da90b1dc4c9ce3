from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.cases.case import Case
from streams.routing.assign import Needs, assign, hand_out, needs_of, why_not
from streams.routing.roster import Handler
from tests.unit.cases.cast import after, opening
from tests.unit.routing.cast import ANA, BEN, CARLA, NOON, OFFICE, at, handler, roster

ENGLISH = Needs(team="front", lang="en", skills=())
SPANISH = Needs(team="front", lang="es", skills=())
HOSTILE = Needs(team="front", lang="en", skills=("negotiator",))
NIGHT = NOON.replace(hour=22)


def test_language_and_skill_are_needed():
    assert assign(SPANISH, roster(), {}, NOON).owner == "ana"
    assert assign(HOSTILE, roster(), {}, NOON).why == ("speaks English", "negotiator", "least loaded (0 of 8)")


def test_countries_and_unknown_languages_are_taken():
    """Brazilian Portuguese is Portuguese; a post whose language nobody could tell is for everybody."""
    paulo = handler("paulo", languages=["pt"])
    assert assign(replace(ENGLISH, lang="pt-BR"), roster(paulo), {}, NOON).owner == "paulo"
    assert assign(replace(ENGLISH, lang="und"), roster(CARLA), {}, NOON).owner == "carla"


def test_least_loaded_for_their_capacity_wins_and_ties_go_by_id():
    assert assign(ENGLISH, roster(ANA, BEN), {}, NOON).owner == "ana"
    assert assign(ENGLISH, roster(ANA, BEN), {"ana": 1}, NOON).owner == "ben"
    big = replace(ANA, capacity=100)
    assert assign(ENGLISH, roster(big, BEN), {"ana": 10, "ben": 1}, NOON).owner == "ana"


def test_who_helped_before_is_chosen_while_available():
    """Over a less loaded colleague; but not when full, away, or without the language."""
    loads = {"ben": 7}
    known = assign(ENGLISH, roster(), loads, NOON, helped_before="ben")
    assert (known.owner, known.why[-1]) == ("ben", "helped this author before")
    assert assign(ENGLISH, roster(), {"ben": 8}, NOON, helped_before="ben").owner == "ana"
    assert assign(SPANISH, roster(), loads, NOON, helped_before="ben").owner == "ana"
    assert assign(ENGLISH, roster(), loads, NOON, helped_before="left-long-ago").owner == "ana"


def test_nobody_goes_to_the_fallback_with_a_reason_for_each():
    """Off shift, no language, full: whoever reads it knows what to change."""
    people = (replace(ANA, hours=OFFICE), BEN, replace(CARLA, languages=frozenset({"es"})))
    found = assign(SPANISH, roster(*people), {"carla": 8}, NIGHT)
    assert (found.owner, found.waiting) == ("fay", True)
    assert found.why == (
        "nobody who fits is free",
        "ana: off shift until Tue 09:00",
        "ben: no Spanish",
        "carla: full, 8 of 8",
    )


def test_off_shift_names_the_day_in_the_handlers_own_zone():
    """Over the weekend it is Monday; further away the date is said."""
    friday_night = NOON + timedelta(days=4, hours=10)
    assert why_not(replace(BEN, hours=OFFICE), ENGLISH, {}, friday_night) == "off shift until Mon 09:00"
    away = replace(OFFICE, holidays=frozenset((NOON + timedelta(days=day)).date() for day in range(10)))
    assert why_not(replace(BEN, hours=away), ENGLISH, {}, NOON) == "off shift until Thu 12 Mar 09:00"


def test_a_team_without_members_says_so():
    found = assign(replace(ENGLISH, team="front"), roster(handler("zed", teams=("lead",))), {}, NOON)
    assert (found.waiting, found.why) == (True, ("nobody is in this team",))


def test_a_team_that_left_the_roster_is_stood_in_for_by_the_first():
    assert assign(replace(ENGLISH, team="gone"), roster(BEN), {}, NOON).owner == "ben"


def test_long_teams_are_cut_short():
    crowd = [handler(f"h{number:02}", languages=["fi"]) for number in range(40)]
    why = assign(ENGLISH, roster(*crowd), {}, NOON).why
    assert len(why) == 14
    assert why[-1] == "and 28 more"


def case(name: str, *, severity: int = 2, hours: float = 0, lang: str = "en", skills: tuple[str, ...] = ()) -> Case:
    waiting = after(opening("fay", waiting=True, severity=severity, lang=lang, skills=skills))
    return replace(waiting, id=f"c-{name}", opened_at=at(hours), author=f"author-{name}")


def taken(cases: list[Case], one: Handler) -> list[str]:
    """Which cases find somebody, in the order they are handed out."""
    handed = hand_out(cases, roster(one), {}, NOON, {})
    return [found.id for found, assignment in handed if not assignment.waiting]


def test_the_most_severe_is_served_first_then_the_oldest():
    cases = [case("a", hours=1), case("b"), case("c", severity=4, hours=2)]
    assert taken(cases, replace(BEN, capacity=2)) == ["c-c", "c-b"]


@pytest.mark.parametrize("lang", ["fi", "es"])
def test_cases_nobody_can_take_do_not_hold_up_those_behind(lang):
    """A severe case in a language nobody speaks waits; the milder one behind it is served."""
    cases = [case("a", severity=4, lang=lang), case("b")]
    assert taken(cases, BEN) == ["c-b"]


CASES = st.lists(
    st.builds(
        lambda name, severity, hours, lang, skills: case(
            str(name), severity=severity, hours=hours, lang=lang, skills=skills
        ),
        st.integers(0, 10_000),
        st.integers(1, 4),
        st.integers(-48, 0),
        st.sampled_from(["en", "es", "fi", "und"]),
        st.sampled_from([(), ("negotiator",)]),
    ),
    max_size=20,
    unique_by=lambda one: one.id,
)
PEOPLE = st.lists(
    st.builds(
        lambda number, languages, skills, capacity, hours: handler(
            f"h{number}", languages=languages, skills=skills, capacity=capacity, hours=hours
        ),
        st.integers(0, 99),
        st.sets(st.sampled_from(["en", "es", "*"]), min_size=1),
        st.sampled_from([(), ("negotiator",)]),
        st.integers(0, 4),
        st.sampled_from([OFFICE, BEN.hours]),
    ),
    max_size=5,
    unique_by=lambda one: one.id,
)
LOADS = st.dictionaries(st.integers(0, 99).map(lambda number: f"h{number}"), st.integers(0, 9))


@given(cases=CASES, people=PEOPLE, loads=LOADS, now=st.sampled_from([NOON, NIGHT]))
def test_what_must_hold_whoever_waits_and_works(cases, people, loads, now):
    """Nobody above capacity, nobody who does not fit, no older equal case left behind, nobody idle while one waits."""
    crew = roster(*people) if people else replace(roster(), handlers=roster().handlers[-2:])
    handed = hand_out(cases, crew, loads, now, {})
    assert {one.id for one, _ in handed} == {one.id for one in cases}
    after_all = dict(loads)
    for waiting, assignment in handed:
        if assignment.waiting:
            assert assignment.owner == "fay"
            continue
        owner = crew.handler(assignment.owner)
        assert owner is not None
        assert why_not(owner, needs_of(waiting), after_all, now) is None
        after_all[owner.id] = after_all.get(owner.id, 0) + 1
        assert after_all[owner.id] <= owner.capacity
    left = [one for one, assignment in handed if assignment.waiting]
    taken = [one for one, assignment in handed if not assignment.waiting]
    for older in left:
        for newer in taken:
            if needs_of(older) == needs_of(newer) and older.severity >= newer.severity:
                assert (older.severity, newer.opened_at, newer.id) <= (older.severity, older.opened_at, older.id)
        free = [one for one in crew.members("front") if why_not(one, needs_of(older), after_all, now) is None]
        assert free == []


@given(cases=CASES, people=PEOPLE, loads=LOADS)
def test_assigning_is_pure_and_does_not_depend_on_the_order_of_the_input(cases, people, loads):
    crew = roster(*people) if people else roster()
    kept = dict(loads)
    forwards = hand_out(cases, crew, loads, NOON, {})
    assert hand_out(list(reversed(cases)), crew, loads, NOON, {}) == forwards
    assert loads == kept
