"""Is every partition getting on: offsets walk in now and then, the partitions that stand still walk out."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Position:
    """Of one partition: the first record that is not committed, and the end."""

    committed: int
    end: int


class Progress:
    """A partition stalls when records wait on it and its committed offset has not moved for `limit` seconds."""

    def __init__(self, limit: float) -> None:
        self._limit = limit
        #: Per partition: the committed offset, and since when it stands there.
        self._since: dict[int, tuple[int, float]] = {}

    def look(self, now: float, positions: Mapping[int, Position]) -> tuple[int, ...]:
        """Partitions that stall at `now` (seconds of any steady clock). Those not in `positions` are forgotten: an
        empty mapping says that nothing could have moved lately (a batch is held, the broker is away)."""
        self._since = {
            partition: self._standing(partition, position.committed, now)
            for partition, position in positions.items()
            if position.end > position.committed
        }
        return tuple(partition for partition, (_, since) in self._since.items() if now - since >= self._limit)

    def _standing(self, partition: int, committed: int, now: float) -> tuple[int, float]:
        before = self._since.get(partition)
        return before if before is not None and before[0] == committed else (committed, now)
