"""Labelled posts and what the public sets say of them walk in, the weights that only reading could teach walk out.

Each column is a logistic regression on the n-grams of the labelled posts beside the public sums and the looks of the
post: its weights hold what the public sets left unsaid. Weights of all posts go into the model; the calibration is
fitted on sums by weights that had not met the post.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from models.training.labels import Labelled
from models.training.rows import NEGATIVE, POSITIVE
from models.training.stack import LANGS

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

#: Inverse penalty, and how freely the public sums and looks count beside the n-grams; 1 to 10 and 0.2 to 0.4 did alike.
_INVERSE, _DENSE = 3.0, 0.3
_OWN = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    #: (buckets, columns), in the order of the `read_*` columns of `calibration.SUMS`.
    weights: F64
    #: Sums of each labelled post by weights that had not met it, (posts, columns).
    unheard: F64


def learn(features: csr_matrix, heard: F64, posts: Sequence[Labelled], fold: I64) -> Read:
    """`features`, `heard` (public sums and looks) and `fold` have a row for each post; folds do not share a post."""
    beside = _beside(heard, [post.lang for post in posts])
    whole = hstack([features, csr_matrix(beside)], format="csr")
    weights, unheard = [], []
    for labels in columns(posts).T:
        sums = np.zeros(len(posts))
        for left in range(int(fold.max()) + 1):
            sums[fold == left] = features[fold == left] @ _column(whole[fold != left], labels[fold != left], features)
        weights.append(_column(whole, labels, features))
        unheard.append(sums)
    return Read(weights=np.stack(weights, axis=1), unheard=np.stack(unheard, axis=1))


def columns(posts: Sequence[Labelled]) -> I64:
    """What each column asks of a post, (posts, columns)."""
    return np.array(
        [
            (
                post.sentiment == NEGATIVE,
                post.sentiment == POSITIVE,
                post.hostile,
                post.problem,
                post.constructive,
            )
            for post in posts
        ],
        dtype=np.int64,
    )


def _column(whole: csr_matrix, labels: I64, features: csr_matrix) -> F64:
    model = LogisticRegression(C=_INVERSE, solver="liblinear", dual=True, max_iter=300, random_state=0)
    return np.asarray(model.fit(whole, labels).coef_[0, : features.shape[1]])


def _beside(heard: F64, langs: Sequence[str]) -> F64:
    """The public sums and looks, scaled, for all languages together and for each of its own."""
    scaled = (heard - heard.mean(axis=0)) / (heard.std(axis=0) + 1e-6)
    named = np.stack([np.array(langs) == one for one in LANGS], axis=1).astype(np.float64)
    own = [_OWN * scaled * one[:, None] for one in named.T]
    return np.asarray(_DENSE * np.hstack([scaled, named, *own]))
