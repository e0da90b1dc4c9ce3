"""`hearout topics` and the administration behind it, on a real Apache Kafka."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from streams.bus.admin import Admin
from streams.cli.topics import topics
from streams.errors import Misconfigured

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


@pytest.fixture
def admin(kafka: str, prefix: str) -> Iterator[Admin]:
    admin = Admin(servers=kafka, prefix=prefix)
    yield admin
    admin.close()


@pytest.fixture
def hearout(kafka: str, prefix: str, tmp_path: Path) -> "Hearout":
    return Hearout(kafka, prefix, tmp_path)


class Hearout:
    def __init__(self, kafka: str, prefix: str, home: Path) -> None:
        self.kafka, self.prefix, self.home = kafka, prefix, home

    def __call__(self, *arguments: str, partitions: int = 2, replication: int = 1) -> Result:
        settings = f'[bus.kafka]\nprefix = "{self.prefix}"\npartitions = {partitions}\nreplication = {replication}\n'
        (self.home / "hearout.toml").write_text(settings)
        where = ["--home", str(self.home), "--kafka", self.kafka]
        return CliRunner().invoke(topics, [*arguments, *where], env={"COLUMNS": "200"})


def test_plan_apply_plan(hearout: Hearout) -> None:
    """What plan says is missing, apply creates, and then there is nothing to do, once and again."""
    before = hearout("plan")
    assert before.exit_code == 3
    assert before.output.count("missing") == 4
    applied = hearout("apply")
    assert applied.exit_code == 0
    assert f"created {hearout.prefix}posts: 2 partitions, replication 1" in applied.output
    assert hearout("plan").exit_code == 0
    again = hearout("apply")
    assert again.exit_code == 0
    assert "nothing to do" in again.output


def test_a_setting_somebody_changed_is_set_back(hearout: Hearout, kafka: str) -> None:
    """Plan names it with both values; apply sets it."""
    hearout("apply")
    client = KafkaAdminClient(bootstrap_servers=kafka)
    client.alter_configs(
        [ConfigResource(ConfigResourceType.TOPIC, f"{hearout.prefix}posts", {"retention.ms": "60000"})]
    )
    client.close()
    changed = hearout("plan")
    assert changed.exit_code == 3
    assert "retention.ms" in changed.output
    assert "60000" in changed.output
    assert hearout("apply").exit_code == 0
    assert hearout("plan").exit_code == 0


def test_partitions_grow_only_when_asked(hearout: Hearout) -> None:
    """Without the flag apply leaves them, says so and does not pretend; with it they grow."""
    hearout("apply")
    refused = hearout("apply", partitions=3)
    assert refused.exit_code == 1
    assert "--grow-partitions" in refused.output
    assert hearout("apply", "--grow-partitions", partitions=3).exit_code == 0
    assert hearout("plan", partitions=3).exit_code == 0


def test_fewer_partitions_are_left_to_the_operator(hearout: Hearout) -> None:
    """Kafka cannot take partitions away, with no flag."""
    hearout("apply", partitions=3)
    refused = hearout("apply", "--grow-partitions", partitions=2)
    assert refused.exit_code == 1
    assert "cannot be changed here" in refused.output


def test_a_replication_the_cluster_cannot_give_is_told(admin: Admin) -> None:
    """The broker's own reason reaches the operator, who has to act."""
    with pytest.raises(Misconfigured, match="replication factor of 3 cannot be reached"):
        admin.apply(admin.plan(partitions=1, replication=3))


def test_an_address_that_is_none_is_told() -> None:
    """Before anything is asked of the network."""
    with pytest.raises(Misconfigured, match="no address"):
        Admin(servers="kafka-1", prefix="").require("posts")
