"""The encoder after its first stage and all complaint tweets walk in; their problem head, cross-validated, walks out.

    python -m models.training.encoder.complaints --data DIR --work DIR

As the papers on this set do it (Jin and Aletras 2020), folds over all rows, though five and not nested ten: nothing is
chosen on them. No complaint tweet teaches the first stage, so each fold is judged by an encoder that learnt only the
others. The same text is never on both sides. Writes `complaints.json` of the work folder, for the card.
"""

import json
import logging

import numpy as np
from sklearn.metrics import f1_score

from models.training.apart import drawn
from models.training.encoder.branch import Trunk
from models.training.encoder.mix import of_row
from models.training.encoder.train import arguments
from models.training.sets import SETS, load
from models.training.twins import plain
from streams.sentiment.heads import COLUMNS

log = logging.getLogger("complaints")

FOUND = "complaints.json"
_SET, _FOLDS, _TIMES = "complaint_tweets", 5, 2
_PROBLEM = COLUMNS.index("problem")


def main() -> None:
    asked = arguments(__doc__).parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    rows = load(asked.data, tuple(one for one in SETS if one.folder == _SET))
    fold = np.array([drawn(plain(row.text), _FOLDS) for row in rows])
    complains = np.array([row.marks["problem"].value for row in rows])
    trunk = Trunk(asked.work, half=asked.half)
    said = np.zeros(len(rows), dtype=np.int64)
    scores = []
    for left in range(_FOLDS):
        model = trunk.branch([of_row(row) for row, its in zip(rows, fold, strict=True) if its != left] * _TIMES)
        here = np.flatnonzero(fold == left)
        said[here] = trunk.logits(model, [rows[at] for at in here])[:, _PROBLEM] > 0
        scores.append({"macro_f1": 100 * f1_score(complains[here], said[here], average="macro")})
        scores[-1] |= {"f1": 100 * f1_score(complains[here], said[here])}
        log.info("fold %d of %d: %s", left + 1, _FOLDS, scores[-1])
    found = {name: round(float(np.mean([one[name] for one in scores])), 1) for name in scores[0]}
    (asked.work / FOUND).write_text(json.dumps({"rows": len(rows), "folds": _FOLDS, **found}) + "\n", encoding="utf-8")
    log.info("%s", found)


if __name__ == "__main__":
    main()
