"""A moment and an amount of working time walk in; the moment it is used up walks out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from streams.cases.hours import Hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Working hours until somebody has to have spoken with the customer, and until the problem has to be solved."""

    first_contact_hours: float
    resolution_hours: float


#: By severity, where no rule says otherwise. The most urgent is called within the hour and solved within a working day.
DEFAULT_LIMITS = {
    4: Limits(first_contact_hours=1, resolution_hours=8),
    3: Limits(first_contact_hours=2, resolution_hours=16),
    2: Limits(first_contact_hours=4, resolution_hours=24),
    1: Limits(first_contact_hours=8, resolution_hours=40),
}

#: Holidays this long in a row are a mistake in the roster, and no reason to search on.
_FAR = 400


def add_working(start: datetime, hours: float, calendar: Hours) -> datetime:
    """When `hours` of working time after `start` are used up, in UTC.

    Nothing to use up ends at the next working moment. Raises `ValueError` when nobody works for a year and more.
    """
    left = timedelta(hours=hours)
    for opens, closes in _spans_from(start, calendar):
        if left <= closes - opens:
            return opens + left
        left -= closes - opens
    raise ValueError(f"nobody works for {_FAR} days in a row")


def working_between(start: datetime, end: datetime, calendar: Hours) -> timedelta:
    """Working time from `start` to `end`; zero when `end` is not later."""
    total, day = timedelta(), calendar.local_day(start)
    last = calendar.local_day(end)
    while day <= last:
        for opens, closes in calendar.spans(day):
            total += max(timedelta(), min(closes, end) - max(opens, start))
        day += timedelta(days=1)
    return total


def next_open(moment: datetime, calendar: Hours) -> datetime:
    """`moment` itself while open, else when work starts again, in UTC."""
    return add_working(moment, 0, calendar)


def _spans_from(start: datetime, calendar: Hours) -> Iterator[tuple[datetime, datetime]]:
    """What is left of the working spans from `start` on."""
    start = start.astimezone(UTC)
    day, idle = calendar.local_day(start), 0
    while idle <= _FAR:
        spans = calendar.spans(day)
        idle = 0 if spans else idle + 1
        for opens, closes in spans:
            if closes > start:
                yield max(opens, start), closes
        day += timedelta(days=1)
