"""Words and a text walk in; the first of the words that stands in the text walks out, in any script."""

import re
from functools import lru_cache

#: Scripts written without spaces, as code point ranges: a boundary cannot be asked for beside them.
_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x3400, 0x9FFF),  # Han
    (0xF900, 0xFAFF),  # Han, compatibility
    (0x20000, 0x3FFFF),  # Han, extensions
)


def find_word(words: tuple[str, ...], text: str) -> str | None:
    """The word as the text has it, in lower case; found on Unicode word boundaries, whatever the case.

    `*` ends a stem (`allerg*`, `утечк* газа`); a space is any space.
    """
    found = _pattern(words).search(text.lower())
    return found.group() if found else None


@lru_cache(maxsize=256)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """For text in lower case: matching without regard to case is ten times slower."""
    wanted = {word.lower().strip() for word in words if word.strip(" *")}
    longest_first = sorted(wanted, key=lambda word: (-len(word), word))
    spaced = "|".join(_body(word) for word in longest_first if not _unspaced(word[0]))
    unspaced = [_body(word) for word in longest_first if _unspaced(word[0])]
    # One boundary before all of them: most places in a text are then left after a single look.
    alternatives = [rf"(?<!\w)(?:{spaced})"] * bool(spaced) + unspaced
    return re.compile("|".join(alternatives) or r"(?!)")


def _body(word: str) -> str:
    parts = [re.escape(part.rstrip("*")) + (r"\w*" if part.endswith("*") else "") for part in word.split()]
    last = word[-1]
    return r"\s+".join(parts) + ("" if last == "*" or _unspaced(last) else r"(?!\w)")


def _unspaced(letter: str) -> bool:
    return any(low <= ord(letter) <= high for low, high in _UNSPACED)
