"""What a person asks of a case walks in; the case after it walks out, and is in the book."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from streams.cases.case import Case, Status
from streams.cases.commands import Claim, Command
from streams.cases.decide import CommandRefused, decide
from streams.cases.events import Assigned, Event
from streams.cases.evolve import evolve
from streams.cases.triage import Triage
from streams.cases.triaged import TriagedPost
from streams.errors import Refused
from streams.records import Effect, Verdict
from streams.routing.batch import Batch
from streams.routing.drain import drain_waiting
from streams.routing.plan import Planner
from streams.routing.ports import BookTransaction, CaseBook, Change
from streams.routing.roster import Roster
from streams.routing.rules import Rules
from streams.routing.step import hand_out


class NotFound(Refused):
    """Nothing of this id is in the book."""


async def act(book: CaseBook, case_id: str, command: Command, *, roster: Roster, actor: str, now: datetime) -> Case:
    """Decides and writes in one transaction; people it made free are handed cases that waited.

    Raises `NotFound`, `CommandRefused` (then nothing has changed) and `Transient`.
    """
    async with book.transaction() as transaction:
        before = await transaction.case(case_id)
        if before is None:
            raise NotFound(f"There is no case {case_id}.")
        events = decide(before, command, now, actor=actor)
        if isinstance(command, Claim):
            events = _warned(events, roster, await transaction.loads())
        after = before
        for event in events:
            after = evolve(after, case_id, event, now)
        if events:
            await transaction.write(changes=[Change(case=after, events=events, at=now, actor=actor)])
        if _counts_for(before) and _counts_for(after) != _counts_for(before):
            await drain_waiting(transaction, roster, now)
        return after


async def take_from_audit(
    book: CaseBook,
    post_id: str,
    *,
    roster: Roster,
    rules: Rules,
    actor: str,
    now: datetime,
    safety_words: tuple[str, ...] = (),
) -> Case:
    """A person says of a post that was let go: this is a real problem. It opens a case; said twice, there is one.

    Raises `NotFound`, `CommandRefused` and `Transient`.
    """
    planner = Planner(roster=roster, rules=rules, safety_words=safety_words)
    async with book.transaction() as transaction:
        kept = (await transaction.posts([post_id])).get(post_id)
        if kept is None:
            raise NotFound(f"There is no post {post_id}.")
        if kept.case_id and (case := await transaction.case(kept.case_id)) is not None:
            return case
        return await _open_audited(transaction, kept, planner, actor, now)


async def _open_audited(book: BookTransaction, kept: TriagedPost, planner: Planner, actor: str, now: datetime) -> Case:
    if kept.deleted_at is not None:
        raise CommandRefused("The author took this post back.")
    if kept.scores is None or kept.verdict is None:
        raise CommandRefused("This post could not be read, or is our own; it cannot open a case.")
    verdict = Verdict.HOSTILE_PROBLEM if kept.verdict is Verdict.ABUSE else Verdict.GRIEVANCE
    said = Triage(verdict=verdict, why=(f"{actor} says: this is a real problem", *kept.why))
    opened = planner.opened(kept.post, kept.scores, said, now)
    batch = Batch(now=now, roster=planner.roster, posts={kept.post.id: kept}, cases={}, actor=actor)
    case_id = batch.open(opened)
    batch.keep(
        replace(
            kept,
            verdict=verdict,
            severity=opened.severity,
            rule=opened.rule,
            effect=Effect.OPENED,
            case_id=case_id,
            why=opened.why,
            undecided=False,
        )
    )
    await hand_out(book, batch)
    await book.write(posts=list(batch.written.values()), changes=batch.changes())
    return batch.cases[case_id]


def _warned(events: tuple[Event, ...], roster: Roster, loads: Mapping[str, int]) -> tuple[Event, ...]:
    """A handler may claim over their capacity; the timeline says so."""

    def warned(event: Event) -> Event:
        handler = roster.handler(event.owner) if isinstance(event, Assigned) else None
        if handler is None or not isinstance(event, Assigned):
            return event
        load = loads.get(handler.id, 0) + 1
        if load <= handler.capacity:
            return event
        return replace(event, why=(*event.why, f"over capacity ({load} of {handler.capacity})"))

    return tuple(map(warned, events))


def _counts_for(case: Case) -> str:
    """Whose load the case is part of; empty for nobody's."""
    return case.owner if case.status is Status.OPEN and not case.waiting else ""
