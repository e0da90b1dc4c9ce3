"""Joined text walks in, the hashed word and character n-grams of every post walk out, with no loop over posts."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from streams.sentiment.text import MARK

U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]

#: Lengths of the character n-grams, taken inside words with one blank on each side.
GRAMS = (3, 4, 5)
#: Order of the blocks in `Blocks`.
KINDS = ("word", "pair", "skip", *(f"char{n}" for n in GRAMS))

# Classes of code points.
_BLANK, _LETTER, _SIGN = 0, 1, 2
# An odd multiplier has an inverse modulo 2**64, so the hash of any stretch is a difference of two prefix sums.
_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)
# Signs and letters people use for one another: apostrophes, quotation marks, the Russian yo.
_SAME = {
    0x2019: "'",
    0x2018: "'",
    0x2BC: "'",
    0xB4: "'",
    0x60: "'",
    0x201C: '"',
    0x201D: '"',
    0xAB: '"',
    0xBB: '"',
    0x451: "\u0435",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """The features of one kind: post `i` owns `buckets[starts[i]:starts[i + 1]]`."""

    buckets: I64
    #: One more than there are posts.
    starts: I64


def blocks(whole: str, bits: int) -> tuple[Block, ...]:
    """Hash what `text.joined` returned into `2**bits` buckets, one block for each of `KINDS`."""
    codes = _folded(np.frombuffer(whole.encode("utf-32-le"), dtype=np.uint32))
    marks = np.flatnonzero(codes == ord(MARK))
    classes = _classes().take(codes, mode="clip")
    prefix, inverse = _prefix(codes)

    words, word_posts = _words(codes, classes, marks, prefix, inverse)
    result = [_block(words, word_posts, len(marks) - 1, 1, bits)]
    for salt, apart in ((2, 1), (3, 2)):
        near = word_posts[apart:] == word_posts[:-apart] if len(words) > apart else np.zeros(0, dtype=np.bool_)
        pairs = words[:-apart][near] * np.uint64(_INVERSE) + words[apart:][near] if len(near) else words[:0]
        result.append(
            _block(pairs, word_posts[apart:][near] if len(near) else word_posts[:0], len(marks) - 1, salt, bits)
        )

    blanks = np.concatenate(([0], np.cumsum(classes == _BLANK)))
    for n in GRAMS:
        begin = np.arange(max(len(codes) - n + 1, 0))
        begin = begin[blanks[begin + n - 1] == blanks[begin + 1]]
        grams = (prefix[begin + n] - prefix[begin]) * inverse[begin]
        posts = np.searchsorted(marks, begin, side="right") - 1
        result.append(_block(grams, posts, len(marks) - 1, 16 + n, bits))
    return tuple(result)


def _folded(codes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Every number becomes one 0; of more than two same characters in a row two stay ("sooooo" and "soo" are one)."""
    digits = (codes >= ord("0")) & (codes <= ord("9"))
    keep = np.ones(len(codes), dtype=np.bool_)
    keep[2:] = (codes[2:] != codes[1:-1]) | (codes[2:] != codes[:-2]) | (codes[2:] == ord(MARK))
    keep[1:] &= ~(digits[1:] & digits[:-1])
    codes = codes[keep]
    return np.where(codes < 0x10000, _same().take(codes, mode="clip"), codes)


def _words(
    codes: NDArray[np.uint32], classes: NDArray[np.uint8], marks: I64, prefix: U64, inverse: U64
) -> tuple[U64, I64]:
    """Hashes of the words (runs of letters, single signs), and the post each stands in."""
    begins = np.flatnonzero(
        (classes == _SIGN) | ((classes == _LETTER) & (np.concatenate(([0], classes[:-1])) != _LETTER))
    )
    after = np.flatnonzero((classes == _LETTER) & (np.concatenate((classes[1:], [0])) != _LETTER)) + 1
    ends = begins + 1
    ends[classes[begins] == _LETTER] = after
    hashes = (prefix[ends] - prefix[begins]) * inverse[begins]
    return hashes, np.searchsorted(marks, begins, side="right") - 1


def _block(hashes: U64, posts: I64, count: int, salt: int, bits: int) -> Block:
    mixed = hashes ^ np.uint64(salt * 0x2545F4914F6CDD1D & 0xFFFFFFFFFFFFFFFF)
    mixed ^= mixed >> np.uint64(33)
    mixed *= np.uint64(0xFF51AFD7ED558CCD)
    mixed ^= mixed >> np.uint64(33)
    mixed *= np.uint64(0xC4CEB9FE1A85EC53)
    buckets = (mixed >> np.uint64(64 - bits)).astype(np.int64)
    return Block(buckets=buckets, starts=np.searchsorted(posts, np.arange(count + 1)))


def _prefix(codes: NDArray[np.uint32]) -> tuple[U64, U64]:
    """Prefix sums of `code * BASE**place`, and the powers that move a difference back to place 0."""
    powers, inverse = _powers(1 << max(len(codes), 1).bit_length())
    sums = np.zeros(len(codes) + 1, dtype=np.uint64)
    np.cumsum((codes.astype(np.uint64) + np.uint64(0x1F3)) * powers[: len(codes)], out=sums[1:])
    return sums, inverse


@lru_cache(maxsize=2)
def _powers(length: int) -> tuple[U64, U64]:
    return _powers_of(_BASE, length), _powers_of(_INVERSE, length)


def _powers_of(base: int, length: int) -> U64:
    factors = np.full(length, base, dtype=np.uint64)
    factors[0] = 1
    return np.multiply.accumulate(factors)


@lru_cache(maxsize=1)
def _same() -> NDArray[np.uint32]:
    """What stands for each code point of the basic plane: 0 for every digit, one of each group of look-alikes."""
    table = np.arange(0x10000, dtype=np.uint32)
    table[ord("1") : ord("9") + 1] = ord("0")
    for code, other in _SAME.items():
        table[code] = ord(other)
    return table


@lru_cache(maxsize=1)
def _classes() -> NDArray[np.uint8]:
    """Class of each code point of the basic plane; all beyond it (emoji, mostly) share the last entry's class, sign."""
    table = np.full(0x10000, _SIGN, dtype=np.uint8)
    for code in range(0x10000):
        category = unicodedata.category(chr(code))
        if category[0] in "LMN":
            table[code] = _LETTER
        elif category[0] == "Z" or category == "Cc":
            table[code] = _BLANK
    table[[ord("'"), ord("_")]] = _LETTER
    table[ord(MARK)] = _BLANK
    table[0xFFFF] = _SIGN
    return table
