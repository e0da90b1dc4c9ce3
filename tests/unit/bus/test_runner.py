"""The runner: no batch is taken as done before it is, a bad record costs only itself, and a bad stage stops."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from structlog.testing import capture_logs

from streams.bus.ports import Batch, Message, Outgoing
from streams.bus.publisher import BusPublisher
from streams.bus.runner import Letters, Runner, WrongFates
from streams.bus.wire import decode, encode
from streams.errors import Misconfigured, Refused, TooManyRefusals, Transient
from streams.metrics import Metrics
from streams.records import DeadLetter, Post, letter_id
from streams.stage import Drop, Fate, Pass, Refuse, Step
from streams.topics import DEAD_LETTERS, POSTS, Topic
from tests.unit.bus.doubles import ListBus, Naps, RuleStep, hold, messages
from tests.unit.bus.samples import DELETION, EVENT, POST

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
#: A topic for what passed, which takes posts so that a step can pass them on as they are.
ONWARD = Topic(
    name="onward", records=(Post,), key=lambda record: f"to:{record.author}" if isinstance(record, Post) else ""
)

ANA, BEN, CAROL = (replace(POST, id=f"file:{name}", author=name) for name in ("ana", "ben", "carol"))


def passing(post: Post) -> Fate:
    return Pass(post)


def refusing(*bad: Post) -> Callable[[Post], Fate]:
    return lambda post: Refuse(f"{post.author} is refused") if post in bad else Pass(post)


class World:
    """One runner with everything around it in sight."""

    def __init__(
        self,
        bus: ListBus,
        step: Step[Any],
        *,
        naps: Naps | None = None,
        max_refusals: int = 100,
        writes: Topic | None = ONWARD,
        letters: Letters | None = None,
    ) -> None:
        self.bus = bus
        self.metrics = Metrics()
        self.naps = naps or Naps()
        self.stop = asyncio.Event()
        self.runner = Runner(
            stage="score",
            reads=POSTS,
            writes=writes,
            step=step,
            bus=bus,
            letters=letters or BusPublisher(bus).refused,
            clock=lambda: NOON,
            metrics=self.metrics,
            hold=hold(self.metrics, self.naps),
            batch=Batch(),
            max_refusals=max_refusals,
        )

    async def run(self) -> None:
        """Until all that waits is settled, or the runner ends by itself."""
        async with asyncio.timeout(5):
            running = asyncio.create_task(self.runner.run(self.stop))
            idle = asyncio.create_task(self.bus.idle.wait())
            await asyncio.wait([running, idle], return_when=asyncio.FIRST_COMPLETED)
            idle.cancel()
            self.stop.set()
            await running

    def passed(self) -> list[str]:
        return [post.id for sent in self.bus.published["onward"] if isinstance(post := decode(sent.value), Post)]

    def letters(self) -> list[DeadLetter]:
        sent = [decode(letter.value) for letter in self.bus.published[DEAD_LETTERS.name]]
        return [letter for letter in sent if isinstance(letter, DeadLetter)]

    def counted(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(name, {"stage": "score", **labels}) or 0.0


async def test_what_passes_goes_on_in_order_under_its_key() -> None:
    """Each record that passed is published once, as the next topic keys it, and the batch is committed."""
    world = World(ListBus(messages("posts", ANA, BEN), messages("posts", CAROL)), RuleStep(passing))
    await world.run()
    assert world.passed() == [ANA.id, BEN.id, CAROL.id]
    assert [sent.key for sent in world.bus.published["onward"]] == ["to:ana", "to:ben", "to:carol"]
    assert world.bus.committed == 2
    assert world.counted("hearout_records_total", fate="passed") == 3
    assert world.counted("hearout_batch_size_sum") == 3
    assert world.counted("hearout_stage_seconds_count") == 2


async def test_what_is_dropped_ends_and_is_counted_by_its_reason() -> None:
    """Nothing is published for it."""
    world = World(ListBus(messages("posts", ANA, BEN)), RuleStep(lambda _: Drop("repeat")))
    await world.run()
    assert not world.bus.published
    assert world.bus.committed == 1
    assert world.counted("hearout_records_total", fate="dropped: repeat") == 2


async def test_a_stage_that_writes_nothing_publishes_nothing() -> None:
    """Its step had the effect."""
    world = World(ListBus(messages("posts", ANA)), RuleStep(passing), writes=None)
    await world.run()
    assert not world.bus.published
    assert world.bus.committed == 1


async def test_a_refused_record_becomes_a_dead_letter_with_its_original_bytes() -> None:
    """Bytes, reason, stage, place, time and the post's id, exactly; its neighbours pass."""
    batch = messages("posts", ANA, BEN, CAROL)
    world = World(ListBus(batch), RuleStep(refusing(BEN)))
    await world.run()
    assert world.letters() == [
        DeadLetter(
            id=letter_id("score", "posts", "key-1", encode(BEN)),
            stage="score",
            topic="posts",
            key="key-1",
            payload=encode(BEN),
            reason="ben is refused",
            at=NOON,
            post_id="file:ben",
        )
    ]
    assert world.passed() == [ANA.id, CAROL.id]
    assert world.counted("hearout_dead_letters_total") == 1
    assert world.counted("hearout_records_total", fate="refused") == 1


