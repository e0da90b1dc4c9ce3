"""A page of the book walks in; the case page walks out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from streams.cases.case import Case
from streams.cases.codec import event_from_data
from streams.cases.events import Assigned, Opened
from streams.cases.folding import Piece
from streams.desk.views.case_work import FormState, Step, Work, steps_of, work_of
from streams.desk.views.deadlines import DeadlineBar, deadline_bar
from streams.desk.views.moments import Moment, moment
from streams.desk.views.posts import PostView, author_of, in_short, post_view
from streams.desk.views.story import Told, readable, story
from streams.desk.visitor import Visitor
from streams.desk.words import MARKS, OUTCOMES, SEVERITIES, VERDICTS, language
from streams.notify.ports import Alert, AlertState
from streams.records import Verdict
from streams.routing.roster import Roster
from streams.storage.pages import CasePage

_APPROACHES = {
    "process": (
        "Process first",
        "The words are emotional: say what happens next, who does it and when, before any offer.",
    ),
    "result": ("Result first", "The words are matter-of-fact: say what will be done and by when, without detours."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertView:
    handler: str
    channel: str
    state: str
    failed: bool
    error: str
    at: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierCase:
    href: str
    verdict: str
    status: str
    outcome: str
    opened: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    id: str
    href: str
    number: int
    status: str
    author: str
    handle: str
    brand: str
    source: str
    lang: str
    severity: int
    severity_words: str
    verdict: str
    hostile: bool
    owner: str
    mine: bool
    claimed: bool
    waiting: bool
    team: str
    helpers: tuple[str, ...]
    mark: str
    outcome: str
    turned_constructive: bool
    problem: tuple[Piece, ...]
    lang_code: str
    opened: Moment
    rule: str
    budget: str
    approach: str
    approach_why: str
    clock: DeadlineBar
    steps: tuple[Step, ...]
    posts: tuple[PostView, ...]
    flagged_because: tuple[str, ...]
    assigned_because: tuple[str, ...]
    promise: tuple[tuple[str, str], ...]
    story: tuple[Told, ...]
    alerts: tuple[AlertView, ...]
    earlier: tuple[EarlierCase, ...]
    #: None for who may only read.
    work: Work | None
    #: Why an act without a form here was refused; empty else.
    refusal: str
    live_href: str
    done: str


def case_view(
    page: CasePage,
    *,
    visitor: Visitor,
    roster: Roster,
    may_act: bool,
    now: datetime,
    tried: tuple[str, FormState] | None = None,
    done: str = "",
) -> CaseView:
    """`tried` is the form that was refused, by the name of its act."""
    case, zone = page.case, visitor.zone
    names = {handler.id: handler.name for handler in roster.handlers}
    told = next((post for post in page.posts if post.deleted_at is None), None)
    approach, approach_why = _APPROACHES.get(case.approach, (case.approach.capitalize(), ""))
    work = work_of(case, visitor, roster, now, tried) if may_act else None
    return CaseView(
        id=case.id,
        href=f"/cases/{case.id}",
        number=case.number,
        status=case.status.value,
        author=author_of(case.author_name, case.author),
        handle=case.author if case.author_name and not case.author.startswith("anonymous:") else "",
        brand=case.brand,
        source=case.source,
        lang=language(case.lang),
        severity=case.severity,
        severity_words=SEVERITIES[case.severity],
        verdict=VERDICTS[case.verdict],
        hostile=case.verdict is Verdict.HOSTILE_PROBLEM,
        owner="you" if case.owner == visitor.id else names.get(case.owner, case.owner),
        mine=case.owner == visitor.id,
        claimed=case.claimed,
        waiting=case.waiting,
        team=roster.team(case.team).name,
        helpers=tuple(names.get(helper, helper) for helper in case.helpers),
        mark=MARKS.get(case.mark, case.mark),
        outcome=OUTCOMES.get(case.outcome, case.outcome),
        turned_constructive=case.turned_constructive,
        problem=in_short(told or (page.posts[-1] if page.posts else None)),
        lang_code=case.lang,
        opened=moment(case.opened_at, now, zone),
        rule=case.rule,
        budget=f"{case.budget:g} {roster.currency}",
        approach=approach,
        approach_why=approach_why,
        clock=deadline_bar(case, now, zone),
        steps=steps_of(case),
        posts=tuple(post_view(post, now, zone) for post in page.posts),
        flagged_because=readable(_why_flagged(page)),
        assigned_because=readable(_why_assigned(page)),
        promise=_promise(case, now, visitor),
        story=story(page.events, names, now, zone),
        alerts=tuple(_alert(alert, names, now, visitor) for alert in page.alerts),
        earlier=tuple(_earlier(other, now, visitor) for other in page.earlier),
        work=work,
        refusal=tried[1].error if tried is not None and (work is None or tried[0] not in work.acts) else "",
        live_href=f"/live/cases/{case.id}?seen={page.events[-1].seq if page.events else 0}",
        done=done,
    )


def _why_flagged(page: CasePage) -> tuple[str, ...]:
    return next((e.why for e in map(_event, page.events) if isinstance(e, Opened)), ())


def _why_assigned(page: CasePage) -> tuple[str, ...]:
    return next((e.why for e in map(_event, reversed(page.events)) if isinstance(e, Assigned)), ())


def _event(event: object) -> object:
    """Only those kinds are read that are looked for; others stay as they are."""
    kind = getattr(event, "kind", "")
    if kind in (Opened.kind, Assigned.kind):
        return event_from_data(kind, getattr(event, "data", {}))
    return None


def _promise(case: Case, now: datetime, visitor: Visitor) -> tuple[tuple[str, str], ...]:
    if case.promise is None:
        return ()
    return (
        ("Cause", case.promise.cause),
        ("Solution", case.promise.solution),
        ("By", moment(case.promise.due, now, visitor.zone).text),
        ("Responsible", case.promise.responsible),
    )


def _alert(alert: Alert, names: Mapping[str, str], now: datetime, visitor: Visitor) -> AlertView:
    failed = alert.state is AlertState.FAILED
    return AlertView(
        handler=names.get(alert.handler, alert.handler),
        channel=alert.channel,
        state={AlertState.PENDING: "waits", AlertState.SENDING: "going out"}.get(alert.state, alert.state.value),
        failed=failed,
        error=alert.error,
        at=moment(alert.sent_at or alert.due_at, now, visitor.zone),
    )


def _earlier(case: Case, now: datetime, visitor: Visitor) -> EarlierCase:
    return EarlierCase(
        href=f"/cases/{case.id}",
        verdict=VERDICTS[case.verdict],
        status=case.status.value,
        outcome=OUTCOMES.get(case.outcome, case.outcome),
        opened=moment(case.opened_at, now, visitor.zone),
    )
