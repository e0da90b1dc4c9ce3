"""Text walks in; the form in which two spellings of one word are equal walks out, with the way back.

Folded are case, compatibility forms (full-width, ligatures), the accents of Latin and Greek letters (`Café` is `cafe`;
the marks of other scripts are letters, `й` is not `и`), `ё`, typographic apostrophes and hyphens, and white space.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

#: What folds as one: white space, or a character with the marks that stand on it.
_CLUSTER = re.compile(
    r"\s+|[^\s\u0300-\u036f][\u0300-\u036f\u00ad\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff]*|.", re.DOTALL
)
_SIMPLE = re.compile(r"[!-~]*(?: [!-~]+)* ?")
_MARKS = re.compile("[\u0300-\u036f]")
_IGNORED = re.compile("[\u00ad\u0300-\u036f\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff]")
_ALIKE = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "‐": "-", "‑": "-", "–": "-", "ё": "е"})


@dataclass(frozen=True, slots=True)
class Folded:
    text: str
    #: For each character of `text`, where its cluster starts in the original; None means one for one.
    starts: Sequence[int] | None
    #: Likewise, where its cluster ends.
    ends: Sequence[int] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where `text[start:end]`, which is not empty, stands in the original."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def fold(text: str) -> Folded:
    if _SIMPLE.fullmatch(text):
        return Folded(text.lower().replace("`", "'"), None, None)
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for found in _CLUSTER.finditer(text):
        part = _fold_cluster(found[0])
        parts.append(part)
        starts.extend([found.start()] * len(part))
        ends.extend([found.end()] * len(part))
    return Folded("".join(parts), starts, ends)


@lru_cache(maxsize=8192)
def _fold_cluster(cluster: str) -> str:
    if cluster.isspace():
        return " "
    base = unicodedata.normalize("NFKD", cluster)[:1]
    folded = unicodedata.normalize("NFKC", cluster).casefold()
    if unicodedata.name(base, "").startswith(("LATIN", "GREEK")):
        folded = _MARKS.sub("", unicodedata.normalize("NFKD", folded))
    folded = unicodedata.normalize("NFC", folded).translate(_ALIKE)
    return _IGNORED.sub("", folded)
