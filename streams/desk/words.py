"""Values of the case book walk in, the words the desk shows for them walk out."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from streams.records import Verdict
from streams.routing.languages import language_name

VERDICTS: Mapping[Verdict, str] = MappingProxyType(
    {
        Verdict.HOSTILE_PROBLEM: "Problem told with insult",
        Verdict.COMPLAINT: "Complaint",
        Verdict.GRIEVANCE: "Vague grievance",
        Verdict.ABUSE: "Insult only",
        Verdict.PRAISE: "Praise",
        Verdict.MENTION: "Mention",
    }
)

SEVERITIES: Mapping[int, str] = MappingProxyType({0: "unrated", 1: "low", 2: "moderate", 3: "high", 4: "urgent"})

CHANNELS: Mapping[str, str] = MappingProxyType(
    {
        "call": "Call",
        "direct_message": "Direct message",
        "visit": "Visit",
        "email": "E-mail",
        "public_reply": "Public reply",
    }
)

OUTCOMES: Mapping[str, str] = MappingProxyType(
    {
        "returned": "Came back and bought again",
        "satisfied": "Satisfied",
        "unsatisfied": "Not satisfied",
        "unreachable": "Could not be reached",
    }
)

DEADLINES: Mapping[str, str] = MappingProxyType(
    {
        "first_contact": "First contact",
        "resolution": "Resolution",
        "promise": "Promise",
        "follow_up": "Follow-up",
    }
)

MARKS: Mapping[str, str] = MappingProxyType({"misexplained": "Badly explained by us", "malicious": "Malicious"})


def language(code: str) -> str:
    """`es` is `Spanish`, `und` is `unknown language`; a code nobody gave a name stands for itself."""
    return "unknown language" if code == "und" else language_name(code)


def span(length: timedelta) -> str:
    """A length of time in its two largest units: `3 d 4 h`, `2 h 10 min`, `35 min`, `under a minute`."""
    minutes = int(length.total_seconds() // 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min" if minutes else "under a minute"


def time_left(due: datetime, now: datetime) -> str:
    """`2 h 10 min left` before, `overdue by 35 min` after."""
    return f"{span(due - now)} left" if due > now else f"overdue by {span(now - due)}"


def ago(then: datetime, now: datetime) -> str:
    """`35 min ago`; a time not before `now` is `just now`."""
    return f"{span(now - then)} ago" if now - then >= timedelta(minutes=1) else "just now"


def percent(share: float) -> str:
    return f"{round(share * 100)}%"


def counted(number: int, one: str, many: str = "") -> str:
    """`1 post`, `3 posts`."""
    return f"{number} {one if number == 1 else many or one + 's'}"
