"""A post, its words and what each carried walk in; the stretches to show a person walk out."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from streams.records import Evidence
from streams.sentiment.text import MAX_CHARS

F64 = NDArray[np.float64]
Span = tuple[int, int]

#: A word is shown when it carries this part of what the strongest one carries.
_LEAST_PART = 0.35
_MOST_SPANS = 4
#: How far a word speaks for itself; the rest is shared among the pairs it stands in.
_ALONE = 0.6
#: Posts of more words are explained by their first so many: the trouble stands early, and the work stays bounded.
_MOST_WORDS = 300

_WORD = re.compile(r"\S+")
_EDGE = " \t\n.,;:!?…\"'()«»“”"


def words(text: str) -> list[Span]:
    """Where the words of a post stand."""
    found = _WORD.finditer(text, 0, MAX_CHARS)
    return [one.span() for _, one in zip(range(_MOST_WORDS), found, strict=False)]


def windows(text: str, places: Sequence[Span]) -> list[str]:
    """Each word alone, then each with the next: some words carry only in company ("not working")."""
    pairs = pairwise(places)
    return [*(text[begin:end] for begin, end in places), *(text[begin:end] for (begin, _), (_, end) in pairs)]


def by_word(carried: F64) -> F64:
    """What `windows` carried, as one number a word."""
    count = (len(carried) + 1) // 2
    alone, pairs = carried[:count], np.concatenate(([0.0], carried[count:], [0.0]))
    return _ALONE * alone + (1 - _ALONE) / 2 * (pairs[:-1] + pairs[1:])


def strongest(head: str, text: str, places: Sequence[Span], carried: F64) -> Iterator[Evidence]:
    """The stretches of neighbouring words that carried most, in the order of the text.

    `carried` has one number a word, positive where the word speaks for the head.
    """
    top = float(carried.max(initial=0))
    if top <= 0:
        return
    runs: list[list[int]] = []
    for at in np.flatnonzero(carried >= _LEAST_PART * top).tolist():
        if runs and at == runs[-1][-1] + 1:
            runs[-1].append(at)
        else:
            runs.append([at])
    weighed = [(float(carried[run].sum()), _trimmed(text, places[run[0]][0], places[run[-1]][1])) for run in runs]
    best = sorted((pair for pair in weighed if pair[1][0] < pair[1][1]), reverse=True)[:_MOST_SPANS]
    for weight, (begin, end) in sorted(best, key=lambda pair: pair[1]):
        yield Evidence(head=head, start=begin, end=end, weight=max(round(weight / best[0][0], 3), 0.001))


def _trimmed(text: str, begin: int, end: int) -> Span:
    while begin < end and text[begin] in _EDGE:
        begin += 1
    while end > begin and text[end - 1] in _EDGE:
        end -= 1
    return begin, end
