"""A post walks in; where its clauses and its words stand walks out."""

import re
from collections.abc import Iterator
from itertools import pairwise

from streams.sentiment.text import MAX_CHARS, UNSAID

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
#: Handles and links are nobody's words; tags of HTML and runs of emoji stand between clauses.
_APART = re.compile(rf"{UNSAID}|@[\w.-]*\w|https?\b[^\s<]*|\b(?:www\.|t\.co/)[^\s<]*|{_SIGN}+")
_SIGNS = re.compile(f"{_SIGN}+")
TAG = re.compile(UNSAID)
_ENTITY_LENGTH = 34
#: Ends nothing, though it ends in a semicolon.
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[a-zA-Z][a-zA-Z\d]{1,31});")
_END = re.compile(r"[!?…]+|(?<![,.;:])[,.;:]++(?=\s|$)|\s[-–—]+\s|[()\[\]{}。！？，、]+|\n+")
_WORD = re.compile(r"\S+")
_EDGE = " \t\r\n\v\f.,;:!?…\"'’‘()[]{}«»“”<>*_~|/\\-–—。！？，、"
#: A clause has so many words before it may be cut at a joint, and after: "bread and butter" is one thing.
_LEAST_WORDS = 3


def clauses(text: str, most: int) -> list[Span]:
    """The clauses of the first `MAX_CHARS` characters, at most `most`, in order, without blanks and signs at the ends.

    Each holds a letter, a digit or one of `INSULTS`; in a post without any of these each is a run of emoji. None
    holds a handle, a link or a tag, unless there are so many that neighbours had to be put together.
    """
    text = text[:MAX_CHARS]
    found = [part for begin, end in _stretches(text) for part in _unjoined(text, begin, end)]
    said = [trimmed(text, *part) for part in found if _says_something(text, *part)]
    return _packed(said or [one.span() for one in _SIGNS.finditer(text)], most)


def words(text: str, begin: int, end: int) -> list[Span]:
    """The words between two places, without signs at their ends; none holds a handle, a link, a tag or an emoji."""
    bare = _WORD.finditer(without_apart(text[begin:end]))
    found = (trimmed(text, begin + one.start(), begin + one.end()) for one in bare)
    return [one for one in found if one[0] < one[1]]


def trimmed(text: str, begin: int, end: int) -> Span:
    while begin < end and text[begin] in _EDGE:
        begin += 1
    while end > begin and text[end - 1] in _EDGE and not ends_in_entity(text[max(begin, end - _ENTITY_LENGTH) : end]):
        end -= 1
    return begin, end


def ends_in_entity(text: str) -> bool:
    """Whether its last sign is the end of `&amp;` or its like."""
    return text.endswith(";") and _ENTITY.fullmatch(text, max(text.rfind("&"), 0)) is not None


def apart(text: str) -> bool:
    """Whether a word is a handle, a link, a tag or an emoji."""
    return _APART.fullmatch(text) is not None


def without_apart(text: str) -> str:
    """The text with blanks, as many, for handles, links, tags and emoji."""
    return _APART.sub(lambda one: " " * len(one[0]), text)


def _stretches(text: str) -> Iterator[Span]:
    aparts = [one.span() for one in _APART.finditer(text)]
    # A sign within a link or an entity ends nothing.
    bare = _ENTITY.sub(lambda one: "x" * len(one[0]), without_apart(text))
    ends = [one.span() for one in _END.finditer(bare)]
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
