"""The case book walks in; the cases that wait and that somebody who fits could take now walk out."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from streams.cases.case import Case
from streams.routing.assign import Needs, needs_of, who_can
from streams.routing.ports import BookTransaction
from streams.routing.roster import Roster

#: Asked for at once; more are asked for when there are more, since those behind may need other people than those ahead.
_FIRST, _GROWTH = 5_000, 10


async def waiting_cases(
    book: BookTransaction, roster: Roster, loads: Mapping[str, int], now: datetime
) -> Sequence[Case]:
    """Most severe first, then oldest. Of many who wait for the same busy people it is asked once who could."""
    if not any(loads.get(one.id, 0) < one.capacity and one.hours.is_open(now) for one in roster.handlers):
        return ()
    limit = _FIRST
    while len(waiting := await book.waiting(limit)) == limit:
        limit *= _GROWTH
    takers: dict[Needs, bool] = {}
    for needs in map(needs_of, waiting):
        if needs not in takers:
            takers[needs] = bool(who_can(needs, roster, loads, now))
    return [case for case in waiting if takers[needs_of(case)]]
