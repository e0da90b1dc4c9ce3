"""What the poller and the webhook are given in tests: a bus that keeps what it gets, a book in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from streams.errors import Transient
from streams.ingest.ports import Gap, SourceStatus
from streams.records import DeadLetter, Deletion, Post


@dataclass
class KeptPublisher:
    records: list[Post | Deletion] = field(default_factory=list)
    letters: list[DeadLetter] = field(default_factory=list)
    #: So many calls fail first.
    away: int = 0

    async def posts(self, records: Sequence[Post | Deletion]) -> None:
        self._fail()
        self.records.extend(records)

    async def refused(self, letters: Sequence[DeadLetter]) -> None:
        self._fail()
        self.letters.extend(letters)

    def _fail(self) -> None:
        if self.away:
            self.away -= 1
            raise Transient("the bus is away")


@dataclass
class MemorySourceBook:
    saved: list[SourceStatus] = field(default_factory=list)
    noted: list[tuple[str, Gap]] = field(default_factory=list)
    #: So many calls fail first.
    away: int = 0

    async def status(self, name: str) -> SourceStatus | None:
        if self.away:
            self.away -= 1
            raise Transient("the database is away")
        return next((status for status in reversed(self.saved) if status.name == name), None)

    async def statuses(self) -> Sequence[SourceStatus]:
        return list({status.name: status for status in self.saved}.values())

    async def save(self, status: SourceStatus) -> None:
        self.saved.append(status)

    async def record_gap(self, name: str, gap: Gap) -> None:
        if (name, gap) not in self.noted:
            self.noted.append((name, gap))

    async def gaps(self, name: str | None = None) -> Sequence[tuple[str, Gap]]:
        return [noted for noted in self.noted if name in (None, noted[0])]
