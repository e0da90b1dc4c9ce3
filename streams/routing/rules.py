"""A triaged post walks in; the first rule that matches, and why it does, walk out."""

from collections.abc import Iterator
from dataclasses import dataclass

from streams.cases.words import find_word
from streams.records import Post, Scores, Verdict
from streams.routing.languages import primary
from streams.routing.roster import NEGOTIATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What rules are asked about."""

    post: Post
    scores: Scores
    verdict: Verdict
    severity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """All that are given must hold; of a list, one entry."""

    verdict: tuple[Verdict, ...] = ()
    severity_at_least: int | None = None
    lang: tuple[str, ...] = ()
    brand: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    rating_at_most: float | None = None
    reach_at_least: int | None = None
    hostility_at_least: float | None = None
    problem_at_least: float | None = None

    def holds(self, subject: Subject) -> tuple[str, ...] | None:
        """Why they hold, each as a few words; None when one does not."""
        why = []
        for reason in _checked(self, subject):
            if reason is None:
                return None
            why.append(reason)
        return tuple(why)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    #: None takes the first team of the roster.
    team: str | None = None
    #: Skills the owner needs; None asks for a negotiator where the post is hostile, and for nothing else.
    skills: tuple[str, ...] | None = None
    #: Working hours; None takes the limits of the severity.
    first_contact_hours: float | None = None
    resolution_hours: float | None = None
    #: At least this severe; never makes a case milder.
    severity: int | None = None
    budget: float = 0.0
    #: Names posts without a problem that are let go; never a problem.
    let_go: bool = False

    def skills_for(self, verdict: Verdict) -> tuple[str, ...]:
        if self.skills is not None:
            return self.skills
        return (NEGOTIATOR,) if verdict is Verdict.HOSTILE_PROBLEM else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    name: str
    when: Conditions
    then: Action


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    rule: Rule
    #: `rule 'safety first': severity 4 >= 4, lang es in [es]`.
    why: str


#: Stands behind the rules of the file, so that no problem goes without one.
LAST = Rule(name="default", when=Conditions(), then=Action())


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    #: In the order of the file.
    rules: tuple[Rule, ...]

    def for_problem(self, subject: Subject) -> Match:
        """First match wins; one that lets go is never asked about a problem."""
        return next(self._matches(subject, let_go=False), Match(rule=LAST, why="rule 'default': no other rule matched"))

    def for_let_go(self, subject: Subject) -> Match | None:
        """The rule that names why a post without a problem is let go, if one does."""
        return next(self._matches(subject, let_go=True), None)

    def named(self, name: str) -> Rule:
        """The last rule stands in for one that left the file."""
        return next((rule for rule in self.rules if rule.name == name), LAST)

    def _matches(self, subject: Subject, *, let_go: bool) -> Iterator[Match]:
        for rule in self.rules:
            if rule.then.let_go is not let_go:
                continue
            why = rule.when.holds(subject)
            if why is not None:
                yield Match(rule=rule, why=f"rule {rule.name!r}: {', '.join(why) or 'matches everything'}")

    @staticmethod
    def default() -> "Rules":
        """Where there is no rules.toml: safety and wide reach first, by the limits of the severity otherwise."""
        return Rules(
            rules=(
                Rule(
                    name="somebody may be hurt, or many are reading",
                    when=Conditions(severity_at_least=4),
                    then=Action(first_contact_hours=1, resolution_hours=8),
                ),
                Rule(name="hostile, and real", when=Conditions(verdict=(Verdict.HOSTILE_PROBLEM,)), then=Action()),
                Rule(name="says what went wrong", when=Conditions(verdict=(Verdict.COMPLAINT,)), then=Action()),
                Rule(name="unhappy, not yet clear why", when=Conditions(verdict=(Verdict.GRIEVANCE,)), then=Action()),
            )
        )


def _checked(when: Conditions, subject: Subject) -> Iterator[str | None]:
    """One entry per condition that is given: why it holds, or None."""
    post, scores = subject.post, subject.scores
    if when.verdict:
        yield _in("verdict", subject.verdict.value, tuple(verdict.value for verdict in when.verdict))
    if when.severity_at_least is not None:
        yield _at_least("severity", subject.severity, when.severity_at_least)
    if when.lang:
        yield _in("lang", primary(post.lang), when.lang)
    if when.brand:
        yield _in("brand", post.brand, when.brand)
    if when.source:
        yield _in("source", post.source, when.source)
    if when.rating_at_most is not None:
        low = post.rating is not None and post.rating <= when.rating_at_most
        yield f"rating {post.rating:g} <= {when.rating_at_most:g}" if low else None
    if when.reach_at_least is not None:
        yield _at_least("reach", post.reach or 0, when.reach_at_least)
    if when.hostility_at_least is not None:
        yield _at_least("hostility", scores.hostility, when.hostility_at_least)
    if when.problem_at_least is not None:
        yield _at_least("problem", scores.problem, when.problem_at_least)
    if when.words:
        found = find_word(when.words, post.text)
        yield f"word {found!r}" if found else None


def _in(name: str, value: str, wanted: tuple[str, ...]) -> str | None:
    same = any(value.casefold() == one.casefold() for one in wanted)
    return f"{name} {value} in [{', '.join(wanted)}]" if same else None


def _at_least(name: str, value: float, wanted: float) -> str | None:
    shown = f"{value:g}" if isinstance(value, int) else f"{value:.2f}"
    return f"{name} {shown} >= {wanted:g}" if value >= wanted else None