async def test_bytes_that_are_no_record_are_refused_without_the_step() -> None:
    """The step sees only what could be read; garbage keeps its bytes, and the post's id where it shows."""
    newer = encode(BEN).replace(b'"v":2', b'"v":7')
    step = RuleStep(passing)
    world = World(ListBus(messages("posts", b"\xff garbage", ANA, newer)), step)
    await world.run()
    assert step.calls == [[ANA.id]]
    assert [(letter.payload, letter.post_id) for letter in world.letters()] == [(b"\xff garbage", ""), (newer, BEN.id)]
    assert "no readable JSON" in world.letters()[0].reason
    assert world.passed() == [ANA.id]


async def test_a_record_on_the_wrong_topic_is_refused() -> None:
    """A well-formed record of a kind that does not stand on the topic never reaches the step."""
    step = RuleStep(passing)
    world = World(ListBus(messages("posts", EVENT)), step)
    await world.run()
    assert step.calls == []
    assert world.letters()[0].reason == "a case_event does not belong on 'posts'"


async def test_a_refused_deletion_is_no_refused_post() -> None:
    """Its dead letter names no post, so that the post is not taken for refused."""
    world = World(ListBus(messages("posts", DELETION)), RuleStep(lambda _: Refuse("no")))
    await world.run()
    assert world.letters()[0].post_id == ""


async def test_the_same_refusal_is_the_same_dead_letter() -> None:
    """Its id depends on stage, topic, key and bytes, and on nothing else."""
    batch = messages("posts", b"bad")
    first, second = (World(ListBus(batch), RuleStep(passing)) for _ in range(2))
    await first.run()
    await second.run()
    assert first.letters() == second.letters()
    ids = {
        letter_id(*it)
        for it in [("a", "b", "c", b"d"), ("ab", "", "c", b"d"), ("a", "b", "cd", b""), ("a", "b", "c", b"")]
    }
    assert len(ids) == 4


async def test_one_poisonous_record_costs_only_itself() -> None:
    """A step that raises on a batch is tried record by record; the one that raises is refused with type and message."""

    async def step(records: Sequence[Post]) -> Sequence[Fate]:
        if BEN in records:
            raise ZeroDivisionError("no such thing")
        return [Pass(record) for record in records]

    world = World(ListBus(messages("posts", ANA, BEN, CAROL)), step)
    await world.run()
    assert world.passed() == [ANA.id, CAROL.id]
    assert [(letter.post_id, letter.reason) for letter in world.letters()] == [
        (BEN.id, "ZeroDivisionError: no such thing")
    ]


async def test_a_step_that_raises_refused_gives_the_reason_as_it_is() -> None:
    """The sentence of a `Refused` is for people; no type stands before it."""
    world = World(ListBus(messages("posts", ANA)), RuleStep(passing, Refused("too odd")))
    await world.run()
    assert world.letters()[0].reason == "too odd"


async def test_a_reason_is_kept_short() -> None:
    """An exception may carry a whole post in its message."""
    world = World(ListBus(messages("posts", ANA)), RuleStep(passing, ValueError("x\ud800" * 5000)))
    await world.run()
    assert len(world.letters()[0].reason) == 500
    assert world.letters()[0].reason.endswith("…")


