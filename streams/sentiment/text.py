"""Raw posts walk in, one string of plain lower-case text with a mark between posts walks out."""

import html
import re
import unicodedata
from collections.abc import Sequence

#: Posts are cut after so many characters: a review says what went wrong long before, and 100 kB must not stall a batch.
MAX_CHARS = 4000

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
_TAG = re.compile(r"</?[a-z][^<>\ue000]{0,200}>")
_LINK = re.compile(r"https?\b[^\s\ue000]*")
_BARE_LINK = re.compile(r"\b(?:www\.|pic\.twitter\.com/|t\.co/)[^\s\ue000]*")
_HANDLE = re.compile(r"@[\w.-]+")


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
    text = text[:MAX_CHARS]
    if "&" in text:
        text = html.unescape(text)
    return text if text.isascii() else _FOREIGN.sub(" ", text)
