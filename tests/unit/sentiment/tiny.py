"""Models small enough to be built in a test: words walk in as knowledge, a working model walks out."""

import json
from pathlib import Path

import numpy as np

from streams.sentiment.calibration import INPUTS, SUMS, Calibration, plain
from streams.sentiment.features import blocks
from streams.sentiment.heads import COLUMNS, THRESHOLDS
from streams.sentiment.linear import LinearModel
from streams.sentiment.manifest import digest
from streams.sentiment.text import joined

BITS = 12
#: What the tiny model knows: a word and the column it speaks for.
KNOWN = {
    "broken": "problem",
    "kaputt": "problem",
    "clowns": "hostility",
    "lovely": "positive",
    "awful": "negative",
}


def weights() -> np.ndarray:
    # A little noise everywhere: a feature that is counted twice, or for the wrong post, shows.
    table = np.random.default_rng(3).normal(scale=0.01, size=(1 << BITS, len(SUMS))).astype(np.float32)
    table = table.astype(np.float16).astype(np.float32)  # as it comes back from disk
    for word, column in KNOWN.items():
        bucket = blocks(joined([word]), BITS)[0].buckets[0]
        table[bucket, COLUMNS.index(column)] = 6.0
    return table


def maps() -> dict[str, np.ndarray]:
    """Each head hears its own sum and starts from -3; nothing else counts."""
    table = np.zeros((1 + len(INPUTS), len(COLUMNS)))
    table[1 : 1 + len(COLUMNS)] = 4 * np.eye(len(COLUMNS))
    table[0, 3:] = -3
    return {"default": table}


def calibration() -> Calibration:
    return plain(maps())


def model() -> LinearModel:
    return LinearModel(
        name="tiny@00000000",
        thresholds=dict.fromkeys(THRESHOLDS, 0.5),
        weights=weights(),
        calibration=calibration(),
    )


def folder(at: Path) -> Path:
    """Write the tiny model as a folder the loader accepts."""
    at.mkdir(parents=True)
    np.save(at / "weights.npy", weights().astype(np.float16))
    raw = {
        "inputs": list(INPUTS),
        "maps": {lang: table.tolist() for lang, table in maps().items()},
        "into": [[] for _ in INPUTS],
        "start": {"default": []},
        "out": [],
    }
    (at / "calibration.json").write_text(json.dumps(raw), encoding="utf-8")
    names = ("weights.npy", "calibration.json")
    (at / "manifest.toml").write_text(
        f"""schema = 1
name = "tiny"
version = "0.0.1"
kind = "linear"
heads = {json.dumps(list(COLUMNS))}
languages = ["en"]
[thresholds]
{chr(10).join(f"{name} = 0.5" for name in THRESHOLDS)}
[linear]
bits = {BITS}
grams = [3, 4, 5]
[files]
{chr(10).join(f'"{name}" = "{digest(at / name)}"' for name in names)}
""",
        encoding="utf-8",
    )
    return at
