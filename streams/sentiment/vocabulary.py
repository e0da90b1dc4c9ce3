"""A model and the names of products walk in; a model that doesn't hear "War" in "War Zone" walks out.

The inner model gets each post with a name that says nothing in place of the product's; the evidence it gives is put
back to the text as it was written. Posts without such a name go to it untouched.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import ahocorasick

from streams.records import Evidence, Scores
from streams.sentiment.ports import Model, Said
from streams.sentiment.text import LONGEST

#: What stands for a name: one that says nothing, in any language. Put for a proper name in the dev posts it moved the
#: log-odds of `problem` and `hostility` by 0.02 to 0.17 on average; "product" moved them by 0.8 to 0.9 and 0.1 to 0.5.
NEUTRAL = "Acme"

_ALIKE = {"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "‐": "-", "‑": "-", "–": "-"}
#: What may stand between the words of a name, the same everywhere in it.
_BETWEEN = (" ", "", "-", "_")
_APART = re.compile(r"[\s_-]+")
#: Characters whose folding is remembered; an alphabet or two, many times over.
_REMEMBERED = 10_000


class _Folding(dict[int, str]):
    """For `str.translate`: compatibility forms, case, accents, typographic signs and invisible characters are folded.

    Each character for itself, so that the way back to the text is known.
    """

    def __missing__(self, code: int) -> str:
        character = chr(code)
        known = _ALIKE.get(character, character)
        kept = "".join(_kept(part) for part in unicodedata.normalize("NFKD", known))
        folded = " " if character.isspace() else unicodedata.normalize("NFKD", kept.casefold())
        if len(self) < _REMEMBERED:
            self[code] = folded
        return folded


def _kept(part: str) -> str:
    # Accents of Latin, Greek and Cyrillic letters; variation selectors; zero-width and bidirectional controls.
    if "\u0300" <= part <= "\u036f" or "\ufe00" <= part <= "\ufe0f" or unicodedata.category(part) == "Cf":
        return ""
    return part


_FOLDING = _Folding()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a name stood in the text, and where `NEUTRAL` stands for it; half-open."""

    start: int
    end: int
    new_start: int
    new_end: int


class Vocabulary:
    """Names, compiled once; looking for them costs the same for one as for thousands."""

    def __init__(self, names: Iterable[str]) -> None:
        self._automaton = ahocorasick.Automaton()
        for name in names:
            for form in _forms(" ".join(name.translate(_FOLDING).split())):
                self._automaton.add_word(form, form)
        self.empty = not len(self._automaton)
        if not self.empty:
            self._automaton.make_automaton()

    def without(self, text: str) -> tuple[str, tuple[_Place, ...]]:
        """The text, as far as a model looks at it, with `NEUTRAL` for each name, and where those stand.

        The text itself where no name is in it.
        """
        if self.empty:
            return text, ()
        blank = len(text) - len(text.lstrip())
        if not self._may_hold(text[blank : blank + LONGEST]):
            return text, ()
        text = text[: blank + LONGEST]
        parts: list[str] = []
        places: list[_Place] = []
        done = length = 0
        for start, end in self._found(text, blank):
            parts += (text[done:start], NEUTRAL)
            length += start - done
            places.append(_Place(start, end, length, length + len(NEUTRAL)))
            length += len(NEUTRAL)
            done = end
        return "".join([*parts, text[done:]]), tuple(places)

    def _may_hold(self, text: str) -> bool:
        """Whether a name is in it as a stretch of letters; most posts are let go here."""
        folded = text.lower().replace("`", "'") if text.isascii() else text.translate(_FOLDING)
        folded = " ".join(folded.split())
        return next(self._automaton.iter(folded), None) is not None

    def _found(self, text: str, begin: int) -> list[tuple[int, int]]:
        """Names that stand as words from `begin` on, in order; of overlapping ones the longest."""
        folded, places = _folded(text, begin)
        found = []
        for last, name in cast("Iterator[tuple[int, str]]", self._automaton.iter(folded)):
            start, end = last + 1 - len(name), last + 1
            if _is_whole(folded, places, start, end):
                found.append((start, end))
        taken = bytearray(len(folded))
        kept = []
        for start, end in sorted(found, key=lambda span: (span[0] - span[1], span[0])):
            # What overlaps a longer one has an end in it.
            if not taken[start] and not taken[end - 1]:
                taken[start:end] = b"\x01" * (end - start)
                kept.append((places[start], places[end]))
        return sorted(kept)


