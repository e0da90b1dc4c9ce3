"""What one transaction has read walks in; decisions pile up in memory; what to write walks out, in order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from streams.cases.case import Case, case_id_of
from streams.cases.commands import Assign, Command, Open
from streams.cases.decide import decide
from streams.cases.events import Assigned, Event, Opened
from streams.cases.evolve import evolve, replay
from streams.cases.triaged import TriagedPost
from streams.routing.assign import Assignment, assign, hand_out, needs_of
from streams.routing.ports import AuthorKey, Change
from streams.routing.roster import Roster

#: The machine, where a handler's id would stand.
HEAROUT = "hearout"


@dataclass(slots=True, kw_only=True)
class Batch:
    """Mutable on purpose, and short-lived: later records of a batch see what earlier ones did."""

    now: datetime
    roster: Roster
    #: Kept before or in this batch, by id.
    posts: dict[str, TriagedPost]
    cases: dict[str, Case]
    #: Who opens cases here; what follows for other cases is the machine's doing.
    actor: str = HEAROUT
    written: dict[str, TriagedPost] = field(default_factory=dict)
    #: By case, in the order the cases were first touched.
    events: dict[str, list[Event]] = field(default_factory=dict)
    #: Cases opened here, in order: they get their owner when it is known who waits.
    opened: dict[str, None] = field(default_factory=dict)
    by_author: dict[AuthorKey, list[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.by_author = {}
        for case in self.cases.values():
            self.by_author.setdefault((case.source, case.author), []).append(case.id)

    def cases_of(self, author: AuthorKey) -> list[Case]:
        return [self.cases[case_id] for case_id in self.by_author.get(author, ())]

    def keep(self, triaged: TriagedPost) -> None:
        self.posts[triaged.post.id] = self.written[triaged.post.id] = triaged

    def do(self, case_id: str, command: Command) -> None:
        """Decides for a case that is loaded, and lets it change."""
        case = self.cases.get(case_id)
        for event in decide(case, command, self.now, actor=self._actor_of(case_id)):
            case = evolve(case, case_id, event, self.now)
            self.events.setdefault(case_id, []).append(event)
        if case is not None:
            self.cases[case_id] = case

    def open(self, opened: Opened) -> str:
        """A new case, held by the fallback until `hand_out`."""
        case_id = case_id_of(opened.post_id)
        fallback = self.roster.team(opened.team).fallback
        self.do(case_id, Open(opened=opened, assigned=Assigned(owner=fallback, why=(), waiting=True)))
        self.opened[case_id] = None
        self.by_author.setdefault((opened.source, opened.author), []).append(case_id)
        return case_id

    def hand_out(
        self, waiting: Iterable[Case], loads: Mapping[str, int], helped_before: Mapping[AuthorKey, str]
    ) -> None:
        """Finds owners for those that waited, the most urgent first, then for the cases opened here, in their order.

        Each case opened here is dealt with as if it had come alone, so that how records fall into batches, which
        differs after a crash, does not decide who gets a case.
        """
        loads = self._loads_now(loads)
        still_waiting = [case for case in (self.cases.setdefault(case.id, case) for case in waiting) if case.waiting]
        for case, assignment in hand_out(still_waiting, self.roster, loads, self.now, helped_before):
            if not assignment.waiting:
                self.do(case.id, Assign(assigned=_assigned(assignment)))
                loads[assignment.owner] = loads.get(assignment.owner, 0) + 1
        for case_id in self.opened:
            case = self.cases[case_id]
            helper = helped_before.get((case.source, case.author))
            assignment = assign(needs_of(case), self.roster, loads, self.now, helper)
            self._first_owner(case, assignment)
            if not assignment.waiting:
                loads[assignment.owner] = loads.get(assignment.owner, 0) + 1

    def changes(self) -> list[Change]:
        return [
            Change(case=self.cases[case_id], events=tuple(events), at=self.now, actor=self._actor_of(case_id))
            for case_id, events in self.events.items()
        ]

    def _actor_of(self, case_id: str) -> str:
        return self.actor if case_id in self.opened else HEAROUT

    def _first_owner(self, case: Case, assignment: Assignment) -> None:
        """Writes the owner into the second event of a case, as if it had been known when the case was opened."""
        events = self.events[case.id]
        events[1] = _assigned(assignment)
        self.cases[case.id] = replay(case.id, ((event, self.now) for event in events))

    def _loads_now(self, loads: Mapping[str, int]) -> dict[str, int]:
        """Resolved cases that a post reopened here count again."""
        now = dict(loads)
        for case_id, events in self.events.items():
            case = self.cases[case_id]
            if not case.waiting and any(event.kind == "reopened" for event in events):
                now[case.owner] = now.get(case.owner, 0) + 1
        return now


def _assigned(assignment: Assignment) -> Assigned:
    return Assigned(owner=assignment.owner, why=assignment.why, waiting=assignment.waiting)


def without_text(triaged: TriagedPost, deleted_at: datetime) -> TriagedPost:
    """A post its author took back: nothing of what they said stays."""
    scores = triaged.scores and replace(triaged.scores, evidence=())
    return replace(triaged, post=replace(triaged.post, text=""), scores=scores, deleted_at=deleted_at)
