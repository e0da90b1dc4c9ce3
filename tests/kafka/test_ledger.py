"""The ledger takes each partition's records in order and without a hole, whatever the engine hands over."""

from hypothesis import given
from hypothesis import strategies as st

from streams.bus.kafka.ledger import Ledger, Place


@given(st.integers(0, 50), st.lists(st.integers(0, 60), max_size=200))
def test_what_is_taken_has_no_hole(start: int, offsets: list[int]) -> None:
    """Of any sequence of offsets exactly a run from the start is taken: a commit behind the last passes nothing."""
    ledger = Ledger({0: start})
    taken = [offset for offset in offsets if ledger.place(0, offset) is Place.NEXT]
    assert taken == list(range(start, start + len(taken)))
    assert ledger.due(0) == start + len(taken)


def test_what_was_settled_before_is_not_taken_again() -> None:
    """A record below what the group has committed is known."""
    assert Ledger({0: 5}).place(0, 4) is Place.SEEN


def test_a_gap_is_not_passed_until_it_is_known_to_be_the_brokers() -> None:
    """The record behind a hole is refused; when the same hole showed before, it is taken."""
    assert Ledger({3: 5}).place(3, 9) is Place.AHEAD
    assert Ledger({3: 5}, {(3, 5, 9)}).place(3, 9) is Place.NEXT
    assert Ledger({3: 5}, {(3, 5, 9)}).place(3, 8) is Place.AHEAD


def test_partitions_do_not_disturb_each_other() -> None:
    """Each partition has its own turn."""
    ledger = Ledger({0: 0, 1: 7})
    assert [ledger.place(1, 7), ledger.place(0, 0), ledger.place(1, 8)] == [Place.NEXT] * 3
    assert not ledger.knows(2)
