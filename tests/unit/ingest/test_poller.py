"""A poller brings what a source hears onto the bus, remembers the place, and shows how the source fares."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from streams.errors import Misconfigured, Transient
from streams.ingest.poller import FIRST_WAIT, LONGEST_WAIT, Poller
from streams.ingest.ports import Gap, Heard, SourceState, SourceStatus
from streams.ingest.refusal import dead_letter
from streams.metrics import Metrics
from streams.records import Post
from tests.unit.ingest.doubles import KeptPublisher, MemorySourceBook

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def post(number: int) -> Post:
    return Post(
        id=f"toy:{number}", source="toy", author="ana", text="x", created_at=NOON - timedelta(minutes=5), heard_at=NOON
    )


@dataclass
class Toy:
    """Says its pieces from the cursor on; an exception among them is raised once."""

    pieces: list[Heard | Exception | None]
    name: str = "toy"
    asked: list[str | None] = field(default_factory=list)
    closed: int = 0

    async def listen(self, cursor: str | None) -> AsyncIterator[Heard]:
        self.asked.append(cursor)
        try:
            for at in range(int(cursor or 0), len(self.pieces)):
                piece = self.pieces[at]
                if piece is None:
                    await asyncio.get_running_loop().create_future()
                elif isinstance(piece, Exception):
                    self.pieces[at] = Heard(cursor=str(at + 1))
                    raise piece
                else:
                    yield piece
        finally:
            self.closed += 1


@dataclass
class Scene:
    source: Toy
    book: MemorySourceBook = field(default_factory=MemorySourceBook)
    publisher: KeptPublisher = field(default_factory=KeptPublisher)
    metrics: Metrics = field(default_factory=Metrics)
    waits: list[float] = field(default_factory=list)

    def poller(self, *, chance: Callable[[], float] = lambda: 1.0) -> Poller:
        return Poller(
            self.source,
            publisher=self.publisher,
            book=self.book,
            clock=lambda: NOON,
            metrics=self.metrics,
            sleep=self._sleep,
            chance=chance,
        )

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    def metric(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(name, labels)

    @property
    def states(self) -> list[SourceState]:
        return [status.state for status in self.book.saved]


async def test_what_is_heard_is_published_and_the_place_saved() -> None:
    """Then the source is finished; posts and age are counted."""
    scene = Scene(Toy([Heard(records=(post(1),), cursor="1"), Heard(records=(post(2),), cursor="2")]))
    await scene.poller().run(asyncio.Event())

    assert [record.id for record in scene.publisher.records] == ["toy:1", "toy:2"]
    assert scene.book.saved[-1] == SourceStatus(
        name="toy", state=SourceState.FINISHED, since=NOON, newest_post_at=NOON - timedelta(minutes=5), cursor="2"
    )
    assert scene.metric("hearout_posts_heard_total", source="toy") == 2
    assert scene.metric("hearout_source_age_seconds", source="toy") == 300
    assert scene.metric("hearout_source_up", source="toy") == 1
    assert scene.source.closed == 1


async def test_listening_goes_on_from_the_saved_place() -> None:
    scene = Scene(Toy([Heard(records=(post(1),), cursor="1"), Heard(records=(post(2),), cursor="2")]))
    await scene.book.save(SourceStatus(name="toy", state=SourceState.BROKEN, since=NOON, cursor="1"))
    await scene.poller().run(asyncio.Event())

    assert scene.source.asked == ["1"]
    assert [record.id for record in scene.publisher.records] == ["toy:2"]


async def test_an_absent_network_is_tried_again_and_shown_as_broken_meanwhile() -> None:
    """From the saved place, and with the error in words."""
    scene = Scene(
        Toy([Heard(records=(post(1),), cursor="1"), Transient("away"), Heard(records=(post(2),), cursor="3")])
    )
    await scene.poller().run(asyncio.Event())

    assert scene.source.asked == [None, "1"]
    broken = next(status for status in scene.book.saved if status.state is SourceState.BROKEN)
    assert (broken.error, broken.failures, broken.cursor) == ("away", 1, "1")
    assert scene.states[-1] is SourceState.FINISHED
    assert scene.book.saved[-1].failures == 0


async def test_a_bug_in_a_connector_is_no_end() -> None:
    scene = Scene(Toy([ZeroDivisionError("by zero"), Heard(records=(post(1),), cursor="2")]))
    await scene.poller().run(asyncio.Event())

    assert any(status.error == "the connector failed: ZeroDivisionError: by zero" for status in scene.book.saved)
    assert len(scene.publisher.records) == 1


async def test_what_a_person_has_to_mend_stops_this_source() -> None:
    """And is shown with its hint."""
    scene = Scene(Toy([Misconfigured("no such file", id="HO-FILE", hint="check the path")]))
    poller = scene.poller()
    await poller.run(asyncio.Event())

    assert poller.status.state is SourceState.BROKEN
    assert "check the path" in scene.book.saved[-1].error
    assert scene.waits == []
    assert scene.metric("hearout_source_up", source="toy") == 0


async def test_waits_grow_to_a_ceiling_and_start_anew_after_a_success() -> None:
    """At least half of each wait is sure, the rest is chance."""
    scene = Scene(Toy([]))
    failing = scene.source

    async def listen(cursor: str | None) -> AsyncIterator[Heard]:
        failing.asked.append(cursor)
        if len(failing.asked) <= 12 or len(failing.asked) == 14:
            raise Transient("away")
        if len(failing.asked) == 13:
            yield Heard(records=(post(1),), cursor="1")
            raise Transient("again")

    failing.listen = listen  # type: ignore[method-assign]
    await scene.poller().run(asyncio.Event())

    doubled = [min(LONGEST_WAIT, FIRST_WAIT * 2**n) for n in range(12)]
    assert scene.waits == [*doubled, FIRST_WAIT, FIRST_WAIT * 2]
    calm = Scene(Toy([Transient("away")]))
    await calm.poller(chance=lambda: 0.0).run(asyncio.Event())
    assert calm.waits == [FIRST_WAIT / 2]


async def test_the_place_is_not_saved_before_its_posts_are_safe() -> None:
    """When the bus is away the same piece comes again."""
    scene = Scene(Toy([Heard(records=(post(1),), cursor="1")]), publisher=KeptPublisher(away=2))
    await scene.poller().run(asyncio.Event())

    assert scene.source.asked == [None, None, None]
    assert [record.id for record in scene.publisher.records] == ["toy:1"]


async def test_a_book_that_is_away_at_the_start_keeps_its_place() -> None:
    """What is not known yet must not be written over."""
    scene = Scene(Toy([Heard(records=(post(1),), cursor="1"), Heard(records=(post(2),), cursor="2")]))
    await scene.book.save(SourceStatus(name="toy", state=SourceState.HEARING, since=NOON, cursor="1"))
    scene.book.away = 3
    await scene.poller().run(asyncio.Event())

    assert {status.cursor for status in scene.book.saved} == {"1", "2"}
    assert scene.source.asked == ["1"]


async def test_gaps_and_refusals_are_kept_and_counted() -> None:
    gap = Gap(start=NOON - timedelta(hours=2), end=NOON, why="the server started later than asked")
    letter = dead_letter(stage="source:toy", source="toy", origin="line 1", payload=b"x", reason="bad", at=NOON)
    scene = Scene(Toy([Heard(refused=(letter,), gaps=(gap,), cursor="1")]))
    await scene.poller().run(asyncio.Event())

    assert scene.book.noted == [("toy", gap)]
    assert scene.publisher.letters == [letter]
    assert scene.metric("hearout_source_gaps_total", source="toy") == 1
    assert scene.metric("hearout_dead_letters_total", stage="source:toy") == 1


async def test_stopping_ends_the_listening_and_keeps_the_place() -> None:
    """The source is closed; it was not finished, so it does not say so."""
    scene = Scene(Toy([Heard(records=(post(1),), cursor="1"), None]))
    stop = asyncio.Event()
    poller = scene.poller()
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        group.create_task(poller.run(stop))
        while not scene.publisher.records:
            await asyncio.sleep(0)
        stop.set()

    assert scene.source.closed == 1
    assert (poller.status.state, poller.status.cursor) == (SourceState.HEARING, "1")


async def test_a_full_bus_is_waited_for_but_not_at_the_end() -> None:
    """Nothing is published while there is no room; stopping does not wait for it, and nothing is lost."""
    scene = Scene(Toy([Heard(records=(post(1),), cursor="1")]))
    stop = asyncio.Event()
    waiting = asyncio.Event()

    async def never() -> None:
        waiting.set()
        await asyncio.get_running_loop().create_future()

    poller = scene.poller()
    poller.room = never
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        group.create_task(poller.run(stop))
        await waiting.wait()
        stop.set()

    assert scene.publisher.records == []
    assert scene.book.saved[-1].cursor is None


async def test_a_connection_alone_makes_it_hearing() -> None:
    """A quiet network is not a broken one; but the failures stay until something was heard."""
    scene = Scene(Toy([Transient("away"), Heard(), None]))
    stop = asyncio.Event()
    poller = scene.poller()
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        group.create_task(poller.run(stop))
        while scene.states.count(SourceState.HEARING) < 2:
            await asyncio.sleep(0)
        stop.set()
    assert poller.status.state is SourceState.HEARING


@pytest.mark.parametrize("when", range(6))
async def test_being_cancelled_anywhere_loses_nothing(when: int) -> None:
    """Whatever was not published comes again with the next run."""
    pieces: list[Heard | Exception | None] = [Heard(records=(post(n),), cursor=str(n + 1)) for n in range(5)]
    scene = Scene(Toy(pieces))
    task = asyncio.create_task(scene.poller().run(asyncio.Event()))
    for _ in range(when * 7):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await scene.poller().run(asyncio.Event())

    assert {record.id for record in scene.publisher.records} == {f"toy:{n}" for n in range(5)}
