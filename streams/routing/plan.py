"""A triaged problem walks in; the case it opens walks out: rule, team, deadlines, budget, approach."""

from dataclasses import dataclass
from datetime import datetime

from streams.cases.case import Case
from streams.cases.commands import Reopen
from streams.cases.deadlines import DEFAULT_LIMITS, add_working
from streams.cases.events import Opened
from streams.cases.severity import weigh
from streams.cases.triage import Triage
from streams.records import Post, Scores
from streams.routing.roster import Roster
from streams.routing.rules import Action, Rules, Subject

#: From this on a person wants to be led through, not only to get a result.
EMOTIONAL = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Planner:
    """What every new or reopened case is planned by."""

    roster: Roster
    rules: Rules
    safety_words: tuple[str, ...] = ()

    def opened(self, post: Post, scores: Scores, triage: Triage, now: datetime) -> Opened:
        """Deadlines count from `now`: nobody could have called before it was heard."""
        weight = weigh(verdict=triage.verdict, post=post, scores=scores, safety_words=self.safety_words)
        subject = Subject(post=post, scores=scores, verdict=triage.verdict, severity=weight.level)
        match = self.rules.for_problem(subject)
        then = match.rule.then
        severity = max(weight.level, then.severity or weight.level)
        team = self.roster.team(then.team or "")
        first_contact_due, resolution_due = self._deadlines(then, severity, team.id, now)
        emotional = scores.emotionality >= EMOTIONAL
        return Opened(
            post_id=post.id,
            source=post.source,
            author=post.author,
            author_name=post.author_name,
            brand=post.brand,
            lang=post.lang,
            conversation_id=post.conversation_id or post.id,
            posted_at=post.created_at,
            verdict=triage.verdict,
            severity=severity,
            rule=match.rule.name,
            why=(
                *triage.why,
                *weight.why,
                match.why,
                f"emotionality {scores.emotionality:.2f} {'>=' if emotional else '<'} {EMOTIONAL:.2f}",
            ),
            team=team.id,
            skills=then.skills_for(triage.verdict),
            first_contact_due=first_contact_due,
            resolution_due=resolution_due,
            budget=then.budget,
            approach="process" if emotional else "result",
        )

    def reopening(self, case: Case, severity: int, why: str, now: datetime) -> Reopen:
        """Fresh deadlines, by the rule that opened the case and how severe it is now."""
        then = self.rules.named(case.rule).then
        first_contact_due, resolution_due = self._deadlines(then, severity, case.team, now)
        return Reopen(why=why, first_contact_due=first_contact_due, resolution_due=resolution_due)

    def _deadlines(self, then: Action, severity: int, team: str, now: datetime) -> tuple[datetime, datetime]:
        limits, hours = DEFAULT_LIMITS[severity], self.roster.team(team).hours
        first_contact = add_working(now, then.first_contact_hours or limits.first_contact_hours, hours)
        resolution = add_working(now, then.resolution_hours or limits.resolution_hours, hours)
        return first_contact, max(first_contact, resolution)