async def test_a_transient_fault_of_the_step_holds_the_batch() -> None:
    """The whole batch is tried again, with growing pauses, until it passes; nothing is refused or committed before."""
    step = RuleStep(passing, *(Transient("database is away") for _ in range(5)))
    world = World(ListBus(messages("posts", ANA, BEN)), step)
    await world.run()
    assert step.calls == [[ANA.id, BEN.id]] * 6
    assert world.naps.seconds == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6])
    assert world.passed() == [ANA.id, BEN.id]
    assert world.letters() == []
    assert world.counted("hearout_retries_total") == 5


async def test_a_transient_fault_of_one_record_alone_holds_too() -> None:
    """Also while records are tried one by one, nothing is refused for a world that is away."""
    step = RuleStep(passing, ValueError("all together we fail"), Transient("away"))
    world = World(ListBus(messages("posts", ANA, BEN)), step)
    await world.run()
    assert step.calls == [[ANA.id, BEN.id], [ANA.id], [ANA.id], [BEN.id]]
    assert world.passed() == [ANA.id, BEN.id]
    assert world.letters() == []


async def test_a_transient_fault_of_the_bus_does_not_take_the_step_again() -> None:
    """Publishing is tried again by itself, and what the stage made is not made twice."""
    step = RuleStep(refusing(BEN))
    world = World(ListBus(messages("posts", ANA, BEN), faults=[Transient("full"), Transient("full")]), step)
    await world.run()
    assert step.calls == [[ANA.id, BEN.id]]
    assert world.passed() == [ANA.id]
    assert len(world.letters()) == 1
    assert world.counted("hearout_retries_total") == 2


async def test_what_the_bus_does_not_take_is_refused_and_the_rest_goes_on() -> None:
    """One record that grew too large costs only itself; nothing is handled twice by the step."""
    bus, step = ListBus(messages("posts", ANA, BEN, CAROL)), RuleStep(passing)
    publish = bus.publish

    async def narrow(topic: str, sent: Sequence[Outgoing]) -> None:
        if topic == "onward" and any(decode(one.value) == BEN for one in sent):
            raise Refused("a message for onward is larger than Kafka takes")
        await publish(topic, sent)

    bus.publish = narrow  # type: ignore[method-assign]
    world = World(bus, step)
    await world.run()
    assert world.passed() == [ANA.id, CAROL.id]
    (letter,) = world.letters()
    assert (letter.post_id, letter.payload) == (BEN.id, encode(BEN))
    assert letter.reason == "a message for onward is larger than Kafka takes"
    assert step.calls == [[ANA.id, BEN.id, CAROL.id]]
    assert world.bus.committed == 1
    assert world.counted("hearout_records_total", fate="refused") == 1
    assert world.counted("hearout_records_total", fate="passed") == 2


async def test_a_bus_that_cannot_be_read_is_read_again() -> None:
    """Consuming begins anew after a pause."""
    bus = ListBus(messages("posts", ANA))
    bus.consume_faults = [Transient("away"), Transient("away")]
    world = World(bus, RuleStep(passing))
    await world.run()
    assert world.passed() == [ANA.id]
    assert world.naps.seconds == pytest.approx([0.1, 0.2])


async def test_a_stop_while_holding_leaves_the_batch_unsettled() -> None:
    """The runner returns, and nothing of the batch was published, refused or committed."""

    async def never(records: Sequence[Post]) -> Sequence[Fate]:
        raise Transient("away for good")

    naps = Naps()
    world = World(ListBus(messages("posts", b"garbage", ANA)), never, naps=naps)
    naps._then = lambda: world.stop.set() if len(naps.seconds) == 3 else None
    await world.run()
    assert world.bus.committed == 0
    assert not world.bus.published
    assert len(naps.seconds) == 3


async def test_misconfigured_goes_up() -> None:
    """A person has to act: the runner ends with what is wrong, and the batch stays."""
    fault = Misconfigured("no model", id="HO-MODEL", hint="install one")
    world = World(ListBus(messages("posts", ANA, BEN)), RuleStep(passing, fault))
    with pytest.raises(Misconfigured, match="no model"):
        await world.run()
    assert world.bus.committed == 0
    assert not world.bus.published


async def test_a_step_with_the_wrong_number_of_fates_is_a_fault_of_ours() -> None:
    """It is raised, as any way to go on would lose or mix up records."""

    async def forgetful(records: Sequence[Post]) -> Sequence[Fate]:
        return [Pass(record) for record in records[1:]]

    world = World(ListBus(messages("posts", ANA, BEN)), forgetful)
    with pytest.raises(WrongFates, match="gave 1 fates for 2 records"):
        await world.run()
    assert world.bus.committed == 0
    assert not world.bus.published


