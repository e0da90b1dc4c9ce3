"""Alerts leave once; what fails is tried again and then shown."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from streams.errors import Refused, Transient
from streams.metrics import Metrics
from streams.notify.notices import Way, alerts_for
from streams.notify.ports import Alert, AlertState
from streams.notify.send import Sender
from tests.unit.notify.cast import NOW, event, facts, people


class Book:
    """An alert book in memory."""

    def __init__(self, *alerts: Alert) -> None:
        self.alerts = {alert.id: alert for alert in alerts}

    def _set(self, alert_id: str, **new: object) -> None:
        self.alerts[alert_id] = replace(self.alerts[alert_id], **new)  # type: ignore[arg-type]

    async def add(self, alerts: Sequence[Alert]) -> Sequence[str]:
        new = [a.id for a in alerts if a.id not in self.alerts]
        self.alerts |= {a.id: a for a in alerts if a.id in new}
        return new

    async def due(self, now: datetime, limit: int) -> Sequence[Alert]:
        return [a for a in self.alerts.values() if a.state is AlertState.PENDING and a.due_at <= now][:limit]

    async def take(self, ids: Collection[str], now: datetime) -> Sequence[str]:
        for i in ids:
            self._set(i, state=AlertState.SENDING, attempts=self.alerts[i].attempts + 1)
        return list(ids)

    async def sent(self, ids: Collection[str], at: datetime) -> None:
        for i in ids:
            self._set(i, state=AlertState.SENT, sent_at=at)

    async def failed(self, alert_id: str, error: str, retry_at: datetime | None) -> None:
        state = AlertState.PENDING if retry_at else AlertState.FAILED
        self._set(alert_id, state=state, error=error, due_at=retry_at or self.alerts[alert_id].due_at)

    async def release_interrupted(self, before: datetime) -> Sequence[Alert]:
        stuck = [a for a in self.alerts.values() if a.state is AlertState.SENDING]
        for a in stuck:
            self._set(a.id, state=AlertState.PENDING, repeated=True)
        return stuck

    async def unsettled(self, now: datetime) -> int:
        return 0


class Line:
    """A channel that answers as told, once per message."""

    name = "email"

    def __init__(self, *answers: Exception | None) -> None:
        self.answers = list(answers)
        self.messages: list[list[str]] = []

    async def send(self, alerts: Sequence[Alert]) -> None:
        self.messages.append([a.id for a in alerts])
        answer = self.answers.pop(0) if self.answers else None
        if answer:
            raise answer


class Hands:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def alerts(count: int = 1, digest_minutes: int = 0) -> list[Alert]:
    way = Way(channel="email", target="ana@example.org", digest_minutes=digest_minutes)
    made = [
        alerts_for(event(number=n), facts(), people(way), desk_url="http://desk", now=NOW) for n in range(1, count + 1)
    ]
    return [a for group in made for a in group]


def sender(book: Book, line: Line, clock: Hands, max_attempts: int = 3) -> Sender:
    return Sender(
        book=book,
        channels={"email": line},
        clock=clock,
        metrics=Metrics(),
        max_attempts=max_attempts,
        jitter=lambda: 1.0,
    )


async def test_a_sent_alert_does_not_leave_again() -> None:
    """Once per event."""
    book, line, clock = Book(*alerts()), Line(), Hands()
    s = sender(book, line, clock)
    assert await s.drain() == 1
    assert await s.drain() == 0
    assert len(line.messages) == 1
    assert next(iter(book.alerts.values())).state is AlertState.SENT


async def test_a_service_that_is_away_is_tried_again_later_and_longer() -> None:
    """Ten seconds, then twenty."""
    book, line, clock = Book(*alerts()), Line(Transient("away"), Transient("away")), Hands()
    s = sender(book, line, clock)
    waits = []
    for _ in range(2):
        await s.drain()
        (alert,) = book.alerts.values()
        waits.append((alert.due_at - clock.now).total_seconds())
        assert await s.drain() == 0, "not before its time"
        clock.now = alert.due_at
    assert waits == [10, 20]
    await s.drain()
    assert len(line.messages) == 3
    assert next(iter(book.alerts.values())).state is AlertState.SENT


async def test_after_the_last_try_it_is_shown_as_failed_with_the_reason() -> None:
    """The supervisor can see what did not arrive, and why."""
    book, line, clock = Book(*alerts()), Line(*[Transient("no route")] * 9), Hands()
    s = sender(book, line, clock, max_attempts=2)
    for _ in range(4):
        await s.drain()
        clock.now += timedelta(hours=1)
    (alert,) = book.alerts.values()
    assert (alert.state, alert.error, len(line.messages)) == (AlertState.FAILED, "no route", 2)


async def test_a_final_refusal_is_not_tried_again() -> None:
    """An address that does not exist will not exist in ten seconds."""
    book, line, clock = Book(*alerts()), Line(Refused("no such mailbox")), Hands()
    await sender(book, line, clock).drain()
    assert next(iter(book.alerts.values())).state is AlertState.FAILED


async def test_a_channel_with_a_bug_does_not_stop_the_next_alert() -> None:
    """Nothing escapes the sender."""
    book, line, clock = Book(*alerts(2)), Line(ZeroDivisionError("bug")), Hands()
    assert await sender(book, line, clock).drain() == 2
    assert sorted(a.state for a in book.alerts.values()) == [AlertState.PENDING, AlertState.SENT]


async def test_a_channel_that_is_not_set_up_is_said() -> None:
    """The error names the channel."""
    (alert,) = alerts()
    book = Book(replace(alert, channel="pager"))
    await sender(book, Line(), Hands()).drain()
    assert "'pager' is not set up" in next(iter(book.alerts.values())).error


async def test_a_digest_is_one_message() -> None:
    """Three alerts, one mail."""
    book, line, clock = Book(*alerts(3, digest_minutes=10)), Line(), Hands()
    clock.now += timedelta(minutes=10)
    await sender(book, line, clock).drain()
    assert [len(m) for m in line.messages] == [3]


async def test_an_alert_found_half_sent_goes_out_again_and_is_counted() -> None:
    """A crash between sending and noting may double an alert; it never loses one, and says so."""
    (alert,) = alerts()
    book, line, metrics = Book(replace(alert, state=AlertState.SENDING, attempts=1)), Line(), Metrics()
    s = Sender(book=book, channels={"email": line}, clock=Hands(), metrics=metrics, max_attempts=3)
    await s.drain()
    (after,) = book.alerts.values()
    assert (after.state, after.repeated) == (AlertState.SENT, True)
    assert metrics.registry.get_sample_value("hearout_alerts_repeated_total", {"channel": "email"}) == 1


async def test_a_book_that_goes_away_while_sending_leaves_no_alert_behind() -> None:
    """What could not be noted is not known to be sent: it goes out again, and so does what was not tried yet."""
    book, line = Book(*alerts(3)), Line()
    noting = book.sent

    async def away(ids: Collection[str], at: datetime) -> None:
        raise Transient("the database is locked")

    book.sent = away  # type: ignore[method-assign]
    s = sender(book, line, Hands())
    with pytest.raises(Transient):
        await s.drain()
    book.sent = noting  # type: ignore[method-assign]
    await s.drain()
    assert {alert.state for alert in book.alerts.values()} == {AlertState.SENT}
    assert {alert_id for message in line.messages for alert_id in message} == set(book.alerts)


async def test_a_digest_that_failed_is_tried_again_as_one() -> None:
    """Chance spreads messages, not the parts of one."""
    book, line, clock = Book(*alerts(3, digest_minutes=10)), Line(Transient("away")), Hands()
    clock.now += timedelta(minutes=10)
    chances = iter([0.1, 0.5, 0.9, 0.3, 0.7])
    s = Sender(
        book=book,
        channels={"email": line},
        clock=clock,
        metrics=Metrics(),
        max_attempts=3,
        jitter=lambda: next(chances),
    )
    await s.drain()
    clock.now += timedelta(minutes=1)
    await s.drain()
    assert [len(message) for message in line.messages] == [3, 3]


@pytest.mark.parametrize("count", [1, 5])
async def test_each_alert_is_its_own_message_without_a_digest(count: int) -> None:
    """Two cases are two messages."""
    book, line = Book(*alerts(count)), Line()
    await sender(book, line, Hands()).drain()
    assert [len(m) for m in line.messages] == [1] * count
