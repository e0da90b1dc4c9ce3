"""Time as an argument: whoever needs the time is handed a clock."""

from collections.abc import Callable
from datetime import UTC, datetime

#: Tells the time: always aware, always UTC.
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The real clock; only `bootstrap` chooses it."""
    return datetime.now(UTC)
