"""Weights, calibration and thresholds walk in, a model folder that the runtime accepts walks out."""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from streams.sentiment.calibration import INPUTS, Calibration
from streams.sentiment.features import GRAMS
from streams.sentiment.heads import COLUMNS
from streams.sentiment.linear import CALIBRATION, WEIGHTS
from streams.sentiment.manifest import FILE, SCHEMA, digest

F64 = NDArray[np.float64]


def write(
    folder: Path,
    version: str,
    weights: NDArray[np.float32],
    calibration: Calibration,
    lines: dict[str, float],
    languages: list[str],
) -> None:
    """Write the files and the manifest; the folder's name is the model's. `weights` is (2**bits, `SUMS`)."""
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / WEIGHTS, weights.astype(np.float16))
    hidden = calibration.hidden
    raw = {
        "inputs": list(INPUTS),
        "maps": {lang: table.round(6).tolist() for lang, table in calibration.maps.items()},
        "into": hidden.into.round(6).tolist(),
        "start": {lang: begin.round(6).tolist() for lang, begin in hidden.start.items()},
        "out": hidden.out.round(6).tolist(),
    }
    text = json.dumps(raw, separators=(",", ":")).replace("],", "],\n")
    (folder / CALIBRATION).write_text(text + "\n", encoding="utf-8")
    said = [
        f"schema = {SCHEMA}",
        f'name = "{folder.name}"',
        f'version = "{version}"',
        'kind = "linear"',
        f"heads = {json.dumps(list(COLUMNS))}",
        f"languages = {json.dumps(languages)}",
        "",
        "# From these probabilities on a score counts. `problem` is set for recall: a problem missed costs more than",
        "# one looked at in vain.",
        "[thresholds]",
        *(f"{key} = {value}" for key, value in sorted(lines.items())),
        "",
        "[linear]",
        f"bits = {len(weights).bit_length() - 1}",
        f"grams = {json.dumps(list(GRAMS))}",
        "",
        "# SHA-256",
        "[files]",
        *(f'"{name}" = "{digest(folder / name)}"' for name in (WEIGHTS, CALIBRATION)),
        "",
    ]
    (folder / FILE).write_text("\n".join(said), encoding="utf-8")
