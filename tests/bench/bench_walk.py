"""The whole walk, as processes a user starts: posts per second, memory, and from accepted to visible in the desk.

    python -m tests.bench.bench_walk embedded [POSTS]
    python -m tests.bench.bench_walk kafka [POSTS]       starts an Apache Kafka, or uses HEAROUT_TEST_KAFKA
    python -m tests.bench.bench_walk latency [SECONDS]   50 posts a second through the webhook

One post in twenty tells a problem. Rates leave the start-up out: it is measured by a run on an empty file.
"""

import asyncio
import os
import re
import sys
import tempfile
import time
from itertools import count
from pathlib import Path

import httpx2

from tests.support.hearout import command, export, run, start, triaged
from tests.support.posts import posts, write_posts

PROBLEMS = 0.02  # sub-ratings of one star bring it to about one in twenty


def timed(*args: str) -> tuple[float, float]:
    """Seconds by the clock, and the most memory in MB, of a `hearout` that has to end well."""
    began = time.perf_counter()
    null = os.open(os.devnull, os.O_WRONLY)
    pid = os.posix_spawn(sys.executable, command(*args), os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, null, 1)])
    _, status, usage = os.wait4(pid, 0)
    os.close(null)
    assert os.waitstatus_to_exitcode(status) == 0
    return time.perf_counter() - began, usage.ru_maxrss / 1024


def embedded(folder: Path, number: int, *more: str) -> float:
    file = write_posts(folder / "posts.jsonl", number, problems=PROBLEMS)
    empty = folder / "empty.jsonl"
    empty.touch()
    idle, _ = timed("up", "--home", str(folder / "empty"), "--file", str(empty), "--until-idle", *more)
    took, memory = timed("up", "--home", str(folder / "home"), "--file", str(file), "--until-idle", *more)
    rate = number / (took - idle)
    cases = len(export("cases", folder / "home"))
    print(f"{number} posts, {cases} cases: {rate:,.0f} posts/s, {memory:.0f} MB at most; start and end {idle:.1f} s")
    return rate


def kafka(folder: Path, number: int) -> None:
    from tests.kafka.broker import Broker

    address = os.environ.get("HEAROUT_TEST_KAFKA")
    broker = None
    if address is None:
        broker = Broker(folder / "kafka")
        (folder / "kafka").mkdir()
        broker.start()
        address = broker.address
    try:
        (folder / "log").mkdir()
        (folder / "bus").mkdir()
        print("embedded log, everything in one process:", end=" ", flush=True)
        by_log = embedded(folder / "log", number)
        print("Apache Kafka, everything in one process:", end=" ", flush=True)
        by_kafka = embedded(folder / "bus", number, "--bus", "kafka", "--kafka", address)
        print(f"Kafka at {by_kafka / by_log:.2f} of the embedded log's rate")
        for workers in (1, 2):
            rate = workers_rate(folder, number, workers, address)
            print(f"Apache Kafka, {workers} worker(s) on what a poller left: {rate:,.0f} posts/s")
    finally:
        if broker is not None:
            broker.kill()


def workers_rate(folder: Path, number: int, workers: int, address: str) -> float:
    """Posts are on the bus before the workers start; the first post triaged starts the clock, the last stops it."""
    home = folder / f"home-{workers}"
    file = write_posts(folder / "posts.jsonl", number, problems=PROBLEMS)
    args = ("--home", str(home), "--bus", "kafka", "--kafka", address)
    run("topics", "apply", "--home", str(home), "--kafka", address)
    run("poll", *args, "--file", str(file), within=300)
    started = [start("work", *args) for _ in range(workers)]
    try:
        while not (first := triaged(home)):
            time.sleep(0.05)
        began = time.perf_counter()
        while triaged(home) < number:
            time.sleep(0.05)
        return (number - first) / (time.perf_counter() - began)
    finally:
        for process in started:
            process.kill()


async def latency(folder: Path, seconds: float, rate: float = 50.0) -> None:
    """Each post goes in through the webhook; the desk's API is asked for the newest cases twenty times a second."""
    home = folder / "home"
    home.mkdir()
    (home / "hearout.toml").write_text("[webhook]\ntoken = 'bench'\n", encoding="utf-8")
    token = run("user", "token", "me", "--name", "bench", "--home", str(home)).strip().splitlines()[-1]
    process = start("up", "--home", str(home), "--port", "0")
    try:
        while not (found := re.search(r"http://127\.0\.0\.1:\d+", process.said())):
            await asyncio.sleep(0.1)
        async with httpx2.AsyncClient(base_url=found[0], timeout=30) as client:
            while not await answers(client):
                await asyncio.sleep(0.1)
            accepted: dict[str, float] = {}
            seen: dict[str, float] = {}
            over = asyncio.Event()

            async def look() -> None:
                head = {"Authorization": f"Bearer {token}"}
                while not over.is_set():
                    answer = await client.get("/api/v1/cases", params={"view": "all", "limit": 100}, headers=head)
                    now = time.perf_counter()
                    for case in answer.raise_for_status().json()["cases"]:
                        seen.setdefault(case["case"]["post_ids"][0], now)
                    await asyncio.sleep(0.05)

            async def send(post: dict[str, object]) -> None:
                answer = await client.post("/hooks/posts", json=post, headers={"Authorization": "Bearer bench"})
                accepted[answer.raise_for_status().json()["ids"][0]] = time.perf_counter()

            looking = asyncio.create_task(look())
            async with asyncio.TaskGroup() as group:
                began = time.perf_counter()
                for n, post in zip(count(), posts(int(seconds * rate), problems=PROBLEMS), strict=False):
                    await asyncio.sleep(max(0.0, began + n / rate - time.perf_counter()))
                    post["author"] = f"author-{n}"
                    group.create_task(send(post))
            await asyncio.sleep(3)
            over.set()
            await looking
        ages = sorted(seen[id] - accepted[id] for id in seen if id in accepted)
        print(f"{len(accepted)} posts at {rate:.0f}/s, {len(ages)} cases; accepted to visible in the desk:", end=" ")
        print(f"p50 {ages[len(ages) // 2]:.2f} s, p99 {ages[int(len(ages) * 0.99)]:.2f} s, most {ages[-1]:.2f} s")
    finally:
        process.kill()


async def answers(client: httpx2.AsyncClient) -> bool:
    try:
        return (await client.get("/healthz")).is_success
    except httpx2.ConnectError:
        return False


def main() -> None:
    what, *rest = sys.argv[1:] or ["embedded"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        match what:
            case "embedded":
                embedded(folder, int(rest[0]) if rest else 20_000)
            case "kafka":
                kafka(folder, int(rest[0]) if rest else 10_000)
            case "latency":
                asyncio.run(latency(folder, float(rest[0]) if rest else 60.0))
            case _:
                sys.exit(__doc__)


if __name__ == "__main__":
    main()
