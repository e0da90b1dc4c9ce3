"""A text walks in, the ISO 639-1 code of its language walks out, or `und`.

Three looks, cheapest first: the script, when it serves one language; everyday words, when one language clearly has the
most; then py3langid's n-gram model, told which languages are likely at all and which words were met. Russian, Hindi and
Arabic in Latin letters, which the model has never seen, are known by their words alone. Thread-safe; the model (about
a second) is loaded at the first text that needs it.
"""

import re
import threading
from collections import Counter
from collections.abc import Container, Mapping
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from streams.ingest.everyday_words import LANGUAGES_OF, ROMANISED

UNKNOWN = "und"

#: A post says its language early; more would only cost time.
_ENOUGH = 400
#: Letters below which Latin or Cyrillic text says nothing sure.
_FEW_LETTERS = 3
#: Below this probability, measured on short posts, more than a third of the answers are wrong.
_SURE = 0.4
_SHORT = 16
_SURE_WHEN_SHORT = 0.6
#: Everyday words by which a language must lead to be named without the model. This and the next two were chosen, like
#: the thresholds above, on the half of `models.training.languages` that is not reported.
_LEAD = 2
#: How many times likelier a language is for each everyday word of it.
_PER_WORD = 16.0
#: What the model would give a language it does not know in these letters.
_ROMANISED = 0.03

