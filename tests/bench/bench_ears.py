"""How fast the bundled models score, and what a user would run instead: `python tests/bench/bench_ears.py --data DIR`.

Prints posts a second by the clock on all cores (medians of rounds in which everybody takes a turn), the ratio to three
`transformers` pipelines of base size, the part of the bare ONNX Runtime rate that scoring keeps, the rate by batch
size, the cost of an explanation, and the most memory of each, which runs in a process of its own. The pipelines need
the extra `hub` and an encoder among the models; without, they are left out and that is said. A busy machine slows all
of them, not all alike: the last word is spoken on an idle one.
"""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from statistics import mean, median

from streams.sentiment import load, manifest
from streams.sentiment.encoder import PIECES
from tests.bench import ears_models, ears_stack
from tests.bench.ears_models import BARE, DEPTHS, EXPLAIN, EXPLAINED, SCORE, SIZES, TOKENS, sized
from tests.bench.ears_posts import Said, Stream, hands, some, streams
from tests.bench.ears_workers import Worker

#: How many times the pipelines, one post at a time, the model shall be: of the first stream alone, of the second with
#: the cascade; and the part of the bare rate that shall be kept.
GOALS = {"without cascade": 100, "with cascade": 400, "bare": 0.9}
STACK = "three pipelines"
#: Ends the name of the process that runs nothing but the sessions.
ALONE = " in bare ONNX Runtime"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One way to score posts; its rates are posts a second, one a round."""

    name: str
    worker: Worker
    way: str
    posts: int
    rates: list[float] = field(default_factory=list)

    def turn(self, hand: Sequence[Said]) -> None:
        posts = some(hand, self.posts)
        seconds, answer = self.worker.ask(self.way, posts)
        self.rates.append(len(posts) / (answer if self.way == BARE else seconds))

    def times(self, other: "Lane") -> float:
        """How many times the other's rate, the median of the rounds."""
        return median(own / their for own, their in zip(self.rates, other.rates, strict=True))


def main(given: argparse.Namespace) -> None:
    found = streams(given.data, (given.rounds + 1) * given.posts)
    print(f"posts of {given.data.name if given.data else 'the demo feed, with the lengths of the public sets'}")
    with ExitStack() as stack:
        workers = {name: stack.enter_context(worker) for name, worker in _workers(given.model or bundled())}
        for name, worker in workers.items():
            print(f"{name}: ready after {worker.ready_s:.1f} s")
        for stream in found:
            compare(stream, workers, given)
        own = {name: one for name, one in workers.items() if name != STACK and not name.endswith(ALONE)}
        sizes_and_evidence(found[0], own, given)
        print("\nmost memory of the process")
        for name, worker in workers.items():
            print(f"  {name:<32}{worker.memory_mb():>8,.0f} MB")


def bundled() -> list[Path]:
    return [path.parent for place in load.PLACES for path in sorted(place.glob(f"*/{manifest.FILE}"))]


def _workers(folders: Sequence[Path]) -> Iterator[tuple[str, Worker]]:
    encoders = [folder for folder in folders if (folder / PIECES).is_file()]
    for folder in folders:
        if folder in encoders:
            yield f"{folder.name} without cascade", Worker(ears_models.opened, folder, False)
            yield f"{folder.name}{ALONE}", Worker(ears_models.opened, folder, False)
            yield f"{folder.name} with cascade", Worker(ears_models.opened, folder, True)
        else:
            yield folder.name, Worker(ears_models.opened, folder, False)
    if encoders and find_spec("torch") and find_spec("transformers"):
        yield STACK, Worker(ears_stack.opened, encoders[-1] / PIECES)
    else:
        print("without the three pipelines: they need an encoder among the models, torch and transformers")


