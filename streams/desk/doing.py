"""An act on a case walks in; it is decided, written once, and the case after it walks out."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from streams.cases.case import Case
from streams.cases.codec import event_from_data
from streams.cases.commands import Command
from streams.cases.decide import CommandRefused, decide
from streams.cases.events import Event, Reopened
from streams.cases.evolve import replay
from streams.desk.acts import Act, Asked
from streams.desk.desk import Desk
from streams.desk.fields import Fields
from streams.desk.visitor import Visitor
from streams.records import CaseEvent
from streams.routing.act import act
from streams.storage.pages import CasePage


async def do(
    desk: Desk, visitor: Visitor, page: CasePage, wanted: Act, values: Mapping[str, str], *, seen: int | None = None
) -> Case:
    """Raises `CommandRefused` with a sentence for people, and `Transient`.

    `seen` is how many events the case had when the form was shown. When the same person has done the very same
    since, it is a second click: nothing is written again. Then `page` must have been read under `desk.one_at_a_time`.
    """
    now = desk.clock()
    asked = Asked(
        case=page.case,
        fields=Fields(values, visitor.zone),
        visitor=visitor,
        planner=desk.planner,
        now=now,
    )
    command = wanted.command(asked)
    if seen is not None and done_before(command, visitor.id, page.events, seen, now):
        return page.case
    case = await act(desk.book, page.case.id, command, roster=desk.roster, actor=visitor.id, now=now)
    if case.first_contact_at == now:
        desk.metrics.first_contact_seconds.observe((now - case.first_post_at).total_seconds())
    return case


def done_before(command: Command, actor: str, events: Sequence[CaseEvent], seen: int, now: datetime) -> bool:
    """Whether `actor` caused, in an event later than number `seen`, what `command` does to the case as it was then."""
    since = [_event(event) for event in events if event.number > seen and event.actor == actor]
    before = [(_event(event), event.at) for event in events if event.number <= seen]
    if not since or not before:
        return False
    try:
        wanted = decide(replay(events[0].case_id, before), command, now, actor=actor)
    except CommandRefused:
        return False
    return bool(wanted) and any(_same(event, wanted[-1]) for event in since)


def _event(event: CaseEvent) -> Event:
    return event_from_data(event.kind, event.data)


def _same(one: Event, other: Event) -> bool:
    if isinstance(one, Reopened) and isinstance(other, Reopened):
        # The fresh deadlines count from the moment of asking, so they differ between two clicks.
        return one.why == other.why
    return one == other
