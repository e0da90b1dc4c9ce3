"""Who hears of an event, in which words, and when."""

from datetime import UTC, datetime, time, timedelta

import pytest

from streams.notify.notices import QuietHours, Way, alerts_for
from tests.unit.notify.cast import MADRID, NOW, event, facts, people


def told(*args: object, ways: tuple[Way, ...] = (), now: datetime = NOW, **other: object):
    return alerts_for(*args, people(*ways), desk_url="http://desk", now=now, **other)  # type: ignore[arg-type]


def test_the_new_owner_hears_in_two_lines_what_went_wrong_for_whom_how_hostile_why_and_by_when() -> None:
    """An alert answers the handler's five questions and links to the case."""
    (alert,) = told(event(), facts())
    assert alert.handler == "ana"
    assert "broke the vase" in alert.title
    assert "@marta on bluesky, about Lumo" in alert.title
    assert "sounds furious (hostility 0.91)" in alert.body
    assert "problem 0.88 >= 0.40" in alert.body
    assert "call by 16:00" in alert.body, "in the handler's own time zone"
    assert "\n" not in alert.title + alert.body
    assert alert.url == "http://desk/cases/c-1"


def test_the_same_event_makes_the_same_alert_ids() -> None:
    """What comes again after a crash is recognised by its id."""
    assert [a.id for a in told(event(), facts())] == [
        a.id for a in told(event(), facts(), now=NOW + timedelta(hours=1))
    ]


def test_a_case_nobody_fits_is_said_to_the_fallback_and_to_the_supervisor() -> None:
    """A case that no one can take is loud."""
    alerts = told(event(waiting=True), facts())
    assert {a.handler for a in alerts} == {"ana", "sol"}
    assert all(a.title.startswith("Nobody fits") for a in alerts)


def test_two_ways_of_one_kind_are_two_alerts() -> None:
    """A handler with two addresses hears at both."""
    ways = (Way(channel="email", target="a@b.c"), Way(channel="email", target="d@e.f"))
    first, second = told(event(), facts(), ways=ways)
    assert (first.id, first.target) == ("c-1/2/ana/email", "a@b.c")
    assert (second.id, second.target) == ("c-1/2/ana/email-2", "d@e.f")
    assert second.channel == "email"


def test_people_are_not_told_of_what_they_did_themselves() -> None:
    """Claiming a case does not ring one's own bell."""
    assert told(event(actor="ana"), facts()) == ()


def test_events_outside_a_ways_list_stay_silent_there() -> None:
    """Each channel carries the events its handler chose."""
    ways = (Way(channel="desk"), Way(channel="email", target="a@b.c", events=("overdue",)))
    assert [a.channel for a in told(event(), facts(), ways=ways)] == ["desk"]
    assert [
        a.channel for a in told(event("overdue", deadline="first_contact", due=NOW.isoformat()), facts(), ways=ways)
    ] == [
        "desk",
        "email",
    ]


def test_an_overdue_alert_names_the_deadline_that_passed() -> None:
    """Not the one that passed before it."""
    (alert,) = told(event("overdue", deadline="resolution", due=(NOW - timedelta(hours=1)).isoformat()), facts())
    assert "resolution was due 14:00" in alert.body


def test_the_reason_is_one_that_held_and_danger_comes_first() -> None:
    """`problem 0.15 < 0.22` flags nothing."""
    why = ("problem 0.15 < 0.22", "wrote again in the same conversation", "severity 4: safety word 'fire'")
    (alert,) = told(event(), facts(why=why))
    assert "flagged because severity 4: safety word 'fire'" in alert.body
    (alert,) = told(event(), facts(why=why[:2]))
    assert "flagged because wrote again" in alert.body
    (alert,) = told(event(), facts(why=why[:1]))
    assert "flagged because hostile problem" in alert.body


def test_an_escalation_goes_to_the_supervisor_with_its_reason() -> None:
    """The supervisor learns why they are needed."""
    (alert,) = told(event("escalated", to="sol", why="first contact is overdue"), facts())
    assert alert.handler == "sol"
    assert "first contact is overdue" in alert.title


def test_a_note_concerns_nobody() -> None:
    """Not every change is an alert."""
    assert told(event("noted", text="x"), facts()) == ()


def test_a_rating_without_words_is_told_by_its_stars() -> None:
    """Silent customers are quoted by what they did say."""
    (alert,) = told(event(), facts(problem="", instead="1 of 5 for punctuality", hostility=None))
    assert "1 of 5 for punctuality" in alert.title
    assert "rating only" in alert.body


NIGHT = QuietHours(start=time(22), end=time(7))


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        (datetime(2026, 3, 2, 22, 30, tzinfo=UTC), datetime(2026, 3, 3, 6, 0, tzinfo=UTC)),
        (datetime(2026, 3, 3, 2, 0, tzinfo=UTC), datetime(2026, 3, 3, 6, 0, tzinfo=UTC)),
        (datetime(2026, 3, 2, 12, 0, tzinfo=UTC), None),
    ],
)
def test_quiet_hours_span_midnight_in_the_handlers_zone(moment: datetime, until: datetime | None) -> None:
    """22:00 to 07:00 in Madrid is quiet on both sides of midnight."""
    assert NIGHT.until(moment, MADRID) == until


def test_quiet_alerts_wait_for_the_morning_and_leave_as_one() -> None:
    """A night's alerts arrive together."""
    late = datetime(2026, 3, 2, 23, 0, tzinfo=UTC)
    first, second = (
        told(event(number=n), facts(), ways=(Way(channel="email", target="a@b.c", quiet=NIGHT),), now=late)[0]
        for n in (1, 2)
    )
    assert first.due_at == datetime(2026, 3, 3, 6, 0, tzinfo=UTC)
    assert first.digest == second.digest != ""


def test_danger_waits_for_nothing() -> None:
    """Severity 4 goes through quiet hours and digests."""
    way = Way(channel="email", target="a@b.c", quiet=QuietHours(start=time(0), end=time(23, 59)), digest_minutes=60)
    (alert,) = told(event(), facts(severity=4), ways=(way,))
    assert (alert.due_at, alert.digest) == (NOW, "")


def test_a_digest_leaves_at_the_next_full_span() -> None:
    """Every half hour means on the half hour."""
    way = Way(channel="email", target="a@b.c", digest_minutes=30)
    (alert,) = told(event(), facts(), ways=(way,), now=NOW + timedelta(minutes=7))
    assert alert.due_at == NOW + timedelta(minutes=30)
    assert alert.digest.startswith("ana/email/")
