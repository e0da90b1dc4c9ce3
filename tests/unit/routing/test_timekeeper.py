from dataclasses import replace
from datetime import timedelta

from streams.cases.commands import LogContact
from streams.routing.act import act
from streams.routing.timekeeper import tick
from tests.unit.routing.cast import ANA, BEN, NOON, OFFICE, PROBLEM, TEAM, World, at, handler, heard


async def ticked(world, hours):
    world.now = at(hours)
    return await tick(world.book, world.roster, world.now)


async def test_a_passed_deadline_is_said_and_escalated_once():
    """However often the clock is asked, also by a second timekeeper."""
    world = World()
    await world.hear(heard("1", PROBLEM))
    assert await ticked(world, 4) == 0
    assert await ticked(world, 4.1) == 1
    assert world.book.kinds(world.case("1").id)[-2:] == ["overdue", "escalated"]
    assert world.case("1").helpers == ("sue",)
    assert await ticked(world, 4.1) == 0
    assert await ticked(world, 5) == 0


async def test_nothing_is_said_after_somebody_called():
    world = World()
    await world.hear(heard("1", PROBLEM))
    call = LogContact(channel="call", reached=True)
    await act(world.book, world.case("1").id, call, roster=world.roster, actor="ben", now=at(1))
    assert await ticked(world, 5) == 0


async def test_deadlines_do_not_pass_at_night_or_on_the_weekend():
    """Heard on Friday at five, with four working hours: late on Monday at noon, and not before."""
    world = World(team=replace(TEAM, hours=OFFICE))
    world.now = NOON + timedelta(days=4, hours=5)
    await world.hear(heard("1", PROBLEM))
    friday = 4 * 24 + 5
    assert await ticked(world, friday + 60) == 0
    assert await ticked(world, friday + 2 * 24 + 18.9) == 0
    assert await ticked(world, friday + 2 * 24 + 19.1) == 1


async def test_more_cases_than_fit_one_transaction_are_all_told():
    world = World(handler("ben", capacity=1000))
    await world.hear(*(heard(str(number), PROBLEM, author=f"a{number}") for number in range(250)))
    assert await ticked(world, 4.1) == 250


async def test_a_case_of_the_night_is_handed_on_when_the_shift_begins():
    """Ben starts at nine; nobody has to ask."""
    world = World(replace(BEN, hours=OFFICE))
    world.now = NOON.replace(hour=20)
    await world.hear(heard("1", PROBLEM))
    assert world.case("1").waiting
    assert await ticked(world, 8.2) == 0
    await ticked(world, 21)
    assert (world.case("1").owner, world.case("1").waiting) == ("ben", False)


async def test_a_case_that_waits_too_long_reaches_the_supervisor_once():
    world = World(replace(ANA, capacity=0))
    await world.hear(heard("1", PROBLEM))
    assert await ticked(world, 0.9) == 0
    assert await ticked(world, 1) == 1
    assert world.case("1").helpers == ("sue",)
    assert await ticked(world, 2) == 0


async def test_waiting_counts_in_working_hours():
    """Nobody is called at night because nobody works at night."""
    world = World(replace(BEN, capacity=0), team=replace(TEAM, hours=OFFICE))
    world.now = NOON.replace(hour=20)
    await world.hear(heard("1", PROBLEM))
    assert await ticked(world, 20) == 0
    assert await ticked(world, 22.1) == 1
