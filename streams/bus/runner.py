"""A stage at work: messages walk in, the step says their fate, and passed records and dead letters walk out.

The same for every bus. What it makes true, whatever the step does:

- a batch is committed only after all that came of it is on the bus;
- `Transient` holds the batch, for ever if need be; a stop leaves it unsettled, to come again;
- a record's own fault costs only that record: it goes to the dead letters with its original bytes;
- too many refusals in a row stop the stage, since then the fault is not in the records.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import structlog

from streams.bus.hold import Hold, Left
from streams.bus.letters import letter_about
from streams.bus.ports import Batch, Bus, Message, Outgoing
from streams.bus.wire import decode, kind_of, outgoing
from streams.clock import Clock
from streams.errors import Misconfigured, Refused, TooManyRefusals
from streams.metrics import Metrics
from streams.records import DeadLetter, Record
from streams.stage import Drop, Fate, Pass, Refuse, Step
from streams.topics import Topic

_REFUSED = "refused"

log = structlog.get_logger(__name__)

#: Takes dead letters to where they are safe; they are when it returns. Raises `Transient`.
Letters = Callable[[Sequence[DeadLetter]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Settled:
    """One message, what it says (None where that cannot be read), its fate, and what of it goes on."""

    message: Message
    record: Record | None
    fate: Fate
    onward: Outgoing | None = None


class Runner:
    """Runs one stage, which reads as the group of its own name.

    `letters` takes what is refused: a publisher's `refused`, or for the stage that keeps dead letters the shelf's
    `keep`, as that one must not write to the topic it reads. `writes` is None for a stage whose step has the effect.
    """

    def __init__(
        self,
        *,
        stage: str,
        reads: Topic,
        writes: Topic | None,
        step: Step[Any],
        bus: Bus,
        letters: Letters,
        clock: Clock,
        metrics: Metrics,
        hold: Hold,
        batch: Batch,
        max_refusals: int,
    ) -> None:
        self._stage = stage
        self._reads = reads
        self._writes = writes
        self._step = step
        self._bus = bus
        self._letters = letters
        self._clock = clock
        self._metrics = metrics
        self._hold = hold
        self._batch = batch
        self._max_refusals = max_refusals
        self._refused_in_a_row = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set. Raises `Misconfigured` (`TooManyRefusals` is one) when a person has to act."""
        consume = partial(
            self._bus.consume,
            self._reads.name,
            self._stage,
            partial(self.handle, stop=stop),
            batch=self._batch,
            stop=stop,
        )
        try:
            # `handle` lets no Transient out: one that comes here is the bus's own.
            await self._hold.until_done(consume, stop)
        except Left:
            log.info("left a batch unsettled", stage=self._stage)

    async def handle(self, messages: Sequence[Message], *, stop: asyncio.Event) -> None:
        """Settles every message; raises `Left` when `stop` is set while the world is away, and then none is settled."""
        self._metrics.batch_size.labels(self._stage).observe(len(messages))
        settled = await self._fates(messages, stop)
        settled, in_a_row, last_reason = self._within_limit(settled)
        settled = await self._send_on(settled, stop)
        self._refused_in_a_row = in_a_row
        self._count(settled)
        if len(settled) < len(messages):
            raise TooManyRefusals(self._stage, in_a_row + 1, last_reason)

    async def _fates(self, messages: Sequence[Message], stop: asyncio.Event) -> list[_Settled]:
        read = [self._read(message) for message in messages]
        records = [record for record in read if not isinstance(record, Refuse)]
        fates = iter(await self._walk(records, stop) if records else ())
        return [
            _Settled(message, None, record)
            if isinstance(record, Refuse)
            else self._settled(message, record, next(fates))
            for message, record in zip(messages, read, strict=True)
        ]

    def _read(self, message: Message) -> Record | Refuse:
        try:
            record = decode(message.value)
        except Refused as error:
            return Refuse(str(error))
        if not isinstance(record, self._reads.records):
            return Refuse(f"a {kind_of(record)} does not belong on {self._reads.name!r}")
        return record

    async def _walk(self, records: Sequence[Record], stop: asyncio.Event) -> Sequence[Fate]:
        """One fate per record; where the batch makes the step fail, each record for itself."""
        try:
            return await self._hold.until_done(partial(self._take_step, records), stop)
        except (Misconfigured, Left, WrongFates):
            raise
        except Exception as error:
            if len(records) == 1:
                return [Refuse(str(error) if isinstance(error, Refused) else f"{type(error).__name__}: {error}")]
        return [(await self._walk([record], stop))[0] for record in records]

    async def _take_step(self, records: Sequence[Record]) -> Sequence[Fate]:
        with self._metrics.stage_seconds.labels(self._stage).time():
            fates = await self._step(records)
        if len(fates) != len(records):
            raise WrongFates(f"stage {self._stage!r} gave {len(fates)} fates for {len(records)} records")
        return fates

    def _settled(self, message: Message, record: Record, fate: Fate) -> _Settled:
        if isinstance(fate, Pass) and self._writes is not None:
            return _Settled(message, record, fate, outgoing(self._writes, fate.record))
        return _Settled(message, record, fate)

    def _within_limit(self, settled: list[_Settled]) -> tuple[list[_Settled], int, str]:
        """What may be settled, how many refusals stand in a row at its end, and the reason of the one too many."""
        in_a_row = self._refused_in_a_row
        for n, one in enumerate(settled):
            if not isinstance(one.fate, Refuse):
                in_a_row = 0
            elif in_a_row == self._max_refusals:
                return settled[:n], in_a_row, one.fate.reason
            else:
                in_a_row += 1
        return settled, in_a_row, ""

    async def _send_on(self, settled: Sequence[_Settled], stop: asyncio.Event) -> list[_Settled]:
        """All of them with the fate they had in the end."""
        ended = await self._pass_on(settled, stop)
        now = self._clock()
        letters = [
            letter_about(
                one.message,
                one.record,
                topic=one.message.topic,
                stage=self._stage,
                reason=one.fate.reason,
                at=now,
            )
            for one in ended
            if isinstance(one.fate, Refuse)
        ]
        if letters:
            await self._hold.until_done(partial(self._letters, letters), stop)
            log.warning("refused", stage=self._stage, records=len(letters), first_letter=letters[0].id)
        return ended

    async def _pass_on(self, settled: Sequence[_Settled], stop: asyncio.Event) -> list[_Settled]:
        """Publishes what passed; where the bus refuses, each for itself, and what it does not take is refused."""
        passed = [one.onward for one in settled if one.onward is not None]
        if not passed or self._writes is None:
            return list(settled)
        try:
            await self._hold.until_done(partial(self._bus.publish, self._writes.name, passed), stop)
        except Refused as error:
            if len(settled) == 1:
                return [replace(settled[0], fate=Refuse(str(error)), onward=None)]
            return [ended for one in settled for ended in await self._pass_on([one], stop)]
        return list(settled)

    def _count(self, settled: Sequence[_Settled]) -> None:
        for fate, count in Counter(_in_a_word(one.fate) for one in settled).items():
            self._metrics.records.labels(self._stage, fate).inc(count)
            if fate == _REFUSED:
                self._metrics.dead_letters.labels(self._stage).inc(count)


def _in_a_word(fate: Fate) -> str:
    """As the metric names it."""
    match fate:
        case Pass():
            return "passed"
        case Drop(reason):
            return f"dropped: {reason}"
        case Refuse():
            return _REFUSED


class WrongFates(RuntimeError):
    """A step that does not give one fate per record is a fault in our code, and no record's."""
