"""Head sums and looks of labelled posts walk in, the calibration by language walks out.

Each head is a logistic regression over all inputs, because what one head hears tells about the others (praise holds no
problem). A language has its own coefficients only as far as its posts insist: the penalty pulls them to the
common ones.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

#: Languages with their own map.
LANGS = ("en", "es", "ru")
#: Inverse penalty, and how freely a language may leave the common coefficients; chosen by cross-validation on dev gold.
_INVERSE, _OWN = 0.1, 0.5


def maps(
    inputs: F64, langs: Sequence[str], labels: I64, trust: F64 | None = None, apart: Sequence[str] = LANGS
) -> dict[str, F64]:
    """Fit one head: labels 0/1, or 0/1/2 for sentiment; the languages `apart` get a map of their own.

    Returns (1 + inputs, 1 or 3) by language and `default`.
    """
    middle, spread = inputs.mean(axis=0), inputs.std(axis=0) + 1e-6
    scaled = (inputs - middle) / spread
    lang = np.array(langs)
    wide = np.hstack([scaled, *(_OWN * _with_one(scaled) * (lang == one)[:, None] for one in apart)])
    model = LogisticRegression(C=_INVERSE, max_iter=3000).fit(wide, labels, sample_weight=trust)
    size = inputs.shape[1]
    common = np.vstack([model.intercept_, model.coef_.T[:size]])
    result = {"default": common}
    for at, one in enumerate(apart):
        begin = size + at * (size + 1)
        own = _OWN * model.coef_.T[begin : begin + size + 1]
        result[one] = common + np.vstack([own[-1:], own[:-1]])
    return {one: _unscaled(table, middle, spread) for one, table in result.items()}


def _with_one(scaled: F64) -> F64:
    return np.hstack([scaled, np.ones((len(scaled), 1))])


def _unscaled(table: F64, middle: F64, spread: F64) -> F64:
    weights = table[1:] / spread[:, None]
    return np.vstack([table[:1] - middle @ weights, weights])
