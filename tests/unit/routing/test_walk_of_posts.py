"""Random streams of posts through the step and the timekeeper: what must hold whatever is heard."""

import asyncio
from collections import Counter
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.cases.case import Status
from streams.cases.commands import MakePromise, Resolve
from streams.cases.evolve import replay
from streams.records import Effect
from streams.routing.act import act
from streams.routing.timekeeper import tick
from tests.unit.routing.cast import ANA, BEN, HOSTILE, OFFICE, PROBLEM, World, at, handler, heard, taken_back

HEADS = st.sampled_from([{}, PROBLEM, HOSTILE, {"hostility": 0.9}, {"positive": 0.9}])
NAMES = st.integers(0, 12).map(str)
RECORDS = st.one_of(
    st.builds(
        lambda name, heads, lang, hours, version, text: heard(
            name,
            heads,
            author=f"author-{int(name) % 4}",
            lang=lang,
            created_at=at(hours),
            version=version,
            text=text,
        ),
        NAMES,
        HEADS,
        st.sampled_from(["en", "es", "fi"]),
        st.integers(0, 200),
        st.integers(0, 2),
        st.sampled_from(["late again", "the heater caught fire", ""]),
    ),
    st.builds(lambda name: taken_back(name, author=f"author-{int(name) % 4}"), NAMES),
)
BATCHES = st.lists(
    st.tuples(st.lists(RECORDS, max_size=8), st.integers(0, 9), st.booleans(), st.booleans()), max_size=6
)


def world_of_two():
    small, away = {"capacity": 2}, {"capacity": 3, "hours": OFFICE}
    return World(
        handler("ana", languages=ANA.languages, skills=ANA.skills, **small),
        handler("ben", languages=BEN.languages, **away),
    )


@settings(deadline=None)
@given(BATCHES)
def test_what_must_hold_whatever_is_heard(batches):
    """One effect per post, an owner per case, nobody over capacity, no older equal case passed over, events whole."""
    world = world_of_two()

    async def walk():
        for records, hours, ticks, solves in batches:
            world.now += timedelta(hours=hours)
            if solves:
                await solve_one(world)
            before = dict(world.book.cases)
            await world.hear(*records)
            for record in records:
                name = record.id if hasattr(record, "deleted_at") else record.post.id
                assert name in world.book.kept
            never_overtaken(before)
            if ticks:
                await tick(world.book, world.roster, world.now)
                assert await tick(world.book, world.roster, world.now) == 0
            check_loads(world)
            snapshot = (dict(world.book.kept), dict(world.book.cases), len(world.book.changes))
            await world.hear(*records)
            assert snapshot == (world.book.kept, world.book.cases, len(world.book.changes))

    def never_overtaken(before):
        still = [world.book.cases[case_id] for case_id in before if world.book.cases[case_id].waiting]
        newer = [case for case_id, case in world.book.cases.items() if case_id not in before and not case.waiting]
        for old in still:
            for new in newer:
                assert (old.lang, old.skills) != (new.lang, new.skills) or old.severity < new.severity

    asyncio.run(walk())
    check_book(world)


async def solve_one(world):
    """Makes room for whoever has the oldest case."""
    busy = [case for case in world.book.cases.values() if case.status is Status.OPEN and not case.waiting]
    for case in busy[:1]:
        later = world.now + timedelta(hours=5)
        for command in (
            MakePromise(cause="traffic", solution="a free clean", due=later, responsible="Ana, +34 555 01"),
            Resolve(text="", cause_department="planning", cause="cars", follow_up_due=later),
        ):
            await act(world.book, case.id, command, roster=world.roster, actor=case.owner, now=world.now)


def check_book(world):
    homes = Counter(post_id for case in world.book.cases.values() for post_id in case.post_ids)
    for post_id, kept in world.book.kept.items():
        assert homes[post_id] == (1 if kept.effect in (Effect.OPENED, Effect.JOINED) else 0)
        assert (kept.case_id in world.book.cases) == (homes[post_id] == 1)
        if kept.verdict is not None and kept.verdict.has_problem:
            assert kept.case_id
    for case in world.book.cases.values():
        assert case.owner
        log = [
            (event, change.at) for change in world.book.changes if change.case.id == case.id for event in change.events
        ]
        assert replay(case.id, log) == case


def check_loads(world):
    """Reopened cases go back to their owner, room or not; nothing else goes above capacity."""
    reopened = {case_id for case_id in world.book.cases if "reopened" in world.book.kinds(case_id)}
    loads = Counter(
        case.owner
        for case in world.book.cases.values()
        if case.status is Status.OPEN and not case.waiting and case.id not in reopened
    )
    for person in world.roster.handlers:
        assert loads[person.id] <= person.capacity