def compare(stream: Stream, workers: dict[str, Worker], given: argparse.Namespace) -> None:
    dealt = hands(stream.posts, given.rounds + 1)
    lengths(stream, dealt[0], workers, given)
    lanes = list(_lanes(workers, given))
    for lane in lanes:
        lane.turn(some(dealt[-1], max(given.stack_posts // 4, 1)))
        lane.rates.clear()
    for at, hand in enumerate(dealt[:-1]):
        for lane in lanes[at % len(lanes) :] + lanes[: at % len(lanes)]:
            lane.turn(hand)
    slow = [lane for lane in lanes if lane.worker is workers.get(STACK)]
    print(f"  {'posts/s, median (least to most)':<62}" + "".join(f"{'x ' + lane.way:>20}" for lane in slow))
    for lane in lanes:
        spread = f"{median(lane.rates):>8,.1f} ({min(lane.rates):,.1f} to {max(lane.rates):,.1f})"
        print(f"  {lane.name:<34}{spread:<28}" + "".join(f"{lane.times(other):>20,.1f}" for other in slow))
    goals(stream, lanes, slow)


def _lanes(workers: dict[str, Worker], given: argparse.Namespace) -> Iterator[Lane]:
    for name, worker in workers.items():
        if name == STACK:
            for way in (ears_stack.ALONE, ears_stack.TOGETHER):
                yield Lane(name=f"{name}, {way}", worker=worker, way=way, posts=given.stack_posts)
            continue
        yield Lane(name=name, worker=worker, way=BARE if name.endswith(ALONE) else SCORE, posts=given.posts)


def lengths(stream: Stream, hand: Sequence[Said], workers: dict[str, Worker], given: argparse.Namespace) -> None:
    words = stream.words
    print(f"\n{stream.name}: {len(words):,} posts of {mean(words):.1f} words (median {median(words):.0f})")
    for name, worker in workers.items():
        if name == STACK or name.endswith("without cascade"):
            read = some(hand, given.stack_posts if name == STACK else given.posts)
            tokens = worker.ask(TOKENS, read)[1]
            print(f"  {name} reads {mean(tokens):.1f} tokens a post (median {median(tokens):.0f})")
        if name.endswith("cascade"):
            depths = worker.ask(DEPTHS, hand)[1]
            parts = [f"{100 * depths.count(at) / len(depths):.1f}%" for at in range(3)]
            print(f"  {name} ends at the linear stage, the lower half, the upper half: {', '.join(parts)}")


def goals(stream: Stream, lanes: Sequence[Lane], slow: Sequence[Lane]) -> None:
    for lane, after in pairwise(lanes):
        if after.way == BARE:
            kept = lane.times(after)
            print(f"  {lane.name} keeps {100 * kept:.1f}% of the bare rate (goal {100 * GOALS['bare']:.0f}%)")
    for lane in lanes:
        for end, names in (("without cascade", "mixed"), ("with cascade", "one problem")):
            if slow and lane.name.endswith(end) and stream.name.startswith(names):
                times = lane.times(slow[0])
                said = "reached" if times >= GOALS[end] else "missed"
                print(f"  {lane.name}: {times:.0f} times {slow[0].name}; the goal of {GOALS[end]} is {said}")


def sizes_and_evidence(stream: Stream, workers: dict[str, Worker], given: argparse.Namespace) -> None:
    dealt = hands(stream.posts, given.rounds)
    print(f"\nposts/s by posts at once{'':<11}" + "".join(f"{size:>9}" for size in SIZES) + f"{'explaining one':>20}")
    for name, worker in workers.items():
        rates = [median(len(hand) / worker.seconds(sized(size), hand) for hand in dealt) for size in SIZES]
        own = [dealt[0][at] for at in worker.ask(EXPLAINED, dealt[0])[1]]
        took = f"{1000 * worker.seconds(EXPLAIN, own) / len(own):.1f} ms" if own else "none to explain"
        print(f"  {name:<33}" + "".join(f"{rate:>9,.0f}" for rate in rates) + f"{took:>20}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="the folder of the public sets; default: posts made of the demo feed")
    parser.add_argument("--model", type=Path, action="append", help="a model's folder, several times; default: bundled")
    parser.add_argument("--posts", type=int, default=1000, help="posts a round for the bundled models")
    parser.add_argument("--stack-posts", type=int, default=32, help="posts a round for the three pipelines")
    parser.add_argument("--rounds", type=int, default=5)
    main(parser.parse_args())
