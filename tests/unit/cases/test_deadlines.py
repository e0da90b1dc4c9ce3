from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.cases.deadlines import DEFAULT_LIMITS, add_working, next_open, working_between
from streams.cases.hours import parse_hours

MADRID = ZoneInfo("Europe/Madrid")
NEW_YORK = ZoneInfo("America/New_York")
OFFICE = parse_hours(["mon-fri 09:00-18:00"], MADRID)
LUNCH = parse_hours(["mon-fri 09:00-13:00 14:00-18:00", "sat 10:00-12:00"], MADRID, [date(2026, 12, 25)])
ALWAYS = parse_hours(["mon-sun 00:00-24:00"], NEW_YORK)
NIGHTS = parse_hours(["fri,sat 22:00-06:00"], MADRID)

CALENDARS = st.sampled_from([OFFICE, LUNCH, ALWAYS, NIGHTS])
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


def madrid(day: int, hour: int, minute: int = 0, month: int = 12) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=MADRID)


@pytest.mark.parametrize(
    ("start", "hours", "due", "calendar"),
    [
        (madrid(1, 10), 2, madrid(1, 12), OFFICE),
        (madrid(1, 17), 2, madrid(2, 10), OFFICE),
        (madrid(1, 12), 2, madrid(1, 15), LUNCH),  # through lunch
        (madrid(4, 17), 2, madrid(5, 11), LUNCH),  # Friday to Saturday
        (madrid(4, 17), 2, madrid(7, 10), OFFICE),  # over the weekend
        (madrid(5, 3), 1, madrid(7, 10), OFFICE),  # heard on a Saturday night
        (madrid(24, 17), 2, madrid(26, 11), LUNCH),  # over Christmas, to Saturday
        (madrid(1, 9), 9, madrid(1, 18), OFFICE),  # due when the day ends, not when the next begins
        (madrid(1, 20), 0, madrid(2, 9), OFFICE),
        (madrid(4, 23), 4, madrid(5, 3), NIGHTS),  # a shift over midnight
    ],
)
def test_deadlines_count_in_working_hours(start, hours, due, calendar):
    """Nights, lunch, weekends and holidays do not use up time."""
    assert add_working(start, hours, calendar) == due


def test_clock_changes_neither_give_nor_take_time():
    """Three o'clock comes twice on the last Sunday of October, and two o'clock not at all in March."""
    october = datetime(2026, 10, 25, 0, 30, tzinfo=NEW_YORK) + timedelta(days=7)
    assert add_working(october, 4, ALWAYS) - october.astimezone(UTC) == timedelta(hours=4)
    sunday_night = parse_hours(["sun 00:00-06:00"], MADRID)
    start = datetime(2026, 3, 29, 0, 0, tzinfo=MADRID)
    assert add_working(start, 5, sunday_night) == datetime(2026, 3, 29, 6, 0, tzinfo=MADRID)
    assert working_between(start, start + timedelta(days=1), sunday_night) == timedelta(hours=5)
    office_day = parse_hours(["mon-sun 09:00-18:00"], MADRID)
    saturday = datetime(2026, 3, 28, 17, 0, tzinfo=MADRID)
    assert add_working(saturday, 2, office_day) == datetime(2026, 3, 29, 10, 0, tzinfo=MADRID)


def test_a_period_that_ends_in_the_skipped_hour_is_not_counted_twice():
    """Half past two is skipped in New York on 8 March: from midnight to four there are three hours, not more."""
    nights = parse_hours(["sun 00:00-02:30 03:00-04:00"], NEW_YORK)
    start = datetime(2026, 3, 8, 0, 0, tzinfo=NEW_YORK)
    assert working_between(start, start + timedelta(hours=12), nights) == timedelta(hours=3)


def test_next_open_is_now_while_open():
    assert next_open(madrid(1, 10), OFFICE) == madrid(1, 10)
    assert next_open(madrid(4, 18), OFFICE) == madrid(7, 9)
    assert OFFICE.is_open(madrid(1, 9))
    assert not OFFICE.is_open(madrid(1, 18))


@given(start=MOMENTS, hours=st.integers(0, 200), calendar=CALENDARS)
def test_working_time_up_to_a_deadline_is_what_was_asked(start, hours, calendar):
    """Adding and measuring agree to the second, in every zone and over every change of the clock."""
    due = add_working(start, hours, calendar)
    assert due >= start
    assert working_between(start, due, calendar) == timedelta(hours=hours)


@given(start=MOMENTS, first=st.integers(0, 100), second=st.integers(1, 100), calendar=CALENDARS)
def test_more_time_is_never_due_earlier(start, first, second, calendar):
    assert add_working(start, first, calendar) < add_working(start, first + second, calendar)


def test_nobody_working_for_a_year_is_said():
    """Instead of searching for ever."""
    closed = parse_hours(["mon 09:00-10:00"], MADRID, [date(2026, 1, 1) + timedelta(days=day) for day in range(900)])
    with pytest.raises(ValueError, match="nobody works"):
        add_working(madrid(1, 9, month=1), 1, closed)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("mon-fry 09:00-18:00", "'fry'"),
        ("mon-fri", "has no times"),
        ("mon-fri 9-18", "'9-18'"),
        ("mon-fri 09:00-25:00", "'09:00-25:00'"),
        ("mon 09:70-10:00", "'09:70-10:00'"),
        ("mon 09:00-09:00", "'09:00-09:00'"),
        ("", "has no times"),
    ],
)
def test_hours_that_cannot_be_read_are_named(line, complaint):
    with pytest.raises(ValueError, match=complaint):
        parse_hours([line], MADRID)


def test_hours_are_read_as_people_write_them():
    """Lists of days with or without spaces, weeks that wrap, periods that touch."""
    assert parse_hours(["Sat, Sun 10:00-12:00"], MADRID).week[5:] == (((600, 720),), ((600, 720),))
    assert [bool(day) for day in parse_hours(["fri-mon 09:00-10:00"], MADRID).week] == [True] + [False] * 3 + [True] * 3
    assert parse_hours(["mon 09:00-13:00 12:00-18:00"], MADRID).week[0] == ((540, 1080),)
    assert parse_hours(["sun 22:00-00:00"], MADRID).week[0] == ()


def test_more_severe_cases_have_less_time():
    limits = [DEFAULT_LIMITS[severity] for severity in (4, 3, 2, 1)]
    assert limits == sorted(limits, key=lambda limit: (limit.first_contact_hours, limit.resolution_hours))
    assert len({limit.first_contact_hours for limit in limits}) == 4
