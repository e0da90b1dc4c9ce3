"""What a case needs walks in; who gets it and why walks out, or the fallback and why nobody else could. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from streams.cases.case import Case
from streams.cases.deadlines import next_open
from streams.routing.languages import language_name, primary
from streams.routing.ports import AuthorKey
from streams.routing.roster import Handler, Roster

#: Handlers named with their reason when nobody could take a case; the rest are counted.
_NAMED = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    team: str
    #: As posts have it: `es`, `pt-BR`, `und`.
    lang: str
    skills: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    owner: str
    why: tuple[str, ...]
    #: The owner is the fallback, until somebody who fits is free.
    waiting: bool


def needs_of(case: Case) -> Needs:
    return Needs(team=case.team, lang=case.lang, skills=case.skills)


def assign(
    needs: Needs, roster: Roster, loads: Mapping[str, int], now: datetime, helped_before: str | None = None
) -> Assignment:
    """Whoever helped this author before, if free; else the least loaded for their capacity; else the first by id."""
    free = who_can(needs, roster, loads, now)
    if not free:
        return _fallback(needs, roster, loads, now)
    known = next((handler for handler in free if handler.id == helped_before), None)
    taken = known or min(free, key=lambda handler: (loads.get(handler.id, 0) / handler.capacity, handler.id))
    load = f"least loaded ({loads.get(taken.id, 0)} of {taken.capacity})"
    return Assignment(
        owner=taken.id,
        why=(*_fits(needs), "helped this author before" if known else load),
        waiting=False,
    )


def hand_out(
    cases: Iterable[Case],
    roster: Roster,
    loads: Mapping[str, int],
    now: datetime,
    helped_before: Mapping[AuthorKey, str],
) -> list[tuple[Case, Assignment]]:
    """An assignment for each case: the most severe first, then the oldest, so that no newer equal case overtakes."""
    taken = dict(loads)
    # Loads only grow in here: what nobody could take, nobody can take later.
    nobody: dict[Needs, Assignment] = {}
    handed = []
    for case in sorted(cases, key=lambda case: (-case.severity, case.opened_at, case.id)):
        needs = needs_of(case)
        assignment = nobody.get(needs)
        if assignment is None:
            assignment = assign(needs, roster, taken, now, helped_before.get((case.source, case.author)))
            if assignment.waiting:
                nobody[needs] = assignment
            else:
                taken[assignment.owner] = taken.get(assignment.owner, 0) + 1
        handed.append((case, assignment))
    return handed


def who_can(needs: Needs, roster: Roster, loads: Mapping[str, int], now: datetime) -> list[Handler]:
    """Everybody of the team who fits and is free."""
    members = roster.members(roster.team(needs.team).id)
    return [handler for handler in members if why_not(handler, needs, loads, now) is None]


def why_not(handler: Handler, needs: Needs, loads: Mapping[str, int], now: datetime) -> str | None:
    """Why this handler cannot take it now, in a few words; None when they can."""
    if not handler.speaks(primary(needs.lang)):
        return f"no {language_name(primary(needs.lang))}"
    if missing := [skill for skill in needs.skills if skill not in handler.skills]:
        return f"no {missing[0]}"
    if loads.get(handler.id, 0) >= handler.capacity:
        return f"full, {loads.get(handler.id, 0)} of {handler.capacity}"
    if not handler.hours.is_open(now):
        return _off_shift(handler, now)
    return None


def _off_shift(handler: Handler, now: datetime) -> str:
    try:
        back = next_open(now, handler.hours).astimezone(handler.zone)
    except ValueError:
        return "off shift"
    near = back - now < timedelta(days=6)
    return f"off shift until {back:%a %H:%M}" if near else f"off shift until {back:%a %d %b %H:%M}"


def _fits(needs: Needs) -> tuple[str, ...]:
    lang = primary(needs.lang)
    spoken = () if lang in ("", "und") else (f"speaks {language_name(lang)}",)
    return (*spoken, *needs.skills)


def _fallback(needs: Needs, roster: Roster, loads: Mapping[str, int], now: datetime) -> Assignment:
    members = roster.members(roster.team(needs.team).id)
    reasons = [f"{handler.id}: {why_not(handler, needs, loads, now)}" for handler in members[:_NAMED]]
    if len(members) > _NAMED:
        reasons.append(f"and {len(members) - _NAMED} more")
    nobody = "nobody who fits is free" if members else "nobody is in this team"
    return Assignment(owner=roster.team(needs.team).fallback, why=(nobody, *reasons), waiting=True)
