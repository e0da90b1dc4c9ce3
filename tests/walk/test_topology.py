"""The walk has one direction: what a hop writes lies further down than what it reads."""

from streams.topics import DEAD_LETTERS, TOPICS, Topic
from streams.topology import SIDE_WALK, STAGES, WALK, Hop, Place

EVERY = (*WALK, *SIDE_WALK)


def down_from(hop: Hop) -> set[str]:
    """All that what this hop writes can come to."""
    reached: set[str] = set()
    fresh = {hop.writes.name}
    while fresh:
        reached |= fresh
        fresh = {other.writes.name for other in EVERY if other.reads.name in fresh} - reached
    return reached


def test_hops_have_names_of_their_own() -> None:
    """A stage's name is its consumer group, its metric label and what `hearout work` is given."""
    names = [hop.name for hop in EVERY]
    assert len(names) == len(set(names))


def test_topics_and_places_have_names_of_their_own() -> None:
    """No topic is called like a place, so a name says where a record is."""
    ends: set[Topic | Place] = {end for hop in EVERY for end in (hop.reads, hop.writes)}
    assert len({end.name for end in ends}) == len(ends)


def test_nothing_a_hop_writes_comes_back_to_it() -> None:
    """No cycles: from where a hop writes, nothing leads to where it reads."""
    for hop in EVERY:
        assert hop.reads.name not in down_from(hop), hop.name


def test_each_hop_begins_where_the_one_before_ended() -> None:
    """The page reads in the order of the walk: from the networks to people, one thread."""
    assert [hop.reads.name for hop in WALK[1:]] == [hop.writes.name for hop in WALK[:-1]]


def test_each_topic_has_one_writer() -> None:
    """Dead letters come from any hop; every other topic from one."""
    for topic in TOPICS:
        writers = [hop.name for hop in EVERY if hop.writes == topic]
        assert len(writers) == (0 if topic is DEAD_LETTERS else 1), topic.name


def test_each_topic_is_read() -> None:
    """No topic fills up for nobody."""
    for topic in TOPICS:
        assert [hop.name for hop in EVERY if hop.reads == topic], topic.name


def test_every_topic_of_the_walk_is_in_the_list_of_topics() -> None:
    """The list is what is created on a broker."""
    used = {end for hop in EVERY for end in (hop.reads, hop.writes) if isinstance(end, Topic)}
    assert used == set(TOPICS)
    assert len({topic.name for topic in TOPICS}) == len(TOPICS)


def test_dead_letters_lead_nowhere() -> None:
    """What was refused comes back into the walk by a person's hand only."""
    (keep,) = (hop for hop in EVERY if hop.reads == DEAD_LETTERS)
    assert not [hop.name for hop in EVERY if hop.reads == keep.writes]


def test_the_stages_are_the_hops_that_read_a_topic() -> None:
    """What `hearout work` offers."""
    assert [hop.name for hop in STAGES] == ["score", "triage", "notify", "keep"]
