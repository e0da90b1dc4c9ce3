"""A raw post walks in, one line of clean text walks out: what the encoder's tokenizer reads, case and signs kept."""

import html
import re
import unicodedata

from streams.sentiment.text import UNSAID, shortened

#: What handles and links become; ordinary words of the vocabulary.
HANDLE, LINK = "@user", "http"

# Halves of characters (an encoder would stop at them), private use, control characters, what could not be decoded.
_FOREIGN = re.compile("[\ud800-\udfff\ue000-\uf8ff\ufffd\x00-\x08\x0b-\x1f\x7f-\x9f]")
# Zero-width and bidirectional controls, soft hyphen, variation selectors: they hide words from the model.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_TAG = re.compile(UNSAID, re.IGNORECASE)
_LINK = re.compile(r"https?\b\S*|\b(?:www\.|pic\.twitter\.com/|t\.co/)\S*")
_HANDLE = re.compile(r"@[\w.-]+")
# "sooooo" and "sooo" are one word; a line of a thousand signs is three of them.
_AGAIN = re.compile(r"(\S)\1{3,}")


def spoken(text: str) -> str:
    """Return the post, `shortened`, on one line, with nothing in it that hides or stops."""
    text = html.unescape(shortened(text))
    text = _TAG.sub(" ", _INVISIBLE.sub("", _FOREIGN.sub(" ", text)))
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    text = _HANDLE.sub(f" {HANDLE} ", _LINK.sub(f" {LINK} ", text))
    return " ".join(_AGAIN.sub(r"\1\1\1", text).split())
