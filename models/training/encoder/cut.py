"""What a stage and the next one say of dev posts walk in, what the stage may let go walks out."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.training import judge
from models.training.labels import Labelled
from streams.sentiment.encoder import Cut
from streams.sentiment.heads import COLUMNS

F64 = NDArray[np.float64]

#: At most this part of the posts with a real problem may be let go, and of the hostile ones.
LOST, MISSED = 0.01, 0.05
#: Of the posts let go the sentiment may be wrong more often than the next stage would have it, by this part.
_WORSE = 0.02


def chosen_cut(here: F64, after: F64, posts: Sequence[Labelled]) -> Cut:
    """The cut that lets most posts go; `here` and `after` are probabilities (posts, `COLUMNS`) of the same posts."""
    problem, hostile = judge.truth(posts, "problem") == 1, judge.truth(posts, "hostility") == 1
    sentiment = np.array([post.sentiment for post in posts])
    right, right_after = here[:, :3].argmax(axis=1) == sentiment, after[:, :3].argmax(axis=1) == sentiment
    best, most = Cut(problem=0.0, hostility=0.0, sure=1.0), -1
    for sure in np.arange(0.4, 0.96, 0.02).round(2):
        for hostility in _steps(here[:, COLUMNS.index("hostility")]):
            low, high = 0, len(steps := _steps(here[:, COLUMNS.index("problem")]))
            while low < high:  # the highest line that loses no more than it may
                middle = (low + high + 1) // 2
                cut = Cut(problem=steps[middle - 1], hostility=hostility, sure=float(sure))
                gone = cut.lets_go(here)
                if gone[problem].mean() <= LOST and gone[hostile].mean() <= MISSED:
                    low = middle
                else:
                    high = middle - 1
            if low == 0:
                continue
            cut = Cut(problem=steps[low - 1], hostility=hostility, sure=float(sure))
            gone = cut.lets_go(here)
            worse = right_after[gone].mean() - right[gone].mean() if gone.any() else 0.0
            if worse <= _WORSE and gone.sum() > most:
                best, most = cut, int(gone.sum())
    return best


def _steps(chance: F64) -> list[float]:
    return [round(float(one), 4) for one in np.unique(np.quantile(chance, np.linspace(0.02, 0.7, 35)))]
