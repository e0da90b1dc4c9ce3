from dataclasses import replace

import pytest

from streams.cases.commands import AddNote, Claim, Escalate, MakePromise, Resolve
from streams.cases.decide import CommandRefused
from streams.records import Effect, Verdict
from streams.routing.act import NotFound, act, take_from_audit
from tests.unit.cases.cast import THRESHOLDS
from tests.unit.routing.cast import BEN, HOSTILE, NOON, PROBLEM, World, at, handler, heard, taken_back


async def do(world, name, command, actor="ben"):
    return await act(world.book, world.case(name).id, command, roster=world.roster, actor=actor, now=world.now)


async def test_an_act_is_decided_written_and_returned():
    world = World()
    await world.hear(heard("1", PROBLEM))
    case = await do(world, "1", Claim(handler="ben"))
    assert world.book.only_case == case
    assert (case.owner, case.claimed) == ("ben", True)
    assert world.book.changes[-1].actor == "ben"


async def test_a_refused_command_changes_nothing():
    world = World()
    await world.hear(heard("1", PROBLEM))
    before = (world.book.only_case, len(world.book.changes))
    with pytest.raises(CommandRefused, match="has not been told"):
        await do(world, "1", Resolve(text="", cause_department="x", cause="y", follow_up_due=at(9)))
    assert (world.book.only_case, len(world.book.changes)) == before


async def test_what_is_so_already_writes_nothing():
    world = World()
    await world.hear(heard("1", PROBLEM))
    await do(world, "1", Claim(handler="ben"))
    count = len(world.book.changes)
    await do(world, "1", Claim(handler="ben"))
    assert len(world.book.changes) == count


async def test_a_case_that_is_not_there_is_not_found():
    with pytest.raises(NotFound, match="c-nothing"):
        await act(World().book, "c-nothing", AddNote(text="x"), roster=World().roster, actor="ben", now=NOON)


async def test_solving_a_case_hands_on_the_one_that_waited():
    """Ben is full; when he resolves one, the case that waited is his in the same transaction."""
    world = World(handler("ben", capacity=1))
    await world.hear(heard("1", PROBLEM, author="a1"))
    await world.hear(heard("2", PROBLEM, author="a2"))
    assert world.case("2").waiting
    await do(world, "1", MakePromise(cause="a", solution="b", due=at(5), responsible="Ben"))
    await do(world, "1", Resolve(text="", cause_department="x", cause="y", follow_up_due=at(72)))
    assert (world.case("2").owner, world.case("2").waiting) == ("ben", False)
    assert world.book.changes[-1].actor == "hearout"


async def test_notes_hand_nothing_on():
    """Only freed capacity moves cases."""
    world = World(handler("ben", capacity=1))
    await world.hear(heard("1", PROBLEM, author="a1"))
    await world.hear(heard("2", PROBLEM, author="a2"))
    await do(world, "1", AddNote(text="x"))
    await do(world, "1", Escalate(to="sue", why="x"))
    assert world.case("2").waiting


async def test_claiming_over_capacity_is_allowed_and_said():
    world = World(handler("ben", capacity=1), handler("ana"))
    await world.hear(heard("1", PROBLEM, author="a1"))
    await world.hear(heard("2", PROBLEM, author="a2"))
    assert {world.case("1").owner, world.case("2").owner} == {"ana", "ben"}
    anas = "1" if world.case("1").owner == "ana" else "2"
    await do(world, anas, Claim(handler="ben"))
    (assigned, _claimed) = world.book.changes[-1].events
    assert assigned.why == ("claimed it", "over capacity (2 of 1)")


class TestAudit:
    async def take(self, world, name, actor="sue"):
        post_id = f"test:{name}"
        return await take_from_audit(
            world.book, post_id, roster=world.roster, rules=world.rules, actor=actor, now=world.now
        )

    async def test_abuse_with_a_real_problem_goes_to_a_negotiator(self):
        world = World()
        await world.hear(heard("1", {"hostility": 0.9}))
        case = await self.take(world, "1")
        assert (case.owner, case.verdict, case.skills) == ("ana", Verdict.HOSTILE_PROBLEM, ("negotiator",))
        kept = world.book.kept["test:1"]
        assert (kept.effect, kept.case_id, kept.verdict) == (Effect.OPENED, case.id, Verdict.HOSTILE_PROBLEM)
        assert "sue says: this is a real problem" in kept.why
        assert world.book.changes[-1].actor == "sue"

    async def test_a_mention_becomes_a_grievance(self):
        world = World()
        await world.hear(heard("1"))
        assert (await self.take(world, "1")).verdict is Verdict.GRIEVANCE

    async def test_a_person_ends_the_doubt(self):
        """The case says what the machine had thought, and nobody calls it undecided any more."""
        world = World(thresholds=replace(THRESHOLDS, undecided=0.1))
        await world.hear(heard("1", {"problem": 0.34}))
        assert world.book.kept["test:1"].undecided
        await self.take(world, "1")
        kept = world.book.kept["test:1"]
        assert not kept.undecided
        assert "the machine was unsure: problem 0.34 is close to 0.35" in kept.why

    async def test_said_twice_there_is_one_case(self):
        world = World()
        await world.hear(heard("1"))
        first = await self.take(world, "1")
        assert await self.take(world, "1") == first
        assert len(world.book.cases) == 1

    async def test_a_later_delivery_of_the_post_changes_nothing(self):
        world = World()
        await world.hear(heard("1"))
        await self.take(world, "1")
        await world.hear(heard("1"))
        assert world.effect("1") == "opened"

    async def test_cases_that_waited_are_handed_on_by_the_machine(self):
        """Sue opens one case; what the machine does with another is not signed by her."""
        world = World(replace(BEN, capacity=0))
        await world.hear(heard("1", PROBLEM), heard("2", author="bob"))
        world.roster = World(BEN).roster
        await self.take(world, "2")
        signed = {change.case.id: change.actor for change in world.book.changes[-2:]}
        assert signed == {world.case("1").id: "hearout", world.case("2").id: "sue"}

    async def test_what_cannot_be_taken_is_refused(self):
        world = World()
        await world.hear(heard("gone"), taken_back("gone"), heard("ours", HOSTILE, author="acme"))
        for name, message in (("gone", "took this post back"), ("ours", "is our own")):
            with pytest.raises(CommandRefused, match=message):
                await self.take(world, name)
        with pytest.raises(NotFound):
            await self.take(world, "nothing")
