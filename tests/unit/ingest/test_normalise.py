"""What a network says becomes clean text, UTC times and stable keys."""

import time
import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.ingest.normalise import (
    MAX_RAW,
    MAX_TEXT,
    author_key,
    clean_name,
    clean_plain,
    clean_text,
    credible_time,
    parse_time,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("plain", "plain"),
        ("  two   spaces\tand a tab ", "two spaces and a tab"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("a\n\n\n\n\nb", "a\n\nb"),
        ("Tom &amp; Jerry &lt;3 &#128512;", "Tom & Jerry <3 😀"),
        ("I <3 it, 2<3 and <your name>", "I <3 it, 2<3 and <your name>"),
        ("<My order never came, you idiots>", "<My order never came, you idiots>"),
        ("<I want my money back> <a scam>", "<I want my money back> <a scam>"),
        ("<!-- one --><SCRIPT>two</script ><style a='b'>three</style>four", "four"),
        ("<!-- one <script>two</script> three", "<!-- one three"),
        ("<script <!-- one --> two", "<script two"),
        ("one &#" + "9" * 5000 + "; two &#65;", "one � two A"),
        ("<p>One</p><p>Two<br/>Three</p>", "One\n\nTwo\nThree"),
        ('a <b class="x">bold</b> <a href="http://x">link</a>', "a bold link"),
        ("before<script>alert(1)</script>after<!-- note -->", "before after"),
        ("x\x00y\u202eabc\u200bd\u00ade", "xyabcde"),
        ("cafe\u0301", "café"),
        ("half \ud83d, whole \ud83d\ude00", "half �, whole 😀"),
        ("👨\u200d👩\u200d👧 a\u200db", "👨\u200d👩\u200d👧 ab"),
        ("می\u200cخواهم ab\u200ccd", "می\u200cخواهم abcd"),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f a\U000e0067b",
         "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f ab"),
        ("Z" + "\u0336" * 40, "Z" + "\u0336" * 3),
        (b"bytes \xff ok", "bytes � ok"),
        (b"caf\xc3\xa9", "café"),
    ],
)  # fmt: skip
def test_text_is_what_a_reader_saw(raw: str | bytes, clean: str) -> None:
    """Tags, entities, hidden characters and stray space go; what somebody wrote stays."""
    assert clean_text(raw) == clean


def test_plain_text_keeps_what_looks_like_html() -> None:
    """On networks without HTML `<br>` is what somebody typed."""
    assert clean_plain("use <br> &amp; go") == "use <br> &amp; go"


def test_long_texts_are_cut() -> None:
    assert len(clean_text("word " * 50_000)) <= MAX_TEXT
    assert clean_text(" " * MAX_RAW + "word") == ""


@pytest.mark.parametrize(
    "piece",
    ["<!--", "<script>", "<script", "<script></script ", "<!--<script><style>", "<p ", "<p =", "<a ", "&#", "&#9", "=",
     "\u20d0\u0591", "\U000e007f", "\ud83d", "\n ", "\u200d"],
)  # fmt: skip
def test_a_flood_of_one_thing_takes_the_time_of_its_length(piece: str) -> None:
    """1 MB of what begins and never ends: no 40 times what a tenth of what is looked at takes."""

    def taken(length: int) -> float:
        raw = (piece * (length // len(piece)))[:length]
        began = time.process_time()
        clean_text(raw)
        return time.process_time() - began

    assert taken(1_000_000) < 40 * max(taken(MAX_RAW // 10) for _ in range(3)) + 0.2


def test_no_letter_bears_more_marks_than_can_be_put_in_order() -> None:
    """Thirty, as in Unicode's stream-safe text; emoji in a row are no marks."""
    assert len(clean_text("a" + "\u20d0\u0591" * 500)) == 31
    assert clean_text("🤬️" * 40) == "🤬️" * 40


@given(st.text(alphabet=st.characters(codec=None), max_size=300))
def test_any_text_becomes_clean(raw: str) -> None:
    """In NFC, encodable, without controls, trimmed; and cleaning it again changes nothing."""
    clean = clean_plain(raw)

    clean.encode("utf-8")
    assert unicodedata.is_normalized("NFC", clean)
    assert not any(unicodedata.category(character) == "Cc" and character != "\n" for character in clean)
    assert clean == clean.strip()
    assert clean_plain(clean) == clean


@given(st.binary(max_size=200))
def test_any_bytes_become_text(raw: bytes) -> None:
    clean_text(raw).encode("utf-8")


@pytest.mark.parametrize(
    ("raw", "time"),
    [
        ("2026-11-22T12:00:00Z", NOON),
        ("2026-11-22T15:00:00+03:00", NOON),
        ("2026-11-22 12:00", NOON),
        ("2026-11-22T12:00:00.000Z", NOON),
        ("20261122T120000Z", NOON),
        ("22.11.2026 12:00", NOON),
        ("2026/11/22 12:00:00", NOON),
        ("Sun, 22 Nov 2026 12:00:00 GMT", NOON),
        ("Sun Nov 22 12:00:00 +0000 2026", NOON),
        ("2026-11-22 04:00:00 -0800", NOON),
        (NOON.timestamp(), NOON),
        (int(NOON.timestamp()) * 1000, NOON),
        (int(NOON.timestamp()) * 1_000_000, NOON),
        (str(int(NOON.timestamp())), NOON),
        (datetime(2026, 11, 22, 12), NOON),  # noqa: DTZ001  (without a zone it is UTC)
    ],
)
def test_times_of_many_forms_are_read(raw: object, time: datetime) -> None:
    read = parse_time(raw)
    assert read == time
    assert read.tzinfo is UTC


@pytest.mark.parametrize(
    "raw", ["", "yesterday", "11/22/2026", "2026-13-01", None, True, float("nan"), float("inf"), 10**400, [], "9" * 100]
)
def test_what_is_no_time_is_refused(raw: object) -> None:
    """`11/22` may be November or no month at all: nobody guesses."""
    with pytest.raises(ValueError, match="is no time"):
        parse_time(raw)


@pytest.mark.parametrize(
    ("claimed", "taken"),
    [
        (NOON - timedelta(days=900), NOON - timedelta(days=900)),
        (NOON + timedelta(hours=2), NOON + timedelta(hours=2)),
        (NOON + timedelta(days=2), NOON),
        (datetime(1970, 1, 1, tzinfo=UTC), NOON),
    ],
)
def test_absurd_times_become_the_time_of_hearing(claimed: datetime, taken: datetime) -> None:
    assert credible_time(claimed, NOON) == taken


def test_a_claim_may_have_to_be_near() -> None:
    """Where the network's own time is known, a claim further off does not count."""
    old = NOON - timedelta(days=3)
    assert credible_time(old, NOON, apart=timedelta(days=1)) == NOON


def test_authors_are_named_the_same_each_time() -> None:
    assert author_key(" @ana\u200b ", "1") == "ana"
    assert author_key("", "17") == "anonymous:17"
    assert clean_name("Ana\n  Lopez") == "Ana Lopez"
