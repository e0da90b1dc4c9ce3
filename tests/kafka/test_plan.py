"""What must change on Kafka, told from what there is."""

from streams.bus.manifest import LARGEST, TopicSpec, manifest
from streams.bus.plan import Found, Remedy, compare
from streams.topics import DEAD_LETTERS, TOPICS


def spec(**changes: object) -> TopicSpec:
    given = {"name": "hearout.posts", "partitions": 6, "replication": 3, "config": {"retention.ms": "1000"}}
    return TopicSpec(**{**given, **changes})  # type: ignore[arg-type]


def found(**changes: object) -> Found:
    return Found(**{"partitions": 6, "replication": 3, "config": {"retention.ms": "1000"}, **changes})  # type: ignore[arg-type]


def test_the_manifest_has_every_topic_with_its_prefix() -> None:
    """In the order the data walks."""
    specs = manifest(prefix="h.", partitions=12, replication=3)
    assert [each.name for each in specs] == [f"h.{topic.name}" for topic in TOPICS]
    assert all(each.config["min.insync.replicas"] == "2" for each in specs)


def test_only_dead_letters_may_be_larger_than_kafka_takes_by_itself() -> None:
    """A megabyte as base64, and what says why it was refused."""
    larger = {
        each.name: each.config.get("max.message.bytes") for each in manifest(prefix="", partitions=1, replication=1)
    }
    assert larger == {topic.name: str(LARGEST) if topic is DEAD_LETTERS else None for topic in TOPICS}
    assert LARGEST > 1_048_576 * 4 / 3 + 100_000


def test_a_single_replica_is_enough_for_itself() -> None:
    """With replication 1, one copy must be enough to take a record."""
    assert manifest(prefix="", partitions=1, replication=1)[0].config["min.insync.replicas"] == "1"


def test_a_topic_as_it_must_be_is_left_alone() -> None:
    """More settings than the manifest names do no harm."""
    (finding,) = compare([spec()], {"hearout.posts": found(config={"retention.ms": "1000", "segment.ms": "5"})})
    assert finding.is_ok


def test_a_topic_that_is_not_there_is_missing() -> None:
    """Others on the broker are not looked at."""
    (finding,) = compare([spec()], {"other": found()})
    assert finding.missing
    assert not finding.is_ok


def test_each_difference_knows_who_can_mend_it() -> None:
    """Settings are set; partitions only grow, and only when asked; replicas are moved by hand."""
    (few,) = compare([spec()], {"hearout.posts": found(partitions=3, replication=1, config={"retention.ms": "9"})})
    assert {each.what: each.remedy for each in few.differences} == {
        "partitions": Remedy.GROW,
        "replication": Remedy.BY_HAND,
        "retention.ms": Remedy.APPLY,
    }
    (many,) = compare([spec()], {"hearout.posts": found(partitions=12)})
    assert [each.remedy for each in many.differences] == [Remedy.BY_HAND]
