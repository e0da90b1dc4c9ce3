"""Working hours as people write them walk in (`mon-fri 09:00-13:00 14:00-18:00`); spans of the week walk out."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_END = 24 * 60
_PERIOD = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_LIST = re.compile(r"\s*,\s*")

#: Minutes of the day, half open.
Period = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When somebody works, on the clock of their zone."""

    zone: ZoneInfo
    #: For each day from Monday: periods in order, none overlapping.
    week: tuple[tuple[Period, ...], ...]
    holidays: frozenset[date] = frozenset()

    def spans(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """The working spans of a local day, in UTC and in order."""
        return _spans(self, day)

    def local_day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def is_open(self, moment: datetime) -> bool:
        return any(start <= moment < end for start, end in self.spans(self.local_day(moment)))


def parse_hours(lines: Iterable[str], zone: ZoneInfo, holidays: Iterable[date] = ()) -> Hours:
    """Reads lines of days and periods; a period over midnight ends on the next day.

    Raises `ValueError` with a sentence that names what cannot be read.
    """
    week: list[list[Period]] = [[] for _ in DAYS]
    for line in lines:
        days, *periods = _LIST.sub(",", line.lower()).split() or [""]
        if not periods:
            raise ValueError(f"{line!r} has no times; write for example 'mon-fri 09:00-18:00'")
        for day in _days(days, line):
            for period in periods:
                start, end = _period(period, line)
                if start < end:
                    week[day].append((start, end))
                else:
                    week[day].append((start, _DAY_END))
                    week[(day + 1) % 7].append((0, end))
    if not any(week):
        raise ValueError("no working hours at all; write for example 'mon-fri 09:00-18:00'")
    return Hours(zone=zone, week=tuple(_ordered(day) for day in week), holidays=frozenset(holidays))


def _days(text: str, line: str) -> list[int]:
    days: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        for name in (first, last or first):
            if name not in DAYS:
                raise ValueError(f"{name!r} in {line!r} is no day; the days are {', '.join(DAYS)}")
        start, end = DAYS.index(first), DAYS.index(last or first)
        days += [(start + step) % 7 for step in range((end - start) % 7 + 1)]
    return days


def _period(text: str, line: str) -> Period:
    match = _PERIOD.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} in {line!r} is no period; write for example 09:00-18:00")
    hours_from, minutes_from, hours_to, minutes_to = map(int, match.groups())
    start, end = hours_from * 60 + minutes_from, hours_to * 60 + minutes_to
    if minutes_from > 59 or minutes_to > 59 or start >= _DAY_END or end > _DAY_END or start == end:
        raise ValueError(f"{text!r} in {line!r} is no period of a day")
    return start, end


def _ordered(periods: list[Period]) -> tuple[Period, ...]:
    """In order, with what overlaps or touches made one."""
    ordered: list[Period] = []
    for start, end in sorted(periods):
        if end == 0:
            continue
        if ordered and start <= ordered[-1][1]:
            ordered[-1] = (ordered[-1][0], max(end, ordered[-1][1]))
        else:
            ordered.append((start, end))
    return tuple(ordered)


@lru_cache(maxsize=4096)
def _spans(hours: Hours, day: date) -> tuple[tuple[datetime, datetime], ...]:
    if day in hours.holidays:
        return ()
    spans: list[tuple[datetime, datetime]] = []
    for start, end in hours.week[day.weekday()]:
        opens, closes = _moment(day, start, hours.zone), _moment(day, end, hours.zone)
        # A clock set forward can make two periods of one night overlap, or one end before it starts.
        opens = max(opens, spans[-1][1]) if spans else opens
        if opens < closes:
            spans.append((opens, closes))
    return tuple(spans)


def _moment(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """A time on the wall in UTC; a wall time that comes twice means the first, one that is skipped the moment after."""
    days, minutes = divmod(minute, _DAY_END)
    wall = datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=zone) + timedelta(days=days)
    return wall.astimezone(UTC)
