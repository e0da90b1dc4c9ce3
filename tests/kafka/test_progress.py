"""Which partitions stand still: those with records waiting whose committed offset does not move."""

from streams.bus.kafka.progress import Position, Progress


def test_a_partition_that_stands_still_with_records_waiting_stalls() -> None:
    """It does once the limit has passed, not before."""
    progress = Progress(10)
    standing = {4: Position(7, 9)}
    assert progress.look(0, standing) == ()
    assert progress.look(9.9, standing) == ()
    assert progress.look(10, standing) == (4,)


def test_a_partition_that_gets_on_does_not_stall() -> None:
    """However slowly, as long as it moves within the limit."""
    progress = Progress(10)
    assert all(progress.look(now, {0: Position(now, 1000)}) == () for now in range(0, 100, 9))


def test_a_partition_with_nothing_waiting_does_not_stall() -> None:
    """Standing at the end is rest, and its time does not count afterwards."""
    progress = Progress(10)
    assert progress.look(0, {0: Position(5, 5)}) == ()
    assert progress.look(100, {0: Position(5, 6)}) == ()
    assert progress.look(109, {0: Position(5, 6)}) == ()


def test_one_partition_stalls_beside_others_that_get_on() -> None:
    """The busy ones do not hide it."""
    progress = Progress(10)
    seen = [progress.look(now, {0: Position(now, 99), 1: Position(3, 4)}) for now in (0, 5, 10)]
    assert seen == [(), (), (1,)]


def test_time_in_which_nothing_could_move_does_not_count() -> None:
    """A batch that is held, or a broker that is away, starts the count anew."""
    progress = Progress(10)
    standing = {0: Position(5, 6)}
    progress.look(0, standing)
    progress.look(9, {})
    assert progress.look(11, standing) == ()
    assert progress.look(21, standing) == (0,)
