"""A post's text and its evidence walk in; pieces walk out: plain text, the problem, the folded insult.

The pieces of a text, joined, are the text again: nothing is lost, it is only shown differently.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from streams.records import Evidence

#: Spans lighter than this (relative to the heaviest of their head) are not worth marking.
LEAST_WEIGHT = 0.2

#: Words are folded from this on: how hostile the text is, times how much of it they carried. Chosen by reading what
#: was folded in the demo's posts: below it most are facts of the problem, and hiding a fact is worse than an insult.
FOLD_FROM = 0.45

_SENTENCE_END = re.compile(r"(?<=[.!?…。！？])\s+|\n+")
_BETWEEN_WORDS = re.compile(r"[\s,.!?…:;'\"»«()\[\]*#@-]*")


class Kind(StrEnum):
    PLAIN = "plain"
    PROBLEM = "problem"
    INSULT = "insult"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    kind: Kind
    text: str


def fold(text: str, evidence: Sequence[Evidence], *, hostility: float) -> tuple[Piece, ...]:
    """The whole text in pieces. `hostility` is the text's, in [0, 1]; 0 folds nothing."""
    kinds = _paint(text, evidence, hostility)
    return _pieces(text, kinds, 0, len(text))


def excerpt(text: str, evidence: Sequence[Evidence], *, hostility: float, limit: int = 160) -> tuple[Piece, ...]:
    """The sentences that tell the problem, at most about `limit` characters, cut at words, with `…` where cut."""
    start, end = _window(text, evidence, limit)
    kinds = _paint(text, evidence, hostility)
    pieces = list(_pieces(text, kinds, start, end))
    if start > 0:
        pieces.insert(0, Piece(kind=Kind.PLAIN, text="… "))
    if end < len(text.rstrip()):
        pieces.append(Piece(kind=Kind.PLAIN, text=" …"))
    return tuple(pieces)


def words_of(text: str, evidence: Sequence[Evidence], head: str, limit: int = 5) -> tuple[str, ...]:
    """The words that carried `head`, heaviest first, each once."""
    spans = sorted((span for span in evidence if span.head == head), key=lambda span: -span.weight)
    words = (" ".join(text[span.start : span.end].split()) for span in spans)
    return tuple(dict.fromkeys(word for word in words if word))[:limit]


def _paint(text: str, evidence: Sequence[Evidence], hostility: float) -> list[Kind]:
    """The kind of each letter; one that both heads claim stays to be read where it carried more of the problem."""
    kinds = [Kind.PLAIN] * len(text)
    weights = [0.0] * len(text)
    insults = [e for e in evidence if e.weight * hostility >= FOLD_FROM and _is_insult(text, e)]
    problems = [e for e in evidence if e.head == "problem" and e.weight >= LEAST_WEIGHT]
    for kind, spans in ((Kind.INSULT, insults), (Kind.PROBLEM, problems)):
        for span in spans:
            for at in range(max(span.start, 0), min(span.end, len(text))):
                if span.weight > weights[at]:
                    weights[at], kinds[at] = span.weight, kind
    _close_gaps(text, kinds)
    _show_bare_signs(text, kinds)
    return kinds


def _is_insult(text: str, span: Evidence) -> bool:
    """Words across the end of a sentence are what the model saw, but no insult anybody said."""
    return span.head == "hostility" and not _SENTENCE_END.search(text, max(span.start, 0), max(span.end, 0))


def _close_gaps(text: str, kinds: list[Kind]) -> None:
    """Blanks and punctuation between two pieces of one kind belong to it, so that a phrase is one piece."""
    at = 0
    while at < len(text):
        if kinds[at] is not Kind.PLAIN:
            at += 1
            continue
        end = at
        while end < len(text) and kinds[end] is Kind.PLAIN:
            end += 1
        between = at > 0 and end < len(text) and kinds[at - 1] is kinds[end]
        if between and _BETWEEN_WORDS.fullmatch(text, at, end):
            kinds[at:end] = [kinds[end]] * (end - at)
        at = end


def _show_bare_signs(text: str, kinds: list[Kind]) -> None:
    """What is left of an insult when the problem took its words is punctuation: nothing to fold."""
    at = 0
    for piece in _pieces(text, kinds, 0, len(text)):
        end = at + len(piece.text)
        if piece.kind is Kind.INSULT and not any(letter.isalnum() for letter in piece.text):
            kinds[at:end] = [Kind.PLAIN] * (end - at)
        at = end


def _pieces(text: str, kinds: Sequence[Kind], start: int, end: int) -> tuple[Piece, ...]:
    pieces = []
    at = start
    while at < end:
        stop = at
        while stop < end and kinds[stop] is kinds[at]:
            stop += 1
        pieces.append(Piece(kind=kinds[at], text=text[at:stop]))
        at = stop
    return tuple(pieces)


def _sentences(text: str) -> list[tuple[int, int]]:
    """Half-open ranges of the sentences, blanks between them left out."""
    ranges, start = [], 0
    for match in _SENTENCE_END.finditer(text):
        ranges.append((start, match.start()))
        start = match.end()
    ranges.append((start, len(text.rstrip())))
    return [(first, last) for first, last in ranges if first < last]


def _window(text: str, evidence: Sequence[Evidence], limit: int) -> tuple[int, int]:
    """The sentence with most of the problem, then as many of those after it as fit; cut at a word when too long."""
    sentences = _sentences(text)
    if not sentences:
        return 0, 0

    def carried(index: int) -> float:
        first, last = sentences[index]
        return sum(s.weight for s in evidence if s.head == "problem" and first <= s.start < last)

    best = max(range(len(sentences)), key=lambda index: (carried(index), -index))
    start, end = sentences[best]
    for first, _ in reversed(sentences[:best]):
        if end - first > limit:
            break
        start = first
    for _, last in sentences[best + 1 :]:
        if last - start > limit:
            break
        end = last
    if end - start > limit:
        cut = text.rfind(" ", start, start + limit)
        end = cut if cut > start + limit // 2 else start + limit
    return start, end
