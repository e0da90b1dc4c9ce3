"""The desk has a word for everything a case can hold."""

from dataclasses import replace

from streams.cases.case import Status, deadlines
from streams.cases.decide import CONTACT_CHANNELS, MARKS, OUTCOMES
from streams.desk import words
from streams.records import Verdict
from tests.support.book_samples import full_case


def test_every_value_has_its_words_and_no_word_lacks_its_value() -> None:
    """Ways of contact, outcomes, marks, verdicts, and every deadline a case can have."""
    assert tuple(words.CHANNELS) == CONTACT_CHANNELS
    assert tuple(words.OUTCOMES) == OUTCOMES
    assert tuple(words.MARKS) == MARKS
    assert set(words.VERDICTS) == set(Verdict)
    untouched = replace(full_case(), first_contact_at=None, first_contact_due=full_case().opened_at)
    names = {name for status in Status for name in deadlines(replace(untouched, status=status))}
    assert set(words.DEADLINES) == names


def test_languages_are_named() -> None:
    """Also when nobody knows which it is, or what its code means."""
    named = {code: words.language(code) for code in ("es", "sw", "und", "xx")}
    assert named == {"es": "Spanish", "sw": "Swahili", "und": "unknown language", "xx": "xx"}
