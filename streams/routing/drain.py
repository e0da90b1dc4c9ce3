"""Cases that wait walk in; those that somebody free can take are assigned, in the book."""

from datetime import datetime

from streams.routing.batch import Batch
from streams.routing.ports import BookTransaction
from streams.routing.roster import Roster
from streams.routing.waiting import waiting_cases


async def drain_waiting(book: BookTransaction, roster: Roster, now: datetime) -> int:
    """The most severe first, then the oldest. Returns how many found an owner."""
    loads = await book.loads()
    waiting = await waiting_cases(book, roster, loads, now)
    if not waiting:
        return 0
    helped = await book.last_helpers({(case.source, case.author) for case in waiting})
    batch = Batch(now=now, roster=roster, posts={}, cases={})
    batch.hand_out(waiting, loads, helped)
    changes = batch.changes()
    if changes:
        await book.write(changes=changes)
    return len(changes)
