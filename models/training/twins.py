"""Texts walk in, the ones that are the same post again are named: nothing may stand in training and in a test."""

import re
from collections import defaultdict
from collections.abc import Iterable

_LINK = re.compile(r"https?\S*|www\.\S+")
_OTHER = re.compile(r"[^\w]+|_")
#: Two texts are twins when they share this part of the word 5-grams of either.
SHARED = 0.6
_GRAM = 5


def plain(text: str) -> str:
    """Letters and digits in lower case with single blanks; no links, handles or signs."""
    return _OTHER.sub(" ", re.sub(r"@\w+", " ", _LINK.sub(" ", text.lower()))).strip()


class Twins:
    """A set of texts that can be asked whether it holds a text, or nearly that text."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._exact: set[str] = set()
        self._grams: dict[int, list[int]] = defaultdict(list)
        self._sizes: list[int] = []
        for text in texts:
            self.add(text)

    def add(self, text: str) -> None:
        words = plain(text)
        self._exact.add(words)
        grams = _grams(words)
        for gram in grams:
            self._grams[gram].append(len(self._sizes))
        self._sizes.append(len(grams))

    def __contains__(self, text: str) -> bool:
        words = plain(text)
        if words in self._exact:
            return True
        grams = _grams(words)
        shared: dict[int, int] = defaultdict(int)
        for gram in grams:
            for place in self._grams.get(gram, ()):
                shared[place] += 1
        return any(count >= SHARED * min(len(grams), self._sizes[place]) for place, count in shared.items())


def _grams(words: str) -> set[int]:
    parts = words.split()
    return {hash(tuple(parts[at : at + _GRAM])) for at in range(len(parts) - _GRAM + 1)}
