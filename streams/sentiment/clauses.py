"""A post walks in; where its clauses and its words stand walks out."""

import re
from collections.abc import Iterator
from itertools import pairwise

from streams.sentiment.text import MAX_CHARS

Span = tuple[int, int]

_JOINTS = """
and but or so because   y e pero o porque así   и а но или потому зато   mas ou porém
und aber oder weil   et mais car   ma però perché
"""
#: Words a clause may begin with: and, but, or, so, because, in the languages of the model.
JOINTS = frozenset(_JOINTS.split())
#: Signs that are an insult without a word.
INSULTS = frozenset("🖕🤡💩🐷🐖🐀🐍🤮")

_SIGN = "[\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\u3030\U0001f000-\U0001faff\ufe0f\u200d\u20e3]"
#: Handles and links are nobody's words; runs of emoji stand between clauses.
_APART = re.compile(rf"@[\w.-]*\w|https?\b\S*|\b(?:www\.|t\.co/)\S*|{_SIGN}+")
_END = re.compile(r"[!?…]+|(?<![,.;:])[,.;:]++(?=\s|$)|\s[-–—]+\s|[()\[\]{}。！？，、]+|\n+")
_WORD = re.compile(r"\S+")
_EDGE = " \t\r\n\v\f.,;:!?…\"'’‘()[]{}«»“”<>*_~|/\\-–—。！？，、"
#: A clause has so many words before it may be cut at a joint, and after: "bread and butter" is one thing.
_LEAST_WORDS = 3


def clauses(text: str, most: int) -> list[Span]:
    """The clauses of the first `MAX_CHARS` characters, at most `most`, in order, without blanks and signs at the ends.

    Each holds a letter, a digit or one of `INSULTS`; none holds a handle or a link, unless there are so many that
    neighbours had to be put together.
    """
    found = [part for begin, end in _stretches(text[:MAX_CHARS]) for part in _unjoined(text, begin, end)]
    return _packed([trimmed(text, *part) for part in found if _says_something(text, *part)], most)


def words(text: str, begin: int, end: int) -> list[Span]:
    """The words between two places, without signs at their ends."""
    found = (trimmed(text, *one.span()) for one in _WORD.finditer(text, begin, end))
    return [one for one in found if one[0] < one[1]]


def trimmed(text: str, begin: int, end: int) -> Span:
    while begin < end and text[begin] in _EDGE:
        begin += 1
    while end > begin and text[end - 1] in _EDGE:
        end -= 1
    return begin, end


def apart(text: str) -> bool:
    """Whether a word is a handle, a link or an emoji."""
    return _APART.fullmatch(text) is not None


def without_apart(text: str) -> str:
    """The text with blanks, as many, for handles, links and emoji."""
    return _APART.sub(lambda one: " " * len(one[0]), text)


def _stretches(text: str) -> Iterator[Span]:
    aparts = [one.span() for one in _APART.finditer(text)]
    # A sign within a link ends nothing.
    ends = [one.span() for one in _END.finditer(without_apart(text))]
    for (_, begin), (end, _) in pairwise([(0, 0), *sorted([*aparts, *ends]), (len(text), len(text))]):
        if begin < end:
            yield begin, end
    yield from (one for one in aparts if INSULTS & set(text[slice(*one)]))


def _unjoined(text: str, begin: int, end: int) -> Iterator[Span]:
    places = [one.start() for one in _WORD.finditer(text, begin, end)]
    start, first = begin, 0
    for at, place in enumerate(places):
        word = _WORD.match(text, place, end)
        if word and word[0].lower() in JOINTS and at - first >= _LEAST_WORDS <= len(places) - at - 1:
            yield start, place
            start, first = place, at
    yield start, end


def _says_something(text: str, begin: int, end: int) -> bool:
    return any(letter.isalnum() or letter in INSULTS for letter in text[begin:end])


def _packed(found: list[Span], most: int) -> list[Span]:
    """Neighbours put together, the shortest first, until there are no more than `most`."""
    result, room = sorted(found), 40
    while len(result) > most:
        packed = result[:1]
        for begin, end in result[1:]:
            if end - packed[-1][0] <= room:
                packed[-1] = (packed[-1][0], end)
            else:
                packed.append((begin, end))
        result, room = packed, room * 2
    return result
