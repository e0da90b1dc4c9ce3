"""The data folders walk in, `models/<name>` with weights, calibration, thresholds and its card walks out.

python -m models.training.train --data DIR --work DIR
"""

import argparse
import hashlib
import logging
import pickle
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from models.training import bases, card, judge, publish, reading, stack
from models.training.apart import drawn, kept_apart
from models.training.card import Measured
from models.training.compose import composed
from models.training.corpus import gather
from models.training.fit import rarity
from models.training.judge import Taught
from models.training.labels import Labelled
from models.training.matrix import matrix
from models.training.rows import Row
from models.training.sets import SETS
from models.training.written import written
from streams.sentiment.calibration import INPUTS, SUMS
from streams.sentiment.heads import COLUMNS
from streams.sentiment.linear import heard, opened
from streams.sentiment.manifest import read
from streams.sentiment.shape import shapes
from streams.sentiment.text import joined

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
T = TypeVar("T")

log = logging.getLogger("train")

BITS = 18
#: Kept in the work folder: `ids` (posts,) and `chances` (posts, `COLUMNS`).
UNHEARD = "unheard.npz"
#: Folds of the calibration on the gold, and on the labelled posts.
_FEW_FOLDS, _MANY_FOLDS = 10, 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with one folder per set")
    parser.add_argument("--labels", type=Path, default=Path(__file__).parent / "labels", help="folder with label files")
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).parents[1] / "linear-1", help="model folder to write"
    )
    parser.add_argument("--work", type=Path, required=True, help="folder for what is kept between runs")
    parser.add_argument("--version", default="1.0.0")
    asked = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    asked.work.mkdir(parents=True, exist_ok=True)

    corpus = gather(asked.data, asked.labels)
    log.info("%d rows, %d gold posts, %d labelled posts", len(corpus.rows), len(corpus.gold), len(corpus.labelled))
    learn_from = [
        row for row in corpus.rows if row.split == "train" and row.set in {one.folder for one in SETS if one.trains}
    ]
    features = matrix([row.text for row in learn_from], BITS)
    scale = rarity(features)
    log.info("%d rows to learn from, %d features filled", len(learn_from), int((scale > 0).sum()))
    scaled = _scaled(features, scale)
    public = {head: _public(asked.work, head, scaled, learn_from) for head in bases.STRENGTH}
    taught_in_public = (bases.table(public) * scale[:, None]).astype(np.float32)
    untaught = np.hstack([taught_in_public, np.zeros((len(scale), len(SUMS) - len(COLUMNS)), dtype=np.float32)])

    golden, emotionality = _heard(corpus.gold, untaught), _emotionality(corpus.rows, untaught)
    before = judge.unheard(golden, emotionality, judge.straight, judge.folds(corpus.gold, _FEW_FOLDS))
    if corpus.labelled:
        fold = judge.folds(corpus.labelled, _MANY_FOLDS)
        made, made_fold = composed(corpus.labelled, fold)
        pairs = [one for one in written() if not kept_apart(one.group)]
        pairs_fold = np.array([drawn(one.group, _MANY_FOLDS) for one in pairs], dtype=np.int64)
        fold = np.concatenate([fold, made_fold, pairs_fold])
        weights, taught = _read(untaught, scale, [*corpus.labelled, *made, *(one.post for one in pairs)], fold)
        calibration = judge.layered(taught, emotionality)
        measured = Measured(
            before=before,
            now=judge.applied(calibration, _heard(corpus.gold, weights)),
            labelled=judge.unheard(taught, emotionality, judge.layered, fold)[: len(corpus.labelled)],
        )
        # What each labelled post looks like to weights that have not met it: the cut of the cascade is chosen on it.
        np.savez(asked.work / UNHEARD, ids=[post.id for post in corpus.labelled], chances=measured.labelled)
    else:
        weights, calibration = untaught, judge.straight(golden, emotionality)
        measured = Measured(before=before, now=before, labelled=None)
    lines = judge.lines(measured.now, corpus.gold)
    log.info("thresholds %s", lines)
    languages = sorted({row.lang for row in learn_from})
    publish.write(asked.out, asked.version, weights, calibration, lines, languages)
    card.write(asked.out, opened(asked.out, read(asked.out)), corpus, learn_from, measured)
    log.info("wrote %s", asked.out)


def inputs(texts: Sequence[str], weights: F32) -> F64:
    """What the calibration reads of each text, (texts, `INPUTS`)."""
    return np.hstack([heard(joined(texts), weights, BITS), shapes(texts)])


def _heard(posts: Sequence[Labelled], weights: F32) -> Taught:
    return Taught(inputs=inputs([post.text for post in posts], weights), posts=posts)


def _read(untaught: F32, scale: F32, posts: Sequence[Labelled], fold: NDArray[np.int64]) -> tuple[F32, Taught]:
    """The weights with the columns that labelled posts teach, and those posts as weights see them that have not."""
    given = _heard(posts, untaught).inputs
    public = np.hstack([given[:, : len(COLUMNS)], given[:, len(SUMS) :]])
    learnt = reading.learn(_scaled(matrix([post.text for post in posts], BITS), scale), public, posts, fold)
    weights = untaught.copy()
    weights[:, len(COLUMNS) :] = learnt.weights * scale[:, None]
    given[:, len(COLUMNS) : len(SUMS)] = learnt.unheard
    return weights, Taught(inputs=given, posts=posts)


def _emotionality(rows: Sequence[Row], weights: F32) -> F64:
    """Map of the emotionality head, fitted on the dev rows that carry a mark for it: its own sum alone speaks."""
    marked = [row for row in rows if row.split == "dev" and "emotionality" in row.marks]
    given = inputs([row.text for row in marked], weights)
    own = INPUTS.index("emotionality")
    labels = np.array([row.marks["emotionality"].value for row in marked])
    trust = np.array([row.marks["emotionality"].weight for row in marked])
    fitted = stack.maps(given[:, [own]], ["und"] * len(marked), labels, trust)["default"]
    result = np.zeros(1 + len(INPUTS))
    result[0], result[1 + own] = fitted[0, 0], fitted[1, 0]
    return result


def _scaled(features: csr_matrix, scale: F32) -> csr_matrix:
    return csr_matrix(
        (features.data * scale[features.indices], features.indices, features.indptr), shape=features.shape
    )


def _public(work: Path, head: str, scaled: csr_matrix, rows: Sequence[Row]) -> F64:
    """What the public sets teach one head; learnt again only when its rows or marks have changed."""
    given = [(row.key, row.text, row.marks[head].value, row.marks[head].weight) for row in rows if head in row.marks]
    key = repr((scaled.shape, len(scaled.data), bases.ROUNDS, bases.STRENGTH[head], given))
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
    return _kept(work / f"{head}.pickle", digest, lambda: bases.learn_head(head, scaled, [row.marks for row in rows]))


def _kept(path: Path, key: object, make: Callable[[], T]) -> T:
    """What an earlier run with the same key made, or a new one, kept for the next run."""
    if path.is_file():
        found_key, found = pickle.loads(path.read_bytes())  # our own file in our own work folder
        if found_key == key:
            return found  # type: ignore[no-any-return]
    made = make()
    path.write_bytes(pickle.dumps((key, made)))
    return made


if __name__ == "__main__":
    main()