async def test_passing_a_record_that_does_not_belong_on_the_next_topic_is_a_fault_of_ours() -> None:
    """Raised before anything of the batch is published."""
    world = World(ListBus(messages("posts", ANA, BEN)), RuleStep(lambda post: Pass(EVENT if post == BEN else post)))
    with pytest.raises(TypeError, match="does not belong on 'onward'"):
        await world.run()
    assert not world.bus.published


async def test_too_many_refusals_in_a_row_stop_the_stage() -> None:
    """As many as allowed are dead letters; the next stays on the topic with all that follows."""
    posts = [replace(POST, id=f"file:{n}") for n in range(6)]
    world = World(ListBus(messages("posts", *posts)), RuleStep(lambda post: Refuse(f"no {post.id}")), max_refusals=3)
    with pytest.raises(TooManyRefusals, match=r"stage 'score' refused 4 records in a row and stopped; .* no file:3"):
        await world.run()
    assert [letter.post_id for letter in world.letters()] == ["file:0", "file:1", "file:2"]
    assert world.bus.committed == 0
    assert world.counted("hearout_dead_letters_total") == 3


def test_who_meets_the_limit_reads_the_way_past_it() -> None:
    """Where the records truly are bad, starting again only meets the same record."""
    assert "raise `bus.max_refusals`" in TooManyRefusals("score", 101, "no text").hint


async def test_refusals_in_a_row_are_counted_over_batches() -> None:
    """Small batches do not hide a fault."""
    batches = [messages("posts", replace(POST, id=f"file:{n}")) for n in range(6)]
    world = World(ListBus(*batches), RuleStep(lambda _: Refuse("no")), max_refusals=3)
    with pytest.raises(TooManyRefusals):
        await world.run()
    assert world.bus.committed == 3


@pytest.mark.parametrize("good", [Pass(CAROL), Drop("repeat")])
async def test_any_good_record_between_them_breaks_the_row(good: Fate) -> None:
    """Bad records among good ones are ordinary life."""
    batches = [messages("posts", ANA, BEN, CAROL) for _ in range(10)]
    step = RuleStep(lambda post: good if post == CAROL else Refuse("no"))
    world = World(ListBus(*batches), step, max_refusals=2)
    await world.run()
    assert world.bus.committed == 10


async def test_as_many_refusals_as_allowed_do_not_stop() -> None:
    """The limit itself is still allowed."""
    world = World(ListBus(messages("posts", ANA, BEN)), RuleStep(lambda _: Refuse("no")), max_refusals=2)
    await world.run()
    assert world.bus.committed == 1


async def test_dead_letters_go_where_the_stage_was_told() -> None:
    """The stage that keeps dead letters hands its own to the shelf, and writes none to the topic it reads."""
    kept: list[DeadLetter] = []

    async def shelf(letters: Sequence[DeadLetter]) -> None:
        kept.extend(letters)

    world = World(ListBus(messages("posts", b"raw")), RuleStep(passing), letters=shelf)
    await world.run()
    assert [letter.payload for letter in kept] == [b"raw"]
    assert not world.bus.published


async def test_logs_hold_no_text_of_posts() -> None:
    """Not of a post that was refused, and not of one that was held."""
    secret = replace(POST, text="my card is 4111")
    step = RuleStep(lambda _: Refuse("could not read 'my card is 4111'"), Transient("away"))
    with capture_logs() as logs:
        await World(ListBus(messages("posts", secret, b"my card is 4111")), step).run()
    assert [line["event"] for line in logs] == ["holding", "going on", "refused"]
    assert "4111" not in str(logs)


async def test_any_batch_is_settled_whole_before_it_is_committed() -> None:
    """Whatever fails on the way, when a batch counts as done, each of its records passed on or became a dead letter."""
    published_at_commit: list[int] = []

    class Watched(ListBus):
        async def consume(self, topic: str, group: str, handle: Any, **rest: Any) -> None:
            async def watched(batch: Sequence[Message]) -> None:
                await handle(batch)
                published_at_commit.append(sum(map(len, self.published.values())))

            await super().consume(topic, group, watched, **rest)

    bus = Watched(messages("posts", ANA, b"bad"), messages("posts", BEN), faults=[Transient("away")])
    await World(bus, RuleStep(passing, Transient("away"))).run()
    assert published_at_commit == [2, 3]
