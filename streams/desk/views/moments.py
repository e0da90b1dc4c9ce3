"""Times walk in; what pages show for them walks out."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from streams.desk.words import time_left


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    #: For machines, UTC.
    iso: str
    #: `19:40` today, `21 Nov 19:40` this year, `21 Nov 2025 19:40` before.
    text: str
    #: `Sunday 22 November 2026, 19:40 UTC`.
    full: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    iso: str
    #: Exact.
    text: str
    full: str
    #: `Sun 22 Nov, 19:40`.
    exact: str
    #: `2 h 10 min left`, `overdue by 35 min`.
    left: str
    late: bool


def moment(at: datetime, now: datetime, zone: ZoneInfo) -> Moment:
    local, today = at.astimezone(zone), now.astimezone(zone)
    if local.date() == today.date():
        text = f"{local:%H:%M}"
    elif local.year == today.year:
        text = f"{local.day} {local:%b %H:%M}"
    else:
        text = f"{local.day} {local:%b %Y %H:%M}"
    return Moment(iso=_iso(at), text=text, full=f"{local:%A} {local.day} {local:%B %Y, %H:%M %Z}")


def due(at: datetime, now: datetime, zone: ZoneInfo) -> Due:
    when = moment(at, now, zone)
    local = at.astimezone(zone)
    return Due(
        iso=when.iso,
        text=when.text,
        full=when.full,
        exact=f"{local:%a} {local.day} {local:%b, %H:%M}",
        left=time_left(at, now),
        late=at <= now,
    )


def local_input(at: datetime, zone: ZoneInfo) -> str:
    """The value of a `datetime-local` field."""
    return f"{at.astimezone(zone):%Y-%m-%dT%H:%M}"


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
