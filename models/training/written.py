"""The contrast pairs written for this project walk in as posts labelled on all four axes.

A line of `pairs/<lang>.jsonl` is `{"id", "group", "kind", "text", "s", "p", "h", "c"}`; rows of one group differ in one
thing: the insult, the problem, what is meant. A group is never split between training and measuring.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from models.training.labels import SENTIMENTS, Labelled

PAIRS = Path(__file__).parent / "pairs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    post: Labelled
    group: str
    kind: str


def written(folder: Path = PAIRS) -> list[Written]:
    return [
        Written(
            post=Labelled(
                id=raw["id"],
                text=raw["text"],
                lang=path.stem,
                sentiment=SENTIMENTS[raw["s"]],
                problem=raw["p"],
                hostile=raw["h"],
                constructive=raw["c"] if raw["p"] else 0,
            ),
            group=f"{path.stem}:{raw['group']}",
            kind=raw["kind"],
        )
        for path in sorted(folder.glob("*.jsonl"))
        for raw in map(json.loads, path.read_text(encoding="utf-8").splitlines())
    ]
