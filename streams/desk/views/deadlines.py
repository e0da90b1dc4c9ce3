"""A case walks in; its deadlines walk out as a bar from its first post to its last deadline, and as lines below it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from streams.cases.case import Case, Status
from streams.desk.views.moments import Due, due
from streams.desk.words import DEADLINES, span


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    label: str
    due: Due
    #: `met`, `missed` or `open`.
    state: str
    #: What stands beside it: the time left, or when it was met.
    words: str
    #: Place on the bar, percent.
    place: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineBar:
    deadlines: tuple[Deadline, ...]
    #: Place of now, percent.
    now: float
    over: bool
    #: For those who do not see the bar.
    words: str


def deadline_bar(case: Case, now: datetime, zone: ZoneInfo) -> DeadlineBar:
    times = [("first_contact", case.first_contact_due), ("resolution", case.resolution_due)]
    if case.promise is not None:
        times.append(("promise", case.promise.due))
    if case.follow_up_due is not None:
        times.append(("follow_up", case.follow_up_due))
    times.sort(key=lambda deadline: deadline[1])
    start = min(case.first_post_at, case.opened_at)
    end = max(now, times[-1][1]) + timedelta(minutes=1)

    def place(at: datetime) -> float:
        return round(100 * min(max((at - start) / (end - start), 0.0), 1.0), 2)

    lines = tuple(
        Deadline(
            label=DEADLINES[name],
            due=(when := due(at, now, zone)),
            state=(state := _state(case, name, at, now)),
            words=_words(case, name, state, when),
            place=place(at),
        )
        for name, at in times
    )
    return DeadlineBar(
        deadlines=lines,
        now=place(now),
        over=any(line.state == "missed" for line in lines),
        words="; ".join(f"{line.label}: {line.words}" for line in lines),
    )


def _state(case: Case, name: str, at: datetime, now: datetime) -> str:
    solved = case.status is not Status.OPEN
    met = {
        "first_contact": case.first_contact_at is not None,
        "resolution": solved,
        "promise": solved,
        "follow_up": case.status is Status.CLOSED,
    }[name]
    if met:
        return "met"
    return "missed" if at <= now else "open"


def _words(case: Case, name: str, state: str, when: Due) -> str:
    if state != "met":
        return when.left
    if name == "first_contact" and case.first_contact_at is not None:
        spent = span(case.first_contact_at - case.first_post_at)
        return f"done, {spent} after the post"
    return "done"
