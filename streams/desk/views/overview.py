"""Numbers of the book, sources and letters walk in; the overview for managers walks out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from streams.desk.views.chart import STACK, Chart, chart
from streams.desk.views.moments import Moment, moment
from streams.desk.visitor import Visitor
from streams.desk.words import VERDICTS, ago, span
from streams.ingest.ports import Gap, SourceState, SourceStatus
from streams.notify.ports import Alert
from streams.records import KeptLetter
from streams.storage.pages import BookNumbers

#: Most gaps to show.
_GAPS = 10
_STATES = {
    SourceState.STARTING: "Starting",
    SourceState.HEARING: "Hearing",
    SourceState.BROKEN: "Broken",
    SourceState.FINISHED: "Finished",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    number: int
    label: str
    alarm: bool
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    name: str
    state: str
    broken: bool
    hearing: bool
    since: Moment
    newest: str
    error: str
    failures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GapView:
    source: str
    start: Moment
    lasted: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterView:
    id: str
    stage: str
    reason: str
    origin: str
    at: Moment
    replayed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedAlertView:
    case_href: str
    title: str
    handler: str
    channel: str
    error: str
    at: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewView:
    tiles: tuple[Tile, ...]
    open_by_verdict: tuple[tuple[str, int], ...]
    chart: Chart
    sources: tuple[SourceView, ...]
    gaps: tuple[GapView, ...]
    dead_letters: int
    letters: tuple[LetterView, ...]
    alerts_failed: int
    failed_alerts: tuple[FailedAlertView, ...]


def overview_view(
    numbers: BookNumbers,
    *,
    statuses: Sequence[SourceStatus],
    gaps: Sequence[tuple[str, Gap]],
    letters: Sequence[KeptLetter],
    failed_alerts: Sequence[Alert],
    names: Mapping[str, str],
    visitor: Visitor,
    now: datetime,
    days: int,
) -> OverviewView:
    return OverviewView(
        tiles=_tiles(numbers),
        open_by_verdict=tuple(
            (VERDICTS[verdict], count) for verdict in STACK if (count := numbers.open_by_verdict.get(verdict))
        ),
        chart=chart(numbers.days, now, days),
        sources=tuple(_source(status, now, visitor) for status in statuses),
        gaps=_gaps(gaps, now, visitor),
        dead_letters=numbers.dead_letters,
        letters=tuple(_letter(kept, now, visitor) for kept in letters),
        alerts_failed=numbers.alerts_failed,
        failed_alerts=tuple(_failed(alert, names, now, visitor) for alert in failed_alerts),
    )


def _tiles(numbers: BookNumbers) -> tuple[Tile, ...]:
    opened = sum(numbers.open_by_verdict.values())
    return (
        Tile(number=opened, label="open cases", alarm=False, href="/inbox?view=open"),
        _alarm(numbers.overdue, "past a deadline", "/inbox?view=overdue"),
        _alarm(numbers.waiting, "wait for somebody who fits", "/inbox?view=unassigned"),
        _alarm(numbers.alerts_failed, "alerts not delivered", "#alerts"),
        _alarm(numbers.dead_letters, "dead letters", "#letters"),
    )


def _alarm(number: int, label: str, href: str) -> Tile:
    """A number that should be none."""
    return Tile(number=number, label=label, alarm=number > 0, href=href)


def _gaps(gaps: Sequence[tuple[str, Gap]], now: datetime, visitor: Visitor) -> tuple[GapView, ...]:
    newest = sorted(gaps, key=lambda named: named[1].start, reverse=True)[:_GAPS]
    return tuple(
        GapView(source=name, start=moment(gap.start, now, visitor.zone), lasted=span(gap.end - gap.start), why=gap.why)
        for name, gap in newest
    )


def _letter(kept: KeptLetter, now: datetime, visitor: Visitor) -> LetterView:
    return LetterView(
        id=kept.letter.id[:10],
        stage=kept.letter.stage,
        reason=kept.letter.reason,
        origin=kept.letter.origin,
        at=moment(kept.letter.at, now, visitor.zone),
        replayed=kept.replayed_at is not None,
    )


def _failed(alert: Alert, names: Mapping[str, str], now: datetime, visitor: Visitor) -> FailedAlertView:
    return FailedAlertView(
        case_href=f"/cases/{alert.case_id}",
        title=alert.title,
        handler=names.get(alert.handler, alert.handler),
        channel=alert.channel,
        error=alert.error,
        at=moment(alert.due_at, now, visitor.zone),
    )


def _source(status: SourceStatus, now: datetime, visitor: Visitor) -> SourceView:
    return SourceView(
        name=status.name,
        state=_STATES[status.state],
        broken=status.state is SourceState.BROKEN,
        hearing=status.state is SourceState.HEARING,
        since=moment(status.since, now, visitor.zone),
        newest=ago(status.newest_post_at, now) if status.newest_post_at else "none yet",
        error=status.error,
        failures=status.failures,
    )
