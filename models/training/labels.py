"""Label files and the data folders walk in, posts labelled on all four axes walk out.

A line of `labels/*.jsonl` is `{"id": "<folder>:<row id>", "s": "neg", "p": 1, "h": 0, "c": 1}`: the project keeps
ids and labels, the texts stay in the folders of the data.
"""

import csv
import gzip
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from models.training.rows import NEGATIVE, NEUTRAL, POSITIVE

SENTIMENTS = {"neg": NEGATIVE, "neu": NEUTRAL, "pos": POSITIVE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A post with all four labels of the guide: sentiment class, problem, hostile, constructive (0 without problem)."""

    id: str
    text: str
    lang: str
    sentiment: int
    problem: int
    hostile: int
    constructive: int


def gold(folder: Path) -> list[Labelled]:
    """The dev gold: `en.jsonl`, `es.jsonl`, `ru.jsonl`, with their texts inside."""
    return [
        _labelled(line, line["text"], line["lang"]) for path in sorted(folder.glob("*.jsonl")) for line in _lines(path)
    ]


def labelled(labels: Path, data: Path) -> list[Labelled]:
    """Every labelled row found in the data, the first label of a row counting; empty where there are no label files.

    Raises ValueError naming ids that no folder holds: a label without its text is a typing error.
    """
    lines: dict[str, dict[str, str]] = {}
    for path in sorted(labels.glob("*.jsonl")):
        for line in _lines(path):
            lines.setdefault(str(line["id"]), line)
    texts = _texts(data, lines)
    if missing := sorted(lines.keys() - texts.keys()):
        raise ValueError(f"{len(missing)} labelled ids are not in {data}: {', '.join(missing[:5])}")
    return [_labelled(line, *texts[key]) for key, line in lines.items()]


def _labelled(line: dict[str, str], text: str, lang: str) -> Labelled:
    problem = int(str(line["p"]))
    return Labelled(
        id=str(line["id"]),
        text=text,
        lang=lang,
        sentiment=SENTIMENTS[str(line["s"])],
        problem=problem,
        hostile=int(str(line["h"])),
        constructive=int(str(line["c"])) if problem else 0,
    )


def _texts(data: Path, ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    wanted = set(ids)
    found: dict[str, tuple[str, str]] = {}
    csv.field_size_limit(1 << 30)
    for folder in sorted({key.split(":", 1)[0] for key in wanted}):
        for path in sorted((data / folder).glob("*.csv.gz")):
            with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
                for raw in csv.DictReader(lines):
                    if (key := f"{folder}:{raw['id']}") in wanted:
                        found.setdefault(key, (raw["text"], raw["lang"]))
    return found


def _lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
