"""What was refused: dead letters walk in and rest on the shelf, until a person sends one back into the walk."""

from collections.abc import Callable, Sequence

from streams.bus.ports import Bus, Outgoing, Shelf
from streams.bus.publisher import BusPublisher
from streams.clock import Clock
from streams.errors import Refused
from streams.records import DeadLetter, Deletion, KeptLetter, Post
from streams.stage import Fate, Pass

#: Reads what a source refused once more; raises `Refused` when it is still bad.
Reread = Callable[[DeadLetter], Post | Deletion]


class KeepStep:
    """The step of stage `keep`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def __call__(self, records: Sequence[DeadLetter], /) -> Sequence[Fate]:
        await self._shelf.keep(records)
        return [Pass(letter) for letter in records]


async def replay(kept: KeptLetter, *, bus: Bus, shelf: Shelf, reread: Reread, clock: Clock) -> None:
    """Puts the original bytes back where they were read; has the source read them again where they were no record yet.

    Raises `Refused` when there are none, or the source still cannot use them, and `Transient`.
    """
    letter = kept.letter
    if not letter.payload:
        raise Refused("nothing is left of it: its author took the post back, or it never held anything")
    if letter.topic:
        await bus.publish(letter.topic, [Outgoing(key=letter.key, value=letter.payload)])
    else:
        await BusPublisher(bus).posts([reread(letter)])
    await shelf.replayed(letter.id, clock())