_SUBTAGS = re.compile(r"[-_]")
_NOT_WORDS = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|[@#]\w+(?:[.-]\w+)*|&\w+;|\b[\d_]+\b")
_NOT_LETTERS = re.compile(r"[\W_]*[^\w\s'’.,?!-][\W_]*|\s{2,}")
_LETTERS = re.compile(r"[^\W\d_]+")
#: Digits stand for sounds in romanised Arabic.
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_DIGITS = re.compile(r"\d+")
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")
#: Scripts by their letters; those that serve one language bear its code.
_SCRIPTS = {
    "Latin": "A-Za-z\u00aa\u00ba\u00c0-\u024f\u1e00-\u1eff",
    "Cyrillic": "\u0400-\u052f",
    "Arabic": "\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefe",
    "Kana": "\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9f",
    "Han": "\u3400-\u4dbf\u4e00-\u9fff",
    "Devanagari": "\u0900-\u097f",
    "ko": "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af",
    "el": "\u0370-\u03ff\u1f00-\u1fff",
    "he": "\u0590-\u05ff",
    "th": "\u0e00-\u0e7f",
    "hy": "\u0530-\u058f",
    "ka": "\u10a0-\u10ff",
    "bn": "\u0980-\u09ff",
    "pa": "\u0a00-\u0a7f",
    "gu": "\u0a80-\u0aff",
    "or": "\u0b00-\u0b7f",
    "ta": "\u0b80-\u0bff",
    "te": "\u0c00-\u0c7f",
    "kn": "\u0c80-\u0cff",
    "ml": "\u0d00-\u0d7f",
    "si": "\u0d80-\u0dff",
    "lo": "\u0e80-\u0eff",
    "my": "\u1000-\u109f",
    "am": "\u1200-\u139f",
    "km": "\u1780-\u17ff",
}
_RUNS = re.compile("|".join(f"(?P<{name}>(?:[{letters}]+ ?)+)" for name, letters in _SCRIPTS.items()))
#: Han and Hangul say with one character what alphabets say with two or three.
_DENSE = {"Kana": 2, "Han": 3, "ko": 2}

#: How likely a language is before anything is read, relative to the most common of its script. Where posts are
#: written, not how many people speak it: without this, short Spanish becomes Galician and short Russian Mongolian.
_LATIN: Mapping[str, float] = {
    "en": 1.0, "es": 0.7, "pt": 0.5, "fr": 0.5, "de": 0.5, "it": 0.4, "nl": 0.3, "pl": 0.3, "tr": 0.3, "id": 0.3,
    "sv": 0.15, "da": 0.1, "no": 0.1, "fi": 0.15, "cs": 0.15, "ro": 0.15, "hu": 0.15, "vi": 0.15, "ca": 0.1,
    "sk": 0.05, "hr": 0.05, "sl": 0.04, "lt": 0.05, "lv": 0.05, "et": 0.04, "ms": 0.04, "tl": 0.1, "eu": 0.03,
    "gl": 0.03, "sq": 0.03, "af": 0.03, "is": 0.03, "cy": 0.02, "ga": 0.02, "sw": 0.03, "az": 0.03, "uz": 0.02,
}  # fmt: skip
_CYRILLIC: Mapping[str, float] = {
    "ru": 1.0, "uk": 0.2, "bg": 0.05, "be": 0.03, "sr": 0.04, "kk": 0.04, "mk": 0.02, "mn": 0.02, "ky": 0.01,
    "tg": 0.01,
}  # fmt: skip
_IN_LATIN = frozenset((*_LATIN, *ROMANISED))
_BY_SCRIPT: Mapping[str, Mapping[str, float]] = {
    "Latin": _LATIN,
    "Cyrillic": _CYRILLIC,
    "Arabic": {"ar": 1.0, "fa": 0.5, "ur": 0.3, "ps": 0.03, "ug": 0.01},
    "Devanagari": {"hi": 1.0, "mr": 0.2, "ne": 0.1},
}


def language_of(text: str, tag: object) -> str:
    """Return the language that a tag of any source names (`pt` of `pt-BR`), or without one what `identify` says."""
    named = _SUBTAGS.split(tag.strip())[0].lower() if isinstance(tag, str) else ""
    return named or identify(text)


def identify(text: str) -> str:
    """Return the ISO 639-1 code of the language most of the text is in, or `und` when that is not sure.

    Links, handles, hashtags, numbers and emoji are not looked at.
    """
    text = _NOT_WORDS.sub(" ", text[: 2 * _ENOUGH])[:_ENOUGH]
    script, letters = _script(text)
    if script is None:
        return UNKNOWN
    priors = _BY_SCRIPT.get(script)
    if priors is None:
        return script
    if letters < _FEW_LETTERS:
        return UNKNOWN
    lowered = _DRAWN_OUT.sub(r"\1", text.lower())
    votes = _votes(lowered, _IN_LATIN if script == "Latin" else priors)
    if told := _by_everyday_words(votes):
        return told
    lowered = _DIGITS.sub("", _NOT_LETTERS.sub(" ", lowered))
    if script == "Cyrillic":
        priors = _fitting(lowered, priors)
    return _by_model(lowered, letters, priors, votes)


def _script(text: str) -> tuple[str | None, int]:
    """Return the script most letters are in, as a language where it serves one only, and how many letters."""
    if text.isascii():
        letters = sum(map(len, _LETTERS.findall(text)))
        return ("Latin" if letters else None), letters
    counts: Counter[str] = Counter()
    for run in _RUNS.finditer(text):
        name = str(run.lastgroup)
        counts[name] += (run.end() - run.start()) * _DENSE.get(name, 1)
    if not counts:
        return None, 0
    script, letters = counts.most_common(1)[0]
    if script in ("Kana", "Han"):
        return ("ja" if counts["Kana"] * 8 >= counts["Han"] else "zh"), letters
    return script, letters


def _votes(lowered: str, fitting: Container[str]) -> Counter[str]:
    """Count the everyday words of each language that fits the script."""
    votes: Counter[str] = Counter()
    for word in _WORD.findall(lowered.replace("’", "'")):
        for language in LANGUAGES_OF.get(word, ()):
            if language in fitting:
                votes[language] += 1
    return votes


def _by_everyday_words(votes: Counter[str]) -> str | None:
    """Return the language that clearly has the most everyday words, none when it is not clear."""
    if not votes:
        return None
    ranked = votes.most_common(2)
    runner_up = ranked[1][1] if len(ranked) > 1 else 0
    return ranked[0][0] if ranked[0][1] >= runner_up + _LEAD else None


def _fitting(lowered: str, priors: Mapping[str, float]) -> Mapping[str, float]:
    """Return the priors of the languages that have the letters of the text."""
    seen = set(lowered)
    if seen & set("їєґ"):
        return {"uk": 1.0}
    if "ў" in seen:
        return {"be": 1.0}
    if seen & set("әғқңұһ"):
        return {"kk": 1.0, "ky": 0.1, "tg": 0.1, "mn": 0.05}
    if seen & set("љњћђџјѓќѕ"):
        return {"sr": 1.0, "mk": 0.5}
    if seen & set("өү"):
        return {"mn": 1.0, "ky": 0.5, "kk": 0.5}
    if "і" in seen:
        return {"uk": 1.0, "be": 0.2, "kk": 0.1}
    if seen & set("ыэё"):
        return {"ru": 1.0}
    return priors


def _by_model(lowered: str, letters: int, priors: Mapping[str, float], votes: Counter[str]) -> str:
    if len(priors) == 1:
        return next(iter(priors))
    with _lock:
        identifier = _identifier()
    weighed = {
        code: chance * priors[code] * _PER_WORD ** votes[code]
        for code, chance in identifier.rank(lowered)
        if code in priors
    }
    for code in ROMANISED:
        if code in votes and code not in priors:
            weighed[code] = _ROMANISED * _PER_WORD ** votes[code]
    total = sum(weighed.values())
    best: str = max(weighed, key=weighed.__getitem__)
    if total <= 0 or weighed[best] / total < (_SURE_WHEN_SHORT if letters < _SHORT else _SURE):
        return UNKNOWN
    return best


_lock = threading.Lock()


@cache
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages({code for priors in _BY_SCRIPT.values() for code in priors})
    return identifier
