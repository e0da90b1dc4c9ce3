"""The encoder after its first stage walks in; what leaving the non-commercial sets out of training costs walks out.

    python -m models.training.encoder.without --data DIR --work DIR

Two encoders go on from the same weights over equally many public rows; for one of them a quarter of those come from the
sets whose licence says non-commercial. Both are measured on other rows of those sets and on the dev gold, by what they
say themselves, without calibration. Neither is published. Writes `without.json` of the work folder, for the card.
"""

import json
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.metrics import f1_score, roc_auc_score

from models.training.corpus import Corpus, gather
from models.training.encoder.branch import Trunk
from models.training.encoder.mix import first, of_row
from models.training.encoder.net import Encoder
from models.training.encoder.train import arguments, training_rows
from models.training.labels import Labelled
from models.training.rows import Mark, Row
from models.training.sets import SETS
from streams.sentiment.heads import COLUMNS

log = logging.getLogger("without")

FOUND = "without.json"
#: Rows each of the two learns from, and the part that comes from non-commercial sets in one of them.
ROWS, PART = 8_000, 0.25
#: One row in so many of a non-commercial set is not learnt from but measured.
_MEASURED, _MOST = 5, 1500
#: Pieces of a post that are read.
_LONGEST = 64


def main() -> None:
    asked = arguments(__doc__).parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    corpus = gather(asked.data, Path(__file__).parents[1] / "labels")
    random = np.random.default_rng(8)
    learnt, measured = _split([row for row in corpus.rows if row.set in _closed()], random)
    free = first(training_rows(corpus), seed=8)
    free = [free[at] for at in random.permutation(len(free))[:ROWS]]
    theirs = [of_row(learnt[at]) for at in random.permutation(len(learnt))[: round(PART * ROWS)]]
    trunk = Trunk(asked.work, half=asked.half, longest=_LONGEST)
    found: dict[str, dict[str, float]] = {}
    for name, examples in {"without": free, "with": free[: ROWS - len(theirs)] + theirs}.items():
        found[name] = _measured(trunk.branch(examples), trunk, measured, corpus)
        log.info("%s %s", name, found[name])
    (asked.work / FOUND).write_text(json.dumps(found) + "\n", encoding="utf-8")


def _closed() -> set[str]:
    return {one.folder for one in SETS if not one.trains}


def _split(rows: Sequence[Row], random: np.random.Generator) -> tuple[list[Row], list[Row]]:
    """To learn from, and one in `_MEASURED` of each set to measure."""
    learnt: list[Row] = []
    measured: list[Row] = []
    for name in sorted(_closed()):
        own = [row for row in rows if row.set == name and row.marks]
        own = [own[at] for at in random.permutation(len(own))]
        count = min(_MOST, len(own) // _MEASURED)
        measured += own[:count]
        learnt += own[count:]
    return learnt, measured


def _measured(model: Encoder, trunk: Trunk, rows: Sequence[Row], corpus: Corpus) -> dict[str, float]:
    """Macro-F1 of sentiment, ROC AUC of the other heads, in percent."""
    by_set = {name: [row for row in rows if row.set == name] for name in sorted(_closed())}
    by_set["dev gold"] = [_as_row(post) for post in corpus.gold]
    found = {}
    for name, own in by_set.items():
        said = trunk.logits(model, own)
        for head in sorted({head for row in own for head in row.marks}):
            true = [row.marks[head].value for row in own]
            if head == "sentiment":
                found[f"{name}: sentiment, macro-F1"] = f1_score(true, said[:, :3].argmax(axis=1), average="macro")
            else:
                found[f"{name}: {head}, ROC AUC"] = roc_auc_score(true, said[:, COLUMNS.index(head)])
    return {name: round(100 * float(value), 1) for name, value in found.items()}


def _as_row(post: Labelled) -> Row:
    heads = {"sentiment": post.sentiment, "problem": post.problem, "hostility": post.hostile}
    heads |= {"constructiveness": post.constructive}
    marks = {head: Mark(value=value, weight=1.0) for head, value in heads.items()}
    return Row(set="gold", id=post.id, text=post.text, lang=post.lang, split="test", marks=marks, label="")


if __name__ == "__main__":
    main()