class WithVocabulary:
    """The model, deaf to what names of products say."""

    def __init__(self, model: Model, vocabulary: Vocabulary) -> None:
        self._model = model
        self._vocabulary = vocabulary

    @property
    def name(self) -> str:
        return self._model.name

    @property
    def thresholds(self) -> Mapping[str, float]:
        return self._model.thresholds

    def score(self, texts: Sequence[str], langs: Sequence[str]) -> list[Scores]:
        return self._model.score([text for text, _ in self._without(texts)], langs)

    def evidence(
        self, texts: Sequence[str], langs: Sequence[str], said: Sequence[Said] | None = None
    ) -> list[tuple[Evidence, ...]]:
        heard = self._without(texts)
        found = self._model.evidence([text for text, _ in heard], langs, said)
        return [put_back(spans, places) for spans, (_, places) in zip(found, heard, strict=True)]

    def _without(self, texts: Sequence[str]) -> list[tuple[str, tuple[_Place, ...]]]:
        return [self._vocabulary.without(text) for text in texts]


def with_vocabulary(model: Model, names: Iterable[str]) -> Model:
    """The model itself where there are no names."""
    vocabulary = Vocabulary(names)
    return model if vocabulary.empty else WithVocabulary(model, vocabulary)


def _forms(name: str) -> set[str]:
    """The folded name, and where it has several words, how else people put them together; none of an empty name."""
    words = [word for word in _APART.split(name) if word]
    glued = {between.join(words) for between in _BETWEEN} if len(words) > 1 else set()
    return (glued | {name}) - {""}


def put_back(evidence: Sequence[Evidence], places: Sequence[_Place]) -> tuple[Evidence, ...]:
    """Evidence of the text with `NEUTRAL` in it, as evidence of the text as written.

    Of what lies within a name nothing is left; what reaches into one takes all of it.
    """
    if not places:
        return tuple(evidence)
    kept: list[Evidence] = []
    for one in evidence:
        if any(place.new_start <= one.start and one.end <= place.new_end for place in places):
            continue
        kept.append(replace(one, start=_start(one.start, places), end=_end(one.end, places)))
    strongest: dict[str, float] = {}
    for one in kept:
        strongest[one.head] = max(one.weight, strongest.get(one.head, 0.0))
    return tuple(replace(one, weight=max(round(one.weight / strongest[one.head], 3), 0.001)) for one in kept)


def _start(at: int, places: Sequence[_Place]) -> int:
    """Where a span that starts at `at` starts in the text as written."""
    before = [place for place in places if place.new_start <= at]
    if not before:
        return at
    last = before[-1]
    return last.start if at < last.new_end else at - last.new_end + last.end


def _end(at: int, places: Sequence[_Place]) -> int:
    """Where a span that ends before `at` ends in the text as written."""
    before = [place for place in places if place.new_start < at]
    if not before:
        return at
    last = before[-1]
    return last.end if at <= last.new_end else at - last.new_end + last.end


def _folded(text: str, begin: int) -> tuple[str, list[int]]:
    """The text from `begin` on, folded; for each of its characters (and its end) where the one it came of stands."""
    parts: list[str] = []
    places: list[int] = []
    blank = True  # what stands before the first word is not looked at
    for at, character in enumerate(text[begin:], begin):
        folded = character.translate(_FOLDING)
        if folded == " ":
            if blank:
                continue
            blank = True
        elif folded:
            blank = False
        parts.append(folded)
        places += [at] * len(folded)
    return "".join(parts), [*places, len(text)]


def _is_whole(folded: str, places: Sequence[int], start: int, end: int) -> bool:
    """Whether whole characters stand there, and no word goes on before or after them."""
    if start and (places[start - 1] == places[start] or (_of_word(folded[start - 1]) and _of_word(folded[start]))):
        return False
    if end == len(folded):
        return True
    return places[end - 1] != places[end] and not (_of_word(folded[end - 1]) and _of_word(folded[end]))


def _of_word(character: str) -> bool:
    return character.isalnum() or character == "_" or unicodedata.category(character).startswith("M")
