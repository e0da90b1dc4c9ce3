"""Which record of a partition is next: offsets walk in as they come off the engine, a place in line walks out.

The engine may hand over a record that is not next (after a rebalance, from a buffer that was filled before it).
Committing behind such a record would skip what lies before it, so a record is only taken at its turn.
"""

from collections.abc import Iterable, Mapping
from enum import Enum

#: A partition, the offset that was due, and the one that came.
Gap = tuple[int, int, int]


class Place(Enum):
    NEXT = "next"
    #: Settled before; it need not be done again.
    SEEN = "seen"
    #: Something lies between it and what was settled.
    AHEAD = "ahead"


class Ledger:
    """For one assignment of partitions; begin a new one after every rebalance."""

    def __init__(self, starts: Mapping[int, int], known_gaps: Iterable[Gap] = ()) -> None:
        #: Per partition: the offset the group had committed, or the oldest on the broker.
        self._due = dict(starts)
        self._known_gaps = frozenset(known_gaps)
        self.committed = dict(starts)

    def knows(self, partition: int) -> bool:
        return partition in self._due

    def place(self, partition: int, offset: int) -> Place:
        """Where a record stands; one that is next is counted as taken."""
        due = self._due[partition]
        if offset < due:
            return Place.SEEN
        if offset > due and (partition, due, offset) not in self._known_gaps:
            return Place.AHEAD
        self._due[partition] = offset + 1
        return Place.NEXT

    def due(self, partition: int) -> int:
        """Offset of the record that must come next."""
        return self._due[partition]

    def settled(self, offsets: Mapping[int, int]) -> None:
        """Notes what was committed: per partition the offset of the first record that is not settled."""
        self.committed.update(offsets)
