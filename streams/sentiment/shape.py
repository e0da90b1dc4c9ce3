"""Raw posts walk in, a few numbers about their looks walk out: length, shouting, signs, links."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from streams.sentiment.text import shortened

#: Columns of `shapes`, in order. Each lies about within [0, 1] or [-1, 1].
NAMES = ("length", "shouting", "exclamation", "question", "handle", "opens_with_handle", "link", "digits", "hashtag")

_CAPITALS = re.compile("[A-ZÀ-ÖØ-ÞА-ЯЁ]{3,}")

_DIGIT = re.compile("[0-9]")


def shapes(texts: Sequence[str]) -> NDArray[np.float64]:
    """One row a text, one column for each of `NAMES`."""
    return np.array([_shape(shortened(text)) for text in texts], dtype=np.float64).reshape(len(texts), len(NAMES))


def _shape(text: str) -> tuple[float, ...]:
    letters = len(text)
    shouted = 0 if text.islower() else sum(len(found) for found in _CAPITALS.findall(text))
    return (
        np.log1p(letters) / 5 - 1,
        shouted / max(letters, 1),
        min(text.count("!"), 3) / 3,
        min(text.count("?"), 3) / 3,
        float("@" in text),
        float(text.startswith(("@", ".@"))),
        float("http" in text),
        float(_DIGIT.search(text) is not None),
        min(text.count("#"), 3) / 3,
    )
