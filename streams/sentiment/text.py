"""Raw posts walk in, one string of plain lower-case text with a mark between posts walks out."""

import html
import re
import unicodedata
from collections.abc import Sequence

from streams.tags import BREAKING, INLINE, tags

#: So many characters of a post are heard: a review says what went wrong long before, and 100 kB must not stall a batch.
MAX_CHARS = 4000
#: Of a longer post so many of these are its last: the point is often in the last line.
_END_CHARS = 1000
#: Behind so many characters nobody looks for its end; `ingest` keeps no more of a post.
LONGEST = 20_000
#: What stands in angle brackets and says nothing: tags, and what public sets put for links and names.
UNSAID = tags(rf"{BREAKING}|{INLINE}|big|center|form|math|nowiki|person|script|style|title|url|wbr")

#: Between posts, and before the first and after the last. A private-use character: removed from the posts themselves.
MARK = "\ue000"
#: What links and handles become; `ingest` keeps the originals, the model hears only that one was there.
LINK = "\ue001"
HANDLE = "\ue002"

# Not text: our own marks, and halves of characters (an encoder would stop at them).
_FOREIGN = re.compile("[\ud800-\udfff\ue000-\ue00f]")
# Zero-width and bidirectional controls, soft hyphen, variation selectors: they hide words from the model.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_BLANK = re.compile("[\x00-\x1f\x7f-\x9f]+")
_TAG = re.compile(UNSAID)
_LINK = re.compile(r"https?\b[^\s\ue000]*")
_BARE_LINK = re.compile(r"\b(?:www\.|pic\.twitter\.com/|t\.co/)[^\s\ue000]*")
_HANDLE = re.compile(r"@[\w.-]+")


def shortened(text: str) -> str:
    """At most `MAX_CHARS` characters: the text itself, or what is left without blanks that say nothing, or two parts.

    Those are the beginning and the last `_END_CHARS` characters of the first `LONGEST`, blanks before it not counted.
    """
    if len(text) <= MAX_CHARS:
        return text
    text = _INVISIBLE.sub("", _BLANK.sub(" ", text.lstrip()[:LONGEST]))
    text = " ".join(text.split())
    return text if len(text) <= MAX_CHARS else text[: MAX_CHARS - _END_CHARS] + text[-_END_CHARS:]


def joined(texts: Sequence[str]) -> str:
    """Return `MARK text MARK text MARK ...`, normalised; holds exactly `len(texts) + 1` marks.

    Folded: compatibility forms (NFKC), case, HTML, invisible controls, links, handles.
    """
    whole = MARK.join(["", *map(_opened, texts), ""])
    if not whole.isascii():
        whole = _INVISIBLE.sub("", whole)
        if not unicodedata.is_normalized("NFKC", whole):
            whole = unicodedata.normalize("NFKC", whole)
    whole = whole.lower()
    if "<" in whole:
        whole = _TAG.sub(" ", whole)
    if "http" in whole:
        whole = _LINK.sub(f" {LINK} ", whole)
    if "www." in whole or "/" in whole:
        whole = _BARE_LINK.sub(f" {LINK} ", whole)
    return _HANDLE.sub(f" {HANDLE} ", whole)


def _opened(text: str) -> str:
    """One post, short enough, with HTML entities opened and nothing in it that only this module may write."""
    text = shortened(text)
    if "&" in text:
        text = html.unescape(text)
    return text if text.isascii() else _FOREIGN.sub(" ", text)
