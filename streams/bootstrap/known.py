"""Which posts this installation has: kept in the case book, or put on the bus a moment ago."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Sequence

from streams.ingest.ports import Publisher
from streams.records import DeadLetter, Deletion, Post

#: Posts remembered that may not have reached the book yet; many times what waits on the bus.
_REMEMBERED = 50_000


class Known:
    """`kept` says which of some ids are in the case book."""

    def __init__(self, kept: Callable[[Collection[str]], Awaitable[set[str]]]) -> None:
        self._kept = kept
        self._recent: OrderedDict[str, None] = OrderedDict()

    async def among(self, ids: Collection[str]) -> set[str]:
        """Those of `ids` this installation has. Raises `Transient`."""
        recent = {id for id in ids if id in self._recent}
        rest = set(ids) - recent
        return recent | (await self._kept(rest) if rest else set())

    def noting(self, publisher: Publisher) -> Publisher:
        """The same publisher, with what goes through it remembered."""
        return _Noting(publisher, self._note)

    def _note(self, records: Sequence[Post | Deletion]) -> None:
        for record in records:
            if isinstance(record, Post):
                self._recent[record.id] = None
        while len(self._recent) > _REMEMBERED:
            self._recent.popitem(last=False)


class _Noting:
    def __init__(self, publisher: Publisher, note: Callable[[Sequence[Post | Deletion]], None]) -> None:
        self._publisher = publisher
        self._note = note

    async def posts(self, records: Sequence[Post | Deletion]) -> None:
        await self._publisher.posts(records)
        self._note(records)

    async def refused(self, letters: Sequence[DeadLetter]) -> None:
        await self._publisher.refused(letters)
