"""Workers on a real Kafka are killed, the broker restarted, the database locked: nothing is lost, nothing doubled."""

import random
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from tests.kafka.broker import Broker
from tests.support.hearout import Process, export, run, start, timeless, triaged
from tests.support.posts import write_posts

POSTS = 4000

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


def test_killed_workers_a_restarted_broker_and_a_locked_database_lose_and_double_nothing(
    own_kafka: Broker, tmp_path: Path
) -> None:
    """What comes out is what the embedded log gives for the same file when nobody disturbs it."""
    file = write_posts(tmp_path / "posts.jsonl", POSTS)
    reference, home = tmp_path / "reference", tmp_path / "home"
    run("up", "--home", str(reference), "--file", str(file), "--until-idle", within=120)

    kafka = ("--home", str(home), "--bus", "kafka", "--kafka", own_kafka.address)
    run("topics", "apply", "--home", str(home), "--kafka", own_kafka.address)
    rng = random.Random(7)
    workers: list[Process] = [start("work", *kafka), start("work", *kafka)]
    poller = start("poll", *kafka, "--file", str(file))
    try:
        _wait(lambda: triaged(home) > 50, "the workers never began", of=workers)
        # A worker dies and another joins; twice, as each rebalance takes its own way.
        for _ in range(2):
            victim = rng.randrange(len(workers))
            workers[victim].kill()
            before = triaged(home)
            workers[victim] = start("work", *kafka)
            _wait(lambda before=before: triaged(home) > before or triaged(home) == POSTS, "the others did not go on")
        poller.kill()
        poller = start("poll", *kafka, "--file", str(file))
        own_kafka.kill()
        own_kafka.start()
        with closing(sqlite3.connect(home / "hearout.db", timeout=30)) as book:
            book.execute("BEGIN EXCLUSIVE")
            locked_at = time.monotonic()
            # Longer than a writer waits by itself.
            _wait(lambda: time.monotonic() - locked_at > 8, "the clock stands still")
            book.rollback()
        workers.append(start("work", *kafka))
        _wait(lambda: triaged(home) == POSTS, "not every post was triaged", within=180)
    finally:
        for process in (*workers, poller):
            process.kill()
    run("up", *kafka, "--file", str(file), "--until-idle", within=120)

    assert len({row["id"] for row in export("posts", home)}) == POSTS
    for what in ("posts", "cases", "alerts", "dead-letters"):
        assert timeless(what, home) == timeless(what, reference), what
    twice = [alert for alert in export("alerts", home) if alert["repeated"]]
    assert all(alert["channel"] == "console" for alert in twice), "only what leaves the case book may go out again"


def _wait(condition: Callable[[], bool], otherwise: str, *, within: float = 90.0, of: Sequence[Process] = ()) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "\n".join([otherwise, *(process.said()[-3000:] for process in of)])
        time.sleep(0.1)
