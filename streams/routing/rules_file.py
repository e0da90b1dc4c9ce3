"""rules.toml and the roster walk in; the rules walk out, or every mistake in them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from streams.records import Verdict
from streams.routing.languages import LANGUAGES
from streams.routing.roster import NEGOTIATOR, Roster
from streams.routing.rules import LAST, Action, Conditions, Rule, Rules
from streams.routing.toml_file import Mistake, TomlFile, did_you_mean

VerdictName = Literal["hostile_problem", "complaint", "grievance", "abuse", "praise", "mention"]
Severity = Annotated[int, Field(ge=1, le=4)]
WorkingHours = Annotated[float, Field(gt=0, le=24 * 365)]
Share = Annotated[float, Field(ge=0, le=1)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class WhenTable(_Table):
    verdict: list[VerdictName] = []
    severity_at_least: Severity | None = None
    lang: list[str] = []
    brand: list[str] = []
    source: list[str] = []
    words: list[str] = []
    rating_at_most: float | None = None
    reach_at_least: int | None = None
    hostility_at_least: Share | None = None
    problem_at_least: Share | None = None


class ThenTable(_Table):
    team: str | None = None
    skills: list[str] | None = None
    first_contact_hours: WorkingHours | None = None
    resolution_hours: WorkingHours | None = None
    severity: Severity | None = None
    budget: Annotated[float, Field(ge=0)] | None = None
    let_go: bool = False


class RuleTable(_Table):
    name: Annotated[str, Field(min_length=1, max_length=100)]
    when: WhenTable = WhenTable()
    then: ThenTable = ThenTable()


class RulesTable(_Table):
    rules: list[RuleTable] = []


def load_rules(path: Path, roster: Roster) -> Rules:
    """The rules in this file, or `Rules.default()` where there is none. Raises `Misconfigured` (HO-RULES)."""
    if not path.exists():
        return Rules.default()
    file = TomlFile(path, path.read_text(encoding="utf-8"), error_id="HO-RULES", docs="docs/rules.md")
    table = file.read(RulesTable)
    file.refuse([*_mistakes(table, roster)])
    return Rules(rules=tuple(_rule(rule) for rule in table.rules))


def _rule(table: RuleTable) -> Rule:
    when, then = table.when, table.then
    return Rule(
        name=table.name,
        when=Conditions(
            verdict=tuple(Verdict(name) for name in when.verdict),
            severity_at_least=when.severity_at_least,
            lang=tuple(when.lang),
            brand=tuple(when.brand),
            source=tuple(when.source),
            words=tuple(when.words),
            rating_at_most=when.rating_at_most,
            reach_at_least=when.reach_at_least,
            hostility_at_least=when.hostility_at_least,
            problem_at_least=when.problem_at_least,
        ),
        then=Action(
            team=then.team,
            skills=None if then.skills is None else tuple(then.skills),
            first_contact_hours=then.first_contact_hours,
            resolution_hours=then.resolution_hours,
            severity=then.severity,
            budget=then.budget or 0.0,
            let_go=then.let_go,
        ),
    )


def _mistakes(table: RulesTable, roster: Roster) -> Iterator[Mistake]:
    names: set[str] = {LAST.name}
    for place, rule in enumerate(table.rules):
        at: tuple[str | int, ...] = ("rules", place)
        if rule.name in names:
            yield Mistake(path=(*at, "name"), message=f"rule {rule.name!r} is there twice")
        names.add(rule.name)
        yield from _when_mistakes(at, rule)
        yield from _then_mistakes(at, rule, roster)
        if rule.then.let_go:
            yield from _let_go_mistakes(at, rule)


def _when_mistakes(at: tuple[str | int, ...], rule: RuleTable) -> Iterator[Mistake]:
    for lang in rule.when.lang:
        if lang not in LANGUAGES and lang != "und":
            message = f"rule {rule.name!r}: no language {lang!r}; write ISO 639-1 codes such as 'en'"
            yield Mistake(path=(*at, "when", "lang"), message=message, value=lang)
    for word in rule.when.words:
        if not word.strip(" *"):
            message = f"rule {rule.name!r}: {word!r} is no word"
            yield Mistake(path=(*at, "when", "words"), message=message, value=word)


def _then_mistakes(at: tuple[str | int, ...], rule: RuleTable, roster: Roster) -> Iterator[Mistake]:
    teams = {team.id for team in roster.teams}
    team = rule.then.team
    if team is not None and team not in teams:
        message = f"rule {rule.name!r}: no team {team!r} in the roster{did_you_mean(team, teams)}"
        yield Mistake(path=(*at, "then", "team"), message=message)
    known = {skill for handler in roster.handlers for skill in handler.skills} | {NEGOTIATOR}
    for skill in rule.then.skills or []:
        if skill not in known:
            message = f"rule {rule.name!r}: nobody in the roster has the skill {skill!r}{did_you_mean(skill, known)}"
            yield Mistake(path=(*at, "then", "skills"), message=message, value=skill)


def _let_go_mistakes(at: tuple[str | int, ...], rule: RuleTable) -> Iterator[Mistake]:
    """A post with a problem is never let go by a rule: somebody who trusted us is talking to us."""
    problems = [name for name in rule.when.verdict if Verdict(name).has_problem]
    if problems or not rule.when.verdict:
        what = f"{problems[0]!r} has a problem in it" if problems else "without 'verdict' it would match problems too"
        yield Mistake(
            path=(*at, "when", "verdict") if problems else (*at, "then", "let_go"),
            message=f"rule {rule.name!r}: a problem is never let go; {what} (allowed: abuse, praise, mention)",
            value=problems[0] if problems else None,
        )
    others = sorted(rule.then.model_fields_set - {"let_go"})
    if others:
        message = f"rule {rule.name!r}: what is let go has no case, so {', '.join(others)} cannot be set beside let_go"
        yield Mistake(path=(*at, "then", others[0]), message=message)
