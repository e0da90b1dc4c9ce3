"""The encoder after its first stage and all complaint tweets walk in; their problem head, cross-validated, walks out.

    python -m models.training.encoder.complaints --data DIR --work DIR

As the papers on this set do it (Jin and Aletras 2020), folds over all rows, though five and not nested ten: nothing is
chosen on them. No complaint tweet teaches the first stage, so each fold is judged by an encoder that learnt only the
others. The same text is never on both sides. Writes `complaints.json` of the work folder, for the card.
"""

import argparse
import json
import logging
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from sklearn.metrics import f1_score

from models.training.apart import drawn
from models.training.encoder.learn import learn
from models.training.encoder.mix import of_row
from models.training.encoder.net import Encoder, grown
from models.training.encoder.shuffle import padded
from models.training.encoder.train import BASE_LAYERS, RECIPES, trained
from models.training.encoder.vocabulary import KEPT, VOCABULARY
from models.training.rows import Row
from models.training.sets import SETS, load
from models.training.twins import plain
from streams.sentiment.heads import COLUMNS
from streams.sentiment.pieces import Pieces

log = logging.getLogger("complaints")

FOUND = "complaints.json"
_SET, _FOLDS, _TIMES, _AT_ONCE = "complaint_tweets", 5, 2, 64
_PROBLEM = COLUMNS.index("problem")
F64 = NDArray[np.float64]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--half", action="store_true", help="multiply in bfloat16, where the processor has it")
    asked = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    rows = load(asked.data, tuple(one for one in SETS if one.folder == _SET))
    fold = np.array([drawn(plain(row.text), _FOLDS) for row in rows])
    complains = np.array([row.marks["problem"].value for row in rows])
    recipe = replace(RECIPES["second"], half=asked.half)
    untouched = grown(
        load_file(asked.work / "base" / "model.safetensors"), np.load(asked.work / KEPT).tolist(), BASE_LAYERS
    )
    pieces = Pieces(asked.work / VOCABULARY, recipe.longest)
    said = np.zeros(len(rows), dtype=np.int64)
    scores = []
    for left in range(_FOLDS):
        model = trained(asked.work / "first.pt")
        examples = [of_row(row) for row, its in zip(rows, fold, strict=True) if its != left] * _TIMES
        with tempfile.TemporaryDirectory() as folder:
            learn(model, untouched.requires_grad_(False).eval(), pieces, examples, recipe, Path(folder) / "kept.pt")
        here = np.flatnonzero(fold == left)
        said[here] = logits(model, pieces, [rows[at] for at in here])[:, _PROBLEM] > 0
        scores.append({"macro_f1": 100 * f1_score(complains[here], said[here], average="macro")})
        scores[-1] |= {"f1": 100 * f1_score(complains[here], said[here])}
        log.info("fold %d of %d: %s", left + 1, _FOLDS, scores[-1])
    found = {name: round(float(np.mean([one[name] for one in scores])), 1) for name in scores[0]}
    (asked.work / FOUND).write_text(json.dumps({"rows": len(rows), "folds": _FOLDS, **found}) + "\n", encoding="utf-8")
    log.info("%s", found)


def logits(model: Encoder, pieces: Pieces, rows: Sequence[Row]) -> F64:
    """Of the last depth, (rows, `COLUMNS`)."""
    ids = pieces.ids([row.text for row in rows])
    order = np.argsort([len(one) for one in ids], kind="stable")
    result = np.zeros((len(rows), len(COLUMNS)))
    with torch.no_grad():
        for begin in range(0, len(ids), _AT_ONCE):
            places = order[begin : begin + _AT_ONCE]
            table, mask = padded([ids[at] for at in places])
            result[places] = model.upper(model.lower(table, mask)[1], mask)[0].numpy()
    return result


if __name__ == "__main__":
    main()
