"""Cases and posts become rows and come back exactly."""

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.cases.case import Case, Promise, Status, deadlines
from streams.cases.triaged import TriagedPost
from streams.records import Effect, Evidence, Post, Scores, Sentiment, Verdict
from streams.routing.ports import Change
from streams.storage.rows import case_from_row, case_to_row, folded, likeliest, post_from_row, post_to_row
from tests.support.book_samples import NOON, full_case, hours, new_case, post, scores, triaged

TEXTS = st.text(st.characters(codec="utf-8"))
TIMES = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
SHARES = st.floats(0, 1)
TUPLES = st.lists(TEXTS, max_size=3).map(tuple)

PROMISES = st.builds(Promise, cause=TEXTS, solution=TEXTS, due=TIMES, responsible=TEXTS)
CASES = st.builds(
    Case,
    id=TEXTS,
    status=st.sampled_from(Status),
    source=TEXTS,
    author=TEXTS,
    author_name=TEXTS,
    brand=TEXTS,
    lang=TEXTS,
    verdict=st.sampled_from(Verdict),
    post_ids=TUPLES,
    conversation_ids=TUPLES,
    opened_at=TIMES,
    first_post_at=TIMES,
    last_post_at=TIMES,
    rule=TEXTS,
    team=TEXTS,
    skills=TUPLES,
    owner=TEXTS,
    helpers=TUPLES,
    first_contact_due=TIMES,
    resolution_due=TIMES,
    first_contact_at=st.none() | TIMES,
    promise=st.none() | PROMISES,
    follow_up_due=st.none() | TIMES,
    overdue=st.frozensets(st.sampled_from(["first_contact", "resolution", "promise", "follow_up"])),
    budget=st.floats(0, 1e6),
    approach=TEXTS,
    mark=TEXTS,
    outcome=TEXTS,
)
SCORES = st.builds(
    Scores,
    sentiment=st.builds(Sentiment, negative=SHARES, neutral=SHARES, positive=SHARES),
    hostility=SHARES,
    problem=SHARES,
    constructiveness=SHARES,
    emotionality=SHARES,
    model=TEXTS,
    evidence=st.lists(st.builds(Evidence, head=TEXTS, weight=SHARES), max_size=2).map(tuple),
)
POSTS = st.builds(
    Post,
    id=TEXTS,
    source=TEXTS,
    author=TEXTS,
    text=TEXTS,
    created_at=TIMES,
    heard_at=TIMES,
    lang=TEXTS,
    author_name=TEXTS,
    url=TEXTS,
    rating=st.none() | st.floats(1, 5),
    aspects=st.dictionaries(TEXTS, st.floats(1, 5), max_size=3),
    reach=st.none() | st.integers(0, 10**9),
)
TRIAGED = st.builds(
    TriagedPost,
    post=POSTS,
    scores=st.none() | SCORES,
    verdict=st.none() | st.sampled_from(Verdict),
    rule=TEXTS,
    effect=st.sampled_from(Effect),
    case_id=TEXTS,
    why=TUPLES,
    deleted_at=st.none() | TIMES,
    audit=st.booleans(),
    undecided=st.booleans(),
)


@settings(deadline=None, max_examples=60)
@given(case=CASES)
def test_any_case_comes_back_exactly(case: Case) -> None:
    """Whatever its fields hold."""
    row = case_to_row(Change(case=case, events=(), at=NOON, actor="ana"))
    assert case_from_row(SimpleNamespace(**row)) == case


@settings(deadline=None, max_examples=60)
@given(kept=TRIAGED)
def test_any_triaged_post_comes_back_exactly(kept: TriagedPost) -> None:
    """Whatever its fields hold; and its columns hold no NUL that PostgreSQL would choke on in what is searched."""
    row = post_to_row(kept)
    assert post_from_row(SimpleNamespace(**row)) == kept
    assert "\x00" not in (row["folded"] or "")


def test_the_day_of_a_post_is_that_of_utc() -> None:
    """An author in New York who writes at 20:00 writes on the next day."""
    late = post("1", created_at=datetime.fromisoformat("2026-03-01T20:00:00-05:00"))
    assert post_to_row(triaged(of=late))["day"] == "2026-03-02"


def test_a_post_without_a_case_is_not_made_searchable() -> None:
    """It is most of them, and nobody searches there."""
    assert post_to_row(triaged("1"))["folded"] is None
    assert post_to_row(triaged("1"))["case_id"] is None


def test_the_likeliest_sentiment_is_told() -> None:
    """Nothing without scores."""
    assert likeliest(None) == ""
    assert likeliest(scores(sentiment=Sentiment(negative=0.1, neutral=0.3, positive=0.6))) == "positive"


def test_folding_forgets_case_in_every_script() -> None:
    assert folded("Straße ЖАЛОБА") == folded("STRASSE жалоба")


@pytest.mark.parametrize(
    ("status", "expected"),
    [(Status.OPEN, {"resolution", "promise"}), (Status.RESOLVED, {"follow_up"}), (Status.CLOSED, set())],
)
def test_deadlines_that_bind_a_case_depend_on_how_far_it_is(status: Status, expected: set[str]) -> None:
    """Nobody has to make first contact twice; passed deadlines still bind."""
    assert set(deadlines(replace(full_case(), status=status))) == expected


def test_a_new_case_is_due_at_first_contact_and_told_ones_wait_for_the_next() -> None:
    """`due_at` is what people see, `untold_due_at` what the clock looks for."""
    opening = new_case("1")[1]
    row = case_to_row(opening)
    assert (row["due_at"], row["untold_due_at"]) == (NOON + hours(4), NOON + hours(4))
    told = case_to_row(replace(opening, case=replace(opening.case, overdue=frozenset({"first_contact"}))))
    assert (told["due_at"], told["untold_due_at"]) == (NOON + hours(4), NOON + hours(24))


def test_a_post_kept_before_there_was_a_doubt_is_read_as_decided() -> None:
    """Its row says nothing of it."""
    row = post_to_row(triaged("1"))
    old = row["body"].replace(',"undecided":false', "")
    assert "undecided" not in old
    assert post_from_row(SimpleNamespace(body=old)) == triaged("1")
