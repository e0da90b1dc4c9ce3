"""roster.toml walks in; the roster walks out, or every mistake in it."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, time
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from streams.cases.codec import EVENT_KINDS
from streams.cases.hours import Hours, parse_hours
from streams.routing.languages import ANY, LANGUAGES, primary
from streams.routing.roster import NEGOTIATOR, Channel, Handler, Role, Roster, Team
from streams.routing.toml_file import Mistake, TomlFile, did_you_mean

_QUIET = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)-([01]?\d|2[0-3]):([0-5]\d)")
#: Channels that need no target.
_AT_HAND = ("desk", "console")


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _channel(value: object) -> object:
    return {"kind": value} if isinstance(value, str) else value


def _quiet(value: str) -> str:
    if value and not _QUIET.fullmatch(value):
        raise ValueError(f"{value!r} is no span of the day; write for example 22:00-07:00")
    return value


Lines = Annotated[list[str], BeforeValidator(_listed)]
Id = Annotated[str, Field(pattern=r"^[\w.-]+$", max_length=64)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class ChannelTable(_Table):
    kind: Literal["desk", "email", "webhook", "apprise", "console"]
    target: str = ""
    events: list[str] | None = None
    quiet_hours: Annotated[str, BeforeValidator(_quiet)] = ""
    digest_minutes: Annotated[int, Field(ge=0, le=24 * 60)] = 0


class TeamTable(_Table):
    id: Id
    name: str = ""
    timezone: str = "UTC"
    hours: Lines
    holidays: list[date] = []
    supervisor: str
    fallback: str


class HandlerTable(_Table):
    id: Id
    name: str = ""
    teams: Annotated[list[str], Field(min_length=1)]
    languages: Annotated[list[str], Field(min_length=1)]
    skills: list[str] = []
    timezone: str | None = None
    hours: Annotated[list[str] | None, BeforeValidator(_listed)] = None
    capacity: Annotated[int, Field(ge=0)] = 10
    authority: Annotated[float, Field(ge=0)] = 0.0
    role: Literal["front_line", "win_back", "supervisor"] = "front_line"
    email: str = ""
    channels: list[Annotated[ChannelTable, BeforeValidator(_channel)]] = [ChannelTable(kind="desk")]


class RosterTable(_Table):
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "EUR"
    teams: Annotated[list[TeamTable], Field(min_length=1)]
    handlers: Annotated[list[HandlerTable], Field(min_length=1)]


def load_roster(path: Path) -> Roster:
    """The roster in this file, or `Roster.default()` where there is none. Raises `Misconfigured` (HO-ROSTER)."""
    if not path.exists():
        return Roster.default()
    file = TomlFile(path, path.read_text(encoding="utf-8"), error_id="HO-ROSTER", docs="docs/rules.md")
    table = file.read(RosterTable)
    file.refuse([*_mistakes(table)])
    teams = {team.id: team for team in table.teams}
    return Roster(
        teams=tuple(_team(team) for team in table.teams),
        handlers=tuple(_handler(handler, teams[handler.teams[0]]) for handler in table.handlers),
        currency=table.currency,
    )


def _team(table: TeamTable) -> Team:
    hours = parse_hours(table.hours, ZoneInfo(table.timezone), table.holidays)
    return Team(
        id=table.id, name=table.name or table.id, hours=hours, supervisor=table.supervisor, fallback=table.fallback
    )


def _handler(table: HandlerTable, team: TeamTable) -> Handler:
    """Hours, zone and holidays are those of the first team where the handler has none of their own."""
    return Handler(
        id=table.id,
        name=table.name or table.id,
        teams=tuple(table.teams),
        languages=frozenset(table.languages),
        skills=frozenset(table.skills),
        hours=parse_hours(table.hours or team.hours, ZoneInfo(table.timezone or team.timezone), team.holidays),
        capacity=table.capacity,
        authority=table.authority,
        role=Role(table.role),
        email=table.email,
        channels=tuple(_way(channel, table.email) for channel in table.channels),
    )


def _way(table: ChannelTable, email: str) -> Channel:
    quiet = _QUIET.fullmatch(table.quiet_hours)
    start, end = (time(int(quiet[1]), int(quiet[2])), time(int(quiet[3]), int(quiet[4]))) if quiet else (None, None)
    return Channel(
        kind=table.kind,
        target=table.target or (email if table.kind == "email" else ""),
        events=None if table.events is None else tuple(table.events),
        quiet_hours=(start, end) if start is not None and end is not None else None,
        digest_minutes=table.digest_minutes,
    )


def _mistakes(table: RosterTable) -> Iterator[Mistake]:
    yield from _repeated("teams", [team.id for team in table.teams])
    yield from _repeated("handlers", [handler.id for handler in table.handlers])
    people = {handler.id for handler in table.handlers}
    for place, team in enumerate(table.teams):
        at = ("teams", place)
        yield from _clock_mistakes(at, team.timezone, team.hours)
        for key, who in (("supervisor", team.supervisor), ("fallback", team.fallback)):
            if who not in people:
                message = f"team {team.id!r}: {key} {who!r} is no handler{did_you_mean(who, people)}"
                yield Mistake(path=(*at, key), message=message)
    teams = {team.id for team in table.teams}
    for place, handler in enumerate(table.handlers):
        yield from _handler_mistakes(("handlers", place), handler, teams)
    yield from _authority_mistakes(table.handlers)


def _handler_mistakes(at: tuple[str | int, ...], handler: HandlerTable, teams: set[str]) -> Iterator[Mistake]:
    who = f"handler {handler.id!r}"
    yield from _clock_mistakes(at, handler.timezone, handler.hours)
    for team in handler.teams:
        if team not in teams:
            yield Mistake(
                path=(*at, "teams"), message=f"{who}: no team {team!r}{did_you_mean(team, teams)}", value=team
            )
    for lang in handler.languages:
        if lang not in LANGUAGES and lang != ANY:
            meant = _code(lang)
            hint = f"; did you mean {meant!r}?" if meant else "; write ISO 639-1 codes such as 'en', or '*' for all"
            yield Mistake(path=(*at, "languages"), message=f"{who}: no language {lang!r}{hint}", value=lang)
    for skill in handler.skills:
        # Skills are free words, but this one decides who is asked to calm people: a slip of the pen must not hide it.
        hint = did_you_mean(skill, [NEGOTIATOR])
        if skill != NEGOTIATOR and "did you mean" in hint:
            yield Mistake(path=(*at, "skills"), message=f"{who}: no skill {skill!r}{hint}", value=skill)
    for place, channel in enumerate(handler.channels):
        where = (*at, "channels", place)
        if channel.kind not in _AT_HAND and not (channel.target or (channel.kind == "email" and handler.email)):
            yield Mistake(path=where, message=f"{who}: the {channel.kind} channel has no target", value=channel.kind)
        for event in channel.events or []:
            if event not in EVENT_KINDS:
                message = f"{who}: no event {event!r}{did_you_mean(event, EVENT_KINDS)}"
                yield Mistake(path=(*where, "events"), message=message, value=event)


def _clock_mistakes(at: tuple[str | int, ...], timezone: str | None, hours: list[str] | None) -> Iterator[Mistake]:
    if timezone is not None and timezone not in available_timezones():
        hint = did_you_mean(timezone, available_timezones())
        hint = hint if "did you mean" in hint else "; write for example 'Europe/Madrid'"
        yield Mistake(path=(*at, "timezone"), message=f"no time zone {timezone!r}{hint}")
    if hours is not None:
        try:
            _: Hours = parse_hours(hours, ZoneInfo("UTC"))
        except ValueError as wrong:
            yield Mistake(path=(*at, "hours"), message=f"hours: {wrong}")


def _authority_mistakes(handlers: list[HandlerTable]) -> Iterator[Mistake]:
    """Whoever speaks with the customer first must be able to keep them: at least half of what win-back may offer."""
    ceiling = max((handler.authority for handler in handlers if handler.role == "win_back"), default=0.0)
    for place, handler in enumerate(handlers):
        if handler.role == "front_line" and handler.authority < ceiling / 2:
            yield Mistake(
                path=("handlers", place, "authority"),
                message=f"handler {handler.id!r}: authority {handler.authority:g} is under half of what win-back may "
                f"offer ({ceiling:g}); the front line needs at least {ceiling / 2:g} to keep a customer",
            )


def _repeated(key: str, ids: list[str]) -> Iterator[Mistake]:
    counts = Counter(ids)
    for place, one in enumerate(ids):
        if counts[one] > 1 and ids.index(one) != place:
            yield Mistake(path=(key, place, "id"), message=f"{key}: {one!r} is there twice")


def _code(lang: str) -> str:
    """The code a person may have meant by a language's name, or by a code with a country; empty when unclear."""
    by_name = [code for code, name in LANGUAGES.items() if name.lower() == lang.strip().lower()]
    return next(iter(by_name), primary(lang) if primary(lang) in LANGUAGES else "")
