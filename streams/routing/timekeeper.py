"""The time walks in; deadlines that passed are said and escalated, and waiting cases handed on, in the book."""

from datetime import datetime, timedelta

from streams.cases.case import Case
from streams.cases.commands import CheckDeadlines, Command, Escalate
from streams.cases.deadlines import working_between
from streams.routing.batch import Batch
from streams.routing.drain import drain_waiting
from streams.routing.ports import BookTransaction, CaseBook
from streams.routing.roster import Roster

#: Cases looked at in one transaction, so that others can write in between.
_AT_ONCE = 100
#: Waiting cases a supervisor can be told about; behind so many more, one more tells them nothing.
_ENOUGH = 1000
#: Working time of the team after which the supervisor hears of a case that still waits for somebody who fits.
WAITED_TOO_LONG = timedelta(hours=1)


async def tick(book: CaseBook, roster: Roster, now: datetime) -> int:
    """Returns how many cases changed. Asked twice at the same time, it does nothing the second time."""
    changed = 0
    while count := await _check_deadlines(book, roster, now):
        changed += count
    async with book.transaction() as transaction:
        changed += await drain_waiting(transaction, roster, now)
        changed += await _remind_of_waiting(transaction, roster, now)
    return changed


async def _check_deadlines(book: CaseBook, roster: Roster, now: datetime) -> int:
    async with book.transaction() as transaction:
        batch = Batch(now=now, roster=roster, posts={}, cases={})
        for case in await transaction.due(now, _AT_ONCE):
            _do(batch, case, CheckDeadlines(supervisor=roster.supervisor_of(case.team)))
        return await _write(transaction, batch)


async def _remind_of_waiting(book: BookTransaction, roster: Roster, now: datetime) -> int:
    batch = Batch(now=now, roster=roster, posts={}, cases={})
    for case in await book.waiting(_ENOUGH):
        supervisor = roster.supervisor_of(case.team)
        hours = roster.team(case.team).hours
        if supervisor in (case.owner, *case.helpers):
            continue
        if working_between(case.opened_at, now, hours) >= WAITED_TOO_LONG:
            _do(batch, case, Escalate(to=supervisor, why="nobody who fits has been free for an hour"))
    return await _write(book, batch)


def _do(batch: Batch, case: Case, command: Command) -> None:
    batch.cases[case.id] = case
    batch.do(case.id, command)


async def _write(book: BookTransaction, batch: Batch) -> int:
    changes = batch.changes()
    if changes:
        await book.write(changes=changes)
    return len(changes)
