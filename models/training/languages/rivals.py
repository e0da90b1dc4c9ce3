"""A text walks in, a language walks out: the ways of telling it that ours is measured against."""

import re
from collections import Counter
from collections.abc import Callable
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from models.training.languages.gather import UNKNOWN, words
from streams.ingest.language import identify

_SCRIPTS = {
    "en": r"[A-Za-z\u00c0-\u024f]",
    "ru": r"[\u0400-\u052f]",
    "ar": r"[\u0600-\u06ff]",
    "hi": r"[\u0900-\u097f]",
}


def by_script(text: str) -> str:
    """The commonest language of the script most letters are in."""
    said = " ".join(words(text))
    counts = Counter({lang: len(re.findall(letters, said)) for lang, letters in _SCRIPTS.items()})
    lang, count = counts.most_common(1)[0]
    return lang if count else UNKNOWN


def by_py3langid(text: str) -> str:
    """What py3langid says of the text as it is, among the languages it knows; it is never unsure."""
    return str(_identifier().classify(text)[0])


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE)


OURS = "Hearout"
WAYS: dict[str, Callable[[str], str]] = {OURS: identify, "py3langid": by_py3langid, "script alone": by_script}
