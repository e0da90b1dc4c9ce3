"""A list of cases and its counts walk in; the inbox page walks out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from streams.cases.case import Case, Status, deadlines
from streams.cases.folding import Piece
from streams.desk.views.moments import Due, due
from streams.desk.views.posts import author_of, in_short
from streams.desk.visitor import Visitor
from streams.desk.words import DEADLINES, SEVERITIES, VERDICTS, counted, language, percent
from streams.records import Verdict
from streams.storage.pages import CaseList, InboxRow, View

#: Tabs in their order: view, label, what to say when it is empty.
TABS: tuple[tuple[View, str, str], ...] = (
    ("mine", "Mine", "Nothing waits for you. Look at your team's cases, or at those nobody has taken yet."),
    ("team", "My team's", "Your team has no open case. Posts that tell a problem appear here by themselves."),
    ("unassigned", "Unassigned", "Every case has somebody who works on it."),
    ("overdue", "Overdue", "No deadline has passed. Keep it so: the nearest ones stand on top of your list."),
    ("open", "All open", "There is no open case. New ones appear here the moment a post tells a problem."),
    ("resolved", "Resolved", "Nothing is waiting for its follow-up. Solved cases rest here until you asked again."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What was asked for in the address of the list."""

    view: View
    search: str = ""
    lang: str = ""
    verdict: str = ""
    source: str = ""
    after: str = ""

    def query(self, **changes: str) -> str:
        asked = {
            "view": self.view,
            "q": self.search,
            "lang": self.lang,
            "verdict": self.verdict,
            "source": self.source,
            "after": self.after,
        }
        return urlencode({name: value for name, value in {**asked, **changes}.items() if value})

    @property
    def narrowed(self) -> bool:
        return bool(self.search or self.lang or self.verdict or self.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    label: str
    href: str
    count: int
    current: bool
    alarm: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    id: str
    href: str
    severity: int
    severity_words: str
    problem: tuple[Piece, ...]
    author: str
    brand: str
    source: str
    lang: str
    lang_code: str
    verdict: str
    hostile: bool
    #: Of the shown post; None where it has no scores.
    hostility: float | None
    hostility_words: str
    due: Due | None
    due_label: str
    owner: str
    mine: bool
    waiting: bool
    posts: str
    status: str
    claimable: bool
    #: Events so far, so that a second click on the same button is known.
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxView:
    title: str
    tabs: tuple[Tab, ...]
    filters: Filters
    languages: tuple[Choice, ...]
    verdicts: tuple[Choice, ...]
    sources: tuple[Choice, ...]
    rows: tuple[Row, ...]
    total: str
    empty: str
    #: Address without the search and filters.
    clear_href: str
    first_href: str
    next_href: str
    #: Where this list's changes are told; empty on later pages.
    live_href: str


def next_deadline(case: Case) -> tuple[str, datetime] | None:
    """Name and time of the deadline that comes next, or that passed and is still not met."""
    return min(deadlines(case).items(), key=lambda deadline: deadline[1], default=None)


def row_view(listed: InboxRow, *, visitor: Visitor, names: Mapping[str, str], may_act: bool, now: datetime) -> Row:
    case, shown = listed.case, listed.shown
    scores = shown.scores if shown else None
    deadline = next_deadline(case)
    return Row(
        id=case.id,
        href=f"/cases/{case.id}",
        severity=case.severity,
        severity_words=SEVERITIES[case.severity],
        problem=in_short(shown),
        author=author_of(case.author_name, case.author),
        brand=case.brand,
        source=case.source,
        lang=language(case.lang),
        lang_code=case.lang,
        verdict=VERDICTS[case.verdict],
        hostile=case.verdict is Verdict.HOSTILE_PROBLEM,
        hostility=scores.hostility if scores else None,
        hostility_words=percent(scores.hostility) if scores else "",
        due=due(deadline[1], now, visitor.zone) if deadline else None,
        due_label=DEADLINES[deadline[0]] if deadline else "",
        owner="You" if case.owner == visitor.id else names.get(case.owner, case.owner),
        mine=case.owner == visitor.id,
        waiting=case.waiting,
        posts=counted(listed.posts, "post"),
        status=case.status.value,
        claimable=may_act and case.status is Status.OPEN and not (case.claimed and case.owner == visitor.id),
        number=case.number,
    )


def inbox_view(
    *,
    filters: Filters,
    listed: CaseList,
    rows: Sequence[Row],
    counts: Mapping[str, int],
    languages: Sequence[str],
    sources: Sequence[str],
    seq: int,
) -> InboxView:
    label, empty = next((label, empty) for view, label, empty in TABS if view == filters.view)
    if filters.narrowed:
        empty = "No case fits this search. Clear it, or look in another list."
    live = "" if filters.after else f"/live/inbox?{filters.query()}&seen={seq}"
    return InboxView(
        title=label,
        tabs=tabs_view(filters, counts),
        filters=filters,
        languages=_choices(filters.lang, "Any language", [(code, language(code)) for code in languages]),
        verdicts=_choices(filters.verdict, "Any verdict", [(v.value, VERDICTS[v]) for v in Verdict if v.has_problem]),
        sources=_choices(filters.source, "Any source", [(source, source) for source in sources]),
        rows=tuple(rows),
        total=counted(listed.total, "case"),
        empty=empty,
        clear_href=f"/inbox?view={filters.view}",
        first_href=f"/inbox?{filters.query(after='')}" if filters.after else "",
        next_href=f"/inbox?{filters.query(after=listed.next)}" if listed.next else "",
        live_href=live,
    )


def tabs_view(filters: Filters, counts: Mapping[str, int]) -> tuple[Tab, ...]:
    return tuple(
        Tab(
            label=label,
            href=f"/inbox?{filters.query(view=view, after='')}",
            count=counts.get(view, 0),
            current=view == filters.view,
            alarm=view in ("overdue", "unassigned") and counts.get(view, 0) > 0,
        )
        for view, label, _ in TABS
    )


def _choices(chosen: str, nothing: str, options: Sequence[tuple[str, str]]) -> tuple[Choice, ...]:
    return tuple(Choice(value=v, label=label, chosen=v == chosen) for v, label in (("", nothing), *options))
