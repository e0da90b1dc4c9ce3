"""Who works here: teams and handlers, as routing, the desk and the alerts see them."""

from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from zoneinfo import ZoneInfo

from streams.cases.hours import Hours, parse_hours
from streams.routing.languages import ANY

#: Trained to speak with people who insult: asked for wherever a hostile problem goes.
NEGOTIATOR = "negotiator"


class Role(StrEnum):
    FRONT_LINE = "front_line"
    #: Gets customers back who left; may offer the most.
    WIN_BACK = "win_back"
    SUPERVISOR = "supervisor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A way a handler wants to be told."""

    #: `desk`, `email`, `webhook`, `apprise` or `console`.
    kind: str
    #: An address or URL; empty for `desk` and `console`.
    target: str = ""
    #: Kinds of case events to tell; None for those that concern people anyway.
    events: tuple[str, ...] | None = None
    #: From and until, on the handler's clock; may span midnight.
    quiet_hours: tuple[time, time] | None = None
    #: Minutes between digests; 0 tells each at once.
    digest_minutes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    id: str
    name: str
    #: Deadlines of its cases run in these.
    hours: Hours
    #: Handler id of who overdue and difficult cases escalate to.
    supervisor: str
    #: Handler id of who holds a case nobody else can take.
    fallback: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Handler:
    id: str
    name: str
    teams: tuple[str, ...]
    #: ISO 639-1 codes, or `*`.
    languages: frozenset[str]
    skills: frozenset[str]
    hours: Hours
    #: Open cases at once.
    capacity: int
    #: Most money to promise without asking, in the currency of the roster.
    authority: float
    role: Role
    email: str
    channels: tuple[Channel, ...]

    @property
    def zone(self) -> ZoneInfo:
        return self.hours.zone

    def speaks(self, lang: str) -> bool:
        """`lang` is a primary code; everybody may take a post whose language is not known (`und`)."""
        return lang in self.languages or ANY in self.languages or lang in ("und", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    #: The first is asked where a rule names none.
    teams: tuple[Team, ...]
    handlers: tuple[Handler, ...]
    currency: str

    def team(self, team_id: str) -> Team:
        """The first team stands in for one that left the roster: its cases still need hours and a fallback."""
        return next((team for team in self.teams if team.id == team_id), self.teams[0])

    def handler(self, handler_id: str) -> Handler | None:
        return next((handler for handler in self.handlers if handler.id == handler_id), None)

    def members(self, team_id: str) -> tuple[Handler, ...]:
        return tuple(handler for handler in self.handlers if team_id in handler.teams)

    def supervisor_of(self, team_id: str) -> str:
        return self.team(team_id).supervisor

    @staticmethod
    def default() -> "Roster":
        """Where there is no roster.toml: one person for everything, round the clock."""
        always = parse_hours(["mon-sun 00:00-24:00"], ZoneInfo("UTC"))
        me = Handler(
            id="me",
            name="Me",
            teams=("everyone",),
            languages=frozenset({ANY}),
            skills=frozenset({NEGOTIATOR}),
            hours=always,
            capacity=1_000_000,
            authority=0.0,
            role=Role.SUPERVISOR,
            email="",
            channels=(Channel(kind="desk"), Channel(kind="console")),
        )
        team = Team(id="everyone", name="Everyone", hours=always, supervisor="me", fallback="me")
        return Roster(teams=(team,), handlers=(me,), currency="EUR")
