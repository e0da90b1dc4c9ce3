"""A text walks in; which brands it names, with which word and where, walks out.

What counts as naming a brand:

- Its names, products and nicknames, folded as in `folding.py`, where they stand as words. Letters, marks, digits and
  the underscore make a word; everything else ends one. So `Acme's`, `l'Acme`, `acme-app`, `acme.com`, `@acme`
  name Acme; `acmeology`, `acme2`, `acme_fan` do not.
- Scripts written without spaces (Han, kana, Thai, Lao, Khmer, Burmese) have no word ends: a name in one is found inside
  a run, and next to one every name is found (`Acmeは`). Korean particles may follow a name (`아크메가`).
- In hashtags, humps, digits and underscores end words too: `#AcmeFail`, `#acme_fail` and `#acme2026` name Acme. A name
  of several words is found there written as one: `#AcmeCleaning`, `#acmecleaning`.
- Its hashtags, whole and with the `#`.
- Its handles, whole and with the `@`: handle `acme` is not `@acme.bsky.social`, nor the mail address `x@acme.com`.
  Those with a dot or colon (`acme.bsky.social`, a DID) also without it, as in links to a profile.

An excluded word anywhere in the text makes the brand's matches void. Within one brand the longest of overlapping
matches wins; brands do not shadow each other.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import cast

import ahocorasick

from streams.ingest.folding import Folded, fold
from streams.settings import BrandSettings


class Kind(StrEnum):
    NAME = "name"
    PRODUCT = "product"
    HANDLE = "handle"
    HASHTAG = "hashtag"


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandMatch:
    """Half-open character offsets into the text that was asked about."""

    brand: str
    #: As it stands in settings.
    word: str
    start: int
    end: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class _Pattern:
    brand: str
    word: str
    #: None: an excluded word.
    kind: Kind | None
    #: Counts inside hashtags only.
    squashed: bool = False


_HASHTAG = re.compile(r"[#＃]\w+")
_HUMP = re.compile(r"(?<=[^\W\d_])(?=[\d_])|(?<=[\d_])(?=[^\W\d_])|(?<=_)|(?=_)")
_NO_SPACES = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff]"
)
_HANGUL = re.compile("[\u1100-\u11ff\uac00-\ud7af]")
_WORD = re.compile(r"[\w\u0300-\u036f\u0900-\u0dff]")
#: What a hashtag leaves out of a name. An ampersand is no such gap: `C&A` is not `#ca`.
_GAPS = re.compile(r"[\s'._-]+")


class Brands:
    """The brands of an installation, compiled once; matching costs the same for one word as for thousands."""

    def __init__(self, brands: Sequence[BrandSettings]) -> None:
        self.own_handles = frozenset(_handle(handle) for brand in brands for handle in brand.handles) - {""}
        patterns: dict[str, list[_Pattern]] = {}
        for brand in brands:
            for key, pattern in _patterns(brand):
                patterns.setdefault(key, []).append(pattern)
        self._automaton = ahocorasick.Automaton()
        for key, same in patterns.items():
            self._automaton.add_word(key, (len(key), tuple(dict.fromkeys(same))))
        self._empty = not patterns
        if patterns:
            self._automaton.make_automaton()

    def is_own(self, *names: str) -> bool:
        """Whether one of these handles or DIDs is an account of ours."""
        return bool(self.own_handles) and any(_handle(name) in self.own_handles for name in names)

    def match(self, text: str) -> tuple[BrandMatch, ...]:
        """Return the matches in the order of the text; ties by brand."""
        if self._empty:
            return ()
        folded = fold(text)
        found: dict[str, list[tuple[int, int, _Pattern]]] = {}
        void: set[str] = set()
        humps: frozenset[int] | None = None
        for last, (length, patterns) in self._automaton.iter(folded.text):
            start, end = last + 1 - length, last + 1
            if humps is None:
                humps = _humps(text, folded)
            for pattern in cast("tuple[_Pattern, ...]", patterns):
                if pattern.brand in void or not _stands_alone(folded.text, start, end, pattern, humps):
                    continue
                if pattern.kind is None:
                    void.add(pattern.brand)
                else:
                    found.setdefault(pattern.brand, []).append((start, end, pattern))
        matches = [
            _match(folded, candidate)
            for brand, candidates in found.items()
            if brand not in void
            for candidate in _longest(candidates)
        ]
        return tuple(sorted(matches, key=lambda match: (match.start, match.end, match.brand)))


def _patterns(brand: BrandSettings) -> Iterator[tuple[str, _Pattern]]:
    """Yield what to look for, folded; settings that hold nothing to look for are left out."""
    for kind, words in ((Kind.NAME, (brand.name, *brand.names)), (Kind.PRODUCT, brand.products)):
        for word in words:
            if key := fold(word).text.strip():
                yield key, _Pattern(brand.name, word, kind)
                if (whole := _GAPS.sub("", key)) and whole != key:
                    yield whole, _Pattern(brand.name, word, kind, squashed=True)
    for word in brand.hashtags:
        if key := "".join(fold(word).text.split()).lstrip("#"):
            yield f"#{key}", _Pattern(brand.name, word, Kind.HASHTAG)
    for word in brand.handles:
        if key := _handle(word):
            yield f"@{key}", _Pattern(brand.name, word, Kind.HANDLE)
            if "." in key or ":" in key:
                yield key, _Pattern(brand.name, word, Kind.HANDLE)
    for word in brand.exclude:
        if key := fold(word).text.strip():
            yield key, _Pattern(brand.name, word, None)


def _handle(raw: str) -> str:
    return fold(raw).text.strip().lstrip("@")


def _stands_alone(text: str, start: int, end: int, pattern: _Pattern, humps: frozenset[int]) -> bool:
    if pattern.kind is Kind.HANDLE:
        before, after = text[max(0, start - 1) : start], text[end : end + 2]
        return not (_WORD.match(before) or before in ("-", "@", ".")) and not re.match(r"[\w-]|[.@:]\w", after)
    if pattern.kind is Kind.HASHTAG:
        return not _WORD.match(text[end : end + 1]) and not _WORD.match(text[max(0, start - 1) : start])
    if pattern.squashed and start not in humps:
        return False
    return _ends_word(text, start, humps, particles=False) and _ends_word(text, end, humps, particles=True)


def _ends_word(text: str, at: int, humps: frozenset[int], *, particles: bool) -> bool:
    """Whether a word may start (or, with `particles`, end) between `text[at - 1]` and `text[at]`."""
    if at in (0, len(text)) or at in humps:
        return True
    before, after = text[at - 1], text[at]
    if not (_WORD.match(before) and _WORD.match(after)):
        return True
    if _NO_SPACES.match(before) or _NO_SPACES.match(after):
        return True
    korean = bool(_HANGUL.match(before)), bool(_HANGUL.match(after))
    return korean[0] != korean[1] or (particles and all(korean))


def _humps(text: str, folded: Folded) -> frozenset[int]:
    """Return the places in the folded text where a word may start or end though no word boundary is there."""
    if "#" not in text and "＃" not in text:
        return frozenset()
    places = set(chain.from_iterable(_humps_of(tag) for tag in _HASHTAG.finditer(text)))
    if folded.starts is None:
        return frozenset(places)
    return frozenset(at for at, start in enumerate(folded.starts) if start in places)


def _humps_of(tag: re.Match[str]) -> Iterator[int]:
    yield tag.start() + 1
    for at in range(tag.start() + 2, tag.end()):
        before, here = tag.string[at - 1], tag.string[at]
        following = tag.string[at + 1 : at + 2] if at + 1 < tag.end() else ""
        if (here.isupper() and (before.islower() or following.islower())) or _HUMP.match(tag.string, at):
            yield at


def _longest(candidates: list[tuple[int, int, _Pattern]]) -> Iterator[tuple[int, int, _Pattern]]:
    """Yield those that no longer one overlaps; of equal ones the first."""
    taken: list[tuple[int, int]] = []
    for candidate in sorted(candidates, key=lambda found: (found[0] - found[1], found[0])):
        start, end, _ = candidate
        if all(end <= other_start or start >= other_end for other_start, other_end in taken):
            taken.append((start, end))
            yield candidate


def _match(folded: Folded, candidate: tuple[int, int, _Pattern]) -> BrandMatch:
    start, end = folded.span(*candidate[:2])
    pattern = candidate[2]
    return BrandMatch(brand=pattern.brand, word=pattern.word, start=start, end=end, kind=cast("Kind", pattern.kind))
