"""Case events walk in, alerts are kept in the alert book: the step of stage `notify`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from streams.clock import Clock
from streams.notify.notices import Recipient, alerts_for
from streams.notify.ports import Alert, AlertBook, AlertState, CaseLookup
from streams.records import CaseEvent
from streams.stage import Drop, Fate, Pass

#: The channel that is the desk itself.
DESK = "desk"


class NotifyStep:
    """The alert's id is derived from the event's, so an event that comes again adds nothing.

    An alert in the desk has arrived by being in the book: the desk's pages read it there.
    """

    def __init__(
        self, *, book: AlertBook, lookup: CaseLookup, recipients: Mapping[str, Recipient], desk_url: str, clock: Clock
    ) -> None:
        self._book = book
        self._lookup = lookup
        self._recipients = recipients
        self._desk_url = desk_url
        self._clock = clock

    async def __call__(self, records: Sequence[CaseEvent], /) -> Sequence[Fate]:
        facts = await self._lookup.facts(records)
        now = self._clock()
        fates: list[Fate] = []
        alerts: list[Alert] = []
        for event in records:
            known = facts.get(event.id)
            made = known and alerts_for(event, known, self._recipients, desk_url=self._desk_url, now=now)
            fates.append(Pass(event) if made else Drop("concerns nobody"))
            alerts.extend(_shown(alert, now) if alert.channel == DESK else alert for alert in made or ())
        if alerts:
            await self._book.add(alerts)
        return fates


def _shown(alert: Alert, now: datetime) -> Alert:
    return replace(alert, state=AlertState.SENT, sent_at=now, attempts=1)
