"""Case events become alerts in the book, once."""

from collections.abc import Mapping, Sequence

from streams.notify.notices import Way
from streams.notify.ports import Alert, AlertState, CaseFacts
from streams.notify.step import NotifyStep
from streams.records import CaseEvent
from streams.stage import Drop, Pass
from tests.unit.notify.cast import NOW, event, facts, people
from tests.unit.notify.test_sender import Book


class Lookup:
    async def facts(self, events: Sequence[CaseEvent]) -> Mapping[str, CaseFacts]:
        return {event.id: facts() for event in events}


def step(book: Book, *ways: Way) -> NotifyStep:
    return NotifyStep(book=book, lookup=Lookup(), recipients=people(*ways), desk_url="http://desk", clock=lambda: NOW)


async def test_an_event_that_comes_again_adds_no_alert() -> None:
    """At-least-once delivery, once-only alerts."""
    book = Book()
    for _ in range(2):
        fates = await step(book, Way(channel="email", target="a@b.c"))([event()])
        assert fates == [Pass(event())]
    assert list(book.alerts) == ["c-1/2/ana/email"]


async def test_an_alert_for_the_desk_has_arrived_by_being_in_the_book() -> None:
    """Nothing has to be sent to a page that reads the book."""
    book = Book()
    await step(book)([event()])
    (alert,) = book.alerts.values()
    assert isinstance(alert, Alert)
    assert (alert.state, alert.sent_at) == (AlertState.SENT, NOW)


async def test_what_concerns_nobody_is_dropped_and_counted() -> None:
    """A note rings no bell."""
    assert await step(Book())([event("noted", text="x")]) == [Drop("concerns nobody")]
