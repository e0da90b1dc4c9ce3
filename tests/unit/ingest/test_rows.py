"""A row becomes a post, a deletion, or the list of all that is wrong with it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.ingest.brands import Brands
from streams.ingest.rows import FIELDS, BadRow, complete, read_row
from streams.records import Deletion, Post
from streams.settings import BrandSettings

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def read(**row: object) -> Post | Deletion:
    return read_row(row, source="file", heard_at=NOON, version=3)


def faults(**row: object) -> dict[tuple[str | int, ...], str]:
    with pytest.raises(BadRow) as bad:
        read(**row)
    return {fault.loc: fault.msg for fault in bad.value.faults}


def test_id_and_text_are_enough() -> None:
    """All else has a value that says so."""
    assert read(id=7, text=" Late\u200b again ") == Post(
        id="file:7",
        source="file",
        author="anonymous:7",
        text="Late again",
        created_at=NOON,
        heard_at=NOON,
        lang="",
        version=3,
    )


def test_every_field_is_taken() -> None:
    post = read(
        id="tw:1",
        text="x",
        rating="4,5",
        aspects={"punctuality": 1, "price": None},
        author="@ana",
        author_name="Ana",
        created_at="2026-11-20T10:00:00Z",
        lang="es-MX",
        url="https://example.com/1",
        reply_to=5,
        conversation_id="tw:4",
        brand="Acme",
        reach="120",
        source="Google Play",
    )
    assert post == Post(
        id="tw:1",
        source="google-play",
        author="ana",
        text="x",
        rating=4.5,
        aspects={"punctuality": 1.0},
        author_name="Ana",
        created_at=datetime(2026, 11, 20, 10, tzinfo=UTC),
        heard_at=NOON,
        lang="es",
        url="https://example.com/1",
        reply_to="file:5",
        conversation_id="tw:4",
        brand="Acme",
        reach=120,
        version=3,
    )


def test_a_rating_is_enough_instead_of_a_text() -> None:
    """Also as columns of a CSV, where empty cells are nothing."""
    post = read(**{"id": "1", "text": "", "rating": "", "aspects.punctuality": "1", "aspects.price": ""})
    assert isinstance(post, Post)
    assert (post.text, post.rating, post.aspects) == ("", None, {"punctuality": 1.0})


def test_a_deleted_row_takes_the_post_back() -> None:
    assert read(id="1", deleted=True) == Deletion(id="file:1", source="file", author="anonymous:1", deleted_at=NOON)


def test_all_faults_are_told_at_once() -> None:
    assert faults(
        text=5, rating=9, aspects={"punctuality": 9, "price": "x"}, reach=-1, created_at="soon", deleted="maybe"
    ) == {
        ("id",): "is missing",
        ("text",): "must be text, got 5",
        ("rating",): "must be between 1 and 5, got 9",
        ("aspects", "punctuality"): "must be between 1 and 5, got 9",
        ("aspects", "price"): "must be a number, got 'x'",
        ("reach",): "must be a whole number from 0 to 100000000000, got -1",
        ("created_at",): "must be a time like 2026-11-22T18:30:00Z, got 'soon'",
        ("deleted",): "must be true or false, got 'maybe'",
    }


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ({"id": True, "text": "x"}, "id"),
        ({"id": 1.5, "text": "x"}, "id"),
        ({"id": {"a": 1}, "text": "x"}, "id"),
        ({"id": "x" * 301, "text": "x"}, "id"),
        ({"id": "a\nb", "text": "x"}, "id"),
        ({"id": 10**5000, "text": "x"}, "id"),
        ({"id": 1}, "text"),
        ({"id": 1, "text": "\u200b "}, "text"),
        ({"id": 1, "text": ["x"]}, "text"),
        ({"id": 1, "rating": float("nan")}, "rating"),
        ({"id": 1, "rating": 10**400}, "rating"),
        ({"id": 1, "rating": True}, "rating"),
        ({"id": 1, "aspects": [1]}, "aspects"),
        ({"id": 1, "aspects": {str(n): 1 for n in range(51)}}, "aspects"),
        ({"id": 1, "text": "x", "author": {"name": "ana"}}, "author"),
    ],
)
def test_what_cannot_be_a_post_is_refused(row: dict[str, object], place: str) -> None:
    """With the one field that is at fault."""
    assert {loc[0] for loc in faults(**row)} == {place}


def test_a_bad_link_is_left_out_and_the_post_stays() -> None:
    post = read(id=1, text="x", url="javascript:alert(1)")
    assert isinstance(post, Post)
    assert post.url == ""


def test_an_absurd_time_becomes_the_time_of_hearing() -> None:
    post = read(id=1, text="x", created_at=(NOON + timedelta(days=400)).isoformat())
    assert isinstance(post, Post)
    assert post.created_at == NOON


def test_what_the_source_did_not_say_is_completed() -> None:
    """Language and brand; the source's own word counts where there is one, and our own posts are left out."""
    brands = Brands((BrandSettings(name="Acme", handles=("acmehelp",)),))

    def completed(**row: object) -> Post | None:
        post = read(**row)
        assert isinstance(post, Post)
        return complete(post, brands=brands, identify=lambda text: "en")

    assert (heard := completed(id=1, text="acme is late")) is not None
    assert (heard.lang, heard.brand) == ("en", "Acme")
    assert (heard := completed(id=1, text="acme", lang="pt", brand="Other")) is not None
    assert (heard.lang, heard.brand) == ("pt", "Other")
    assert completed(id=1, text="We are sorry", author="@AcmeHelp") is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=8), JSON))
def test_any_row_is_read_or_refused(row: dict[str, object]) -> None:
    """Nothing else is ever raised, and what is read can be written down."""
    try:
        record = read_row(row, source="file", heard_at=NOON, version=0)
    except BadRow:
        return
    assert ":" in record.id
    record.id.encode()
    record.author.encode()


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ({}, 3),
        ({"version": "17"}, 17),
        ({"version": 0, "updated_at": "2026-11-22T11:00:00Z"}, 0),
        ({"updated_at": "2026-11-22T11:00:00.5Z"}, 1_795_345_200_500_000),
        ({"updated_at": "2062-11-22"}, round(NOON.timestamp()) * 1_000_000),
    ],
)
def test_a_row_may_bear_its_own_version(said: dict[str, object], version: int) -> None:
    """A number, or the time of its last change; a time that cannot be true is the time it was heard."""
    post = read(id=1, text="x", **said)
    assert isinstance(post, Post)
    assert post.version == version


def test_a_version_is_a_whole_number() -> None:
    assert faults(id=1, text="x", version=1.5, updated_at="soon") == {
        ("version",): "must be a whole number from 0 to 9007199254740992, got 1.5",
        ("updated_at",): "must be a time like 2026-11-22T18:30:00Z, got 'soon'",
    }
