"""Tallies of days walk in; a stacked chart with a line for the mood walks out, as geometry and as a table."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from streams.desk.words import VERDICTS
from streams.records import Verdict
from streams.storage.pages import DayTally

WIDTH, HEIGHT = 1120, 270
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 40, 12, 24
_TALL = HEIGHT - _TOP - _BOTTOM

#: Posts by day and by what they are.
Tallies = Counter[tuple[date, str]]

#: From the floor up: what needs somebody stands on the floor, where heights are compared best.
STACK = (
    Verdict.HOSTILE_PROBLEM,
    Verdict.COMPLAINT,
    Verdict.GRIEVANCE,
    Verdict.ABUSE,
    Verdict.MENTION,
    Verdict.PRAISE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    verdict: str
    x: float
    y: float
    width: float
    height: float
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    place: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    label: str
    posts: int
    by_verdict: tuple[int, ...]
    #: Share of negative posts; empty on a day without.
    negative: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    width: int
    height: int
    blocks: tuple[Block, ...]
    #: Points of the line: share of negative posts.
    line: str
    dots: tuple[tuple[float, float, str], ...]
    counts: tuple[Tick, ...]
    shares: tuple[Tick, ...]
    dates: tuple[Tick, ...]
    keys: tuple[tuple[str, str], ...]
    days: tuple[Day, ...]
    heads: tuple[str, ...]
    posts: int
    summary: str

    @property
    def left(self) -> int:
        return _LEFT

    @property
    def right(self) -> int:
        return WIDTH - _RIGHT


def chart(tallies: Sequence[DayTally], now: datetime, days: int) -> Chart:
    dates = [now.date() - timedelta(days=days - 1 - back) for back in range(days)]
    verdicts: Tallies = Counter()
    moods: Tallies = Counter()
    for tally in tallies:
        verdicts[tally.day, tally.verdict] += tally.posts
        moods[tally.day, tally.sentiment] += tally.posts
    totals = [sum(verdicts[day, verdict] for verdict in STACK) for day in dates]
    shares = [_negative(moods, day) for day in dates]
    top = _nice(max(totals, default=0))
    slot = (WIDTH - _LEFT - _RIGHT) / days
    blocks = [
        block
        for index, day in enumerate(dates)
        for block in _column(verdicts, day, left=_LEFT + index * slot, slot=slot, tall=_TALL / top)
    ]
    dots = tuple(
        (round(_LEFT + (index + 0.5) * slot, 1), _height(share), f"{_label(day)}: {share:.0%} negative")
        for index, (day, share) in enumerate(zip(dates, shares, strict=True))
        if share is not None
    )
    every = max(1, days // 7)
    return Chart(
        width=WIDTH,
        height=HEIGHT,
        blocks=tuple(blocks),
        line=" ".join(f"{x},{y}" for x, y, _ in dots),
        dots=dots,
        counts=tuple(Tick(place=_height(part / 2), label=f"{top * part / 2:g}") for part in range(3)),
        shares=tuple(Tick(place=_height(part / 2), label=f"{part * 50}%") for part in range(3)),
        dates=tuple(
            Tick(place=round(_LEFT + index * slot + slot / 2, 1), label=_label(day))
            for index, day in enumerate(dates)
            if (days - 1 - index) % every == 0
        ),
        keys=tuple((verdict.value, VERDICTS[verdict]) for verdict in STACK),
        days=tuple(_row(verdicts, day, share) for day, share in zip(dates, shares, strict=True)),
        heads=tuple(VERDICTS[verdict] for verdict in STACK),
        posts=sum(totals),
        summary=_summary(sum(totals), verdicts, days),
    )


def _column(verdicts: Tallies, day: date, *, left: float, slot: float, tall: float) -> Iterator[Block]:
    """A day's blocks from the floor up; `tall` is the height of one post."""
    y = float(_TOP + _TALL)
    for verdict in STACK:
        if count := verdicts[day, verdict]:
            y -= tall * count
            yield Block(
                verdict=verdict.value,
                x=round(left + slot * 0.16, 1),
                y=round(y, 1),
                width=round(slot * 0.68, 1),
                height=round(tall * count, 1),
                title=f"{_label(day)}: {count} × {VERDICTS[verdict].lower()}",
            )


def _negative(moods: Tallies, day: date) -> float | None:
    """The share of negative posts; None on a day without scored ones."""
    scored = sum(moods[day, mood] for mood in ("negative", "neutral", "positive"))
    return moods[day, "negative"] / scored if scored else None


def _row(verdicts: Tallies, day: date, negative: float | None) -> Day:
    counts = tuple(verdicts[day, verdict] for verdict in STACK)
    share = f"{negative:.0%}" if negative is not None else ""
    return Day(label=_label(day), posts=sum(counts), by_verdict=counts, negative=share)


def _height(share: float) -> float:
    """Where a share of the whole height is drawn."""
    return round(_TOP + _TALL * (1 - share), 1)


def _label(day: date) -> str:
    return f"{day.day} {day:%b}"


def _summary(posts: int, verdicts: Tallies, days: int) -> str:
    if not posts:
        return f"No posts in the last {days} days."
    told = sum(count for (_, verdict), count in verdicts.items() if verdict and Verdict(verdict).has_problem)
    return f"{posts} posts in the last {days} days; {told} of them tell a problem."


def _nice(most: int) -> int:
    """The top of the scale: even, and not far above the highest day."""
    for step in (4, 10, 20, 40, 60, 80, 100, 150, 200, 300, 400, 500, 600, 800, 1000):
        if most <= step:
            return step
    return -(-most // 1000) * 1000
