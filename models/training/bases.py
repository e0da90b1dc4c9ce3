"""Marked rows of the public sets as a matrix walk in, one table of bucket weights for all heads walks out."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from models.training import fit
from models.training.rows import COLUMNS, Mark

F64 = NDArray[np.float64]

#: L2 penalty by head, chosen on the dev rows among 3e-6, 1e-5, 3e-5.
STRENGTH = {"sentiment": 1e-5, "hostility": 1e-5, "problem": 3e-6, "constructiveness": 1e-5, "emotionality": 1e-5}
ROUNDS = 60

#: What was learnt for each head: weights with the bias last.
Points = dict[str, F64]


def learn_head(head: str, features: csr_matrix, marks: Sequence[Mapping[str, Mark]], rounds: int = ROUNDS) -> F64:
    """Fit one head on the rows that are marked for it."""
    here = np.array([at for at, given in enumerate(marks) if head in given])
    labels = np.array([marks[at][head].value for at in here])
    trust = np.array([marks[at][head].weight for at in here])
    if head == "sentiment":
        return fit.classes(features[here], labels, trust, STRENGTH[head], rounds)
    return fit.binary(features[here], labels.astype(np.float64), trust, STRENGTH[head], rounds)


def table(points: Points) -> F64:
    """Weights as the runtime holds them, (buckets, `COLUMNS`); biases are left to the calibration."""
    result = np.hstack([point[:-1].reshape(len(point) - 1, -1) for point in points.values()])
    assert result.shape[1] == len(COLUMNS)
    return result
