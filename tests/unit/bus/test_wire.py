"""The wire: what is written is read back, what was written by an earlier version too, and the rest is refused."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.bus.earlier import UPCASTERS
from streams.bus.wire import VERSIONS, decode, encode, glimpse_post_id, kind_of, outgoing
from streams.errors import Refused
from streams.records import CaseEvent, DeadLetter, Post, Record
from streams.topics import CASES, POSTS
from tests.unit.bus.samples import DELETION, EVENT, HEARD, LETTER, POST, RECORDS, SCORED, WRITTEN

GOLDEN = Path(__file__).parents[2] / "golden" / "wire"

#: What version 1 could not say.
POST_V1 = replace(POST, version=0, heard_at=WRITTEN)

#: What each file in golden/wire says.
EXPECTED: dict[str, Record] = {
    "post.v1.json": POST_V1,
    "post.v2.json": POST,
    "deletion.v1.json": DELETION,
    "scored_post.v1.json": replace(SCORED, post=POST_V1),
    "scored_post.v2.json": SCORED,
    "case_event.v1.json": EVENT,
    "dead_letter.v1.json": LETTER,
}

any_text = st.text(st.characters(), max_size=40)
clean_text = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
# Hypothesis wants its bounds without a zone.
moments = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
stars = st.floats(1, 5)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | clean_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(clean_text, inner, max_size=3),
    max_leaves=8,
)


def posts(text: st.SearchStrategy[str]) -> st.SearchStrategy[Post]:
    return st.builds(
        Post,
        id=text,
        source=text,
        author=text,
        text=text,
        created_at=moments,
        heard_at=moments,
        lang=text,
        author_name=text,
        url=text,
        rating=st.none() | stars,
        aspects=st.dictionaries(text, stars, max_size=3),
        conversation_id=text,
        reply_to=text,
        brand=text,
        reach=st.none() | st.integers(),
        version=st.integers(),
    )


def form(**changes: Any) -> bytes:
    """The bytes of a good post with parts of its envelope changed, or taken out with None."""
    envelope = json.loads(encode(POST)) | changes
    return json.dumps({name: part for name, part in envelope.items() if part is not None}).encode()


@pytest.mark.parametrize("name", EXPECTED)
def test_what_any_version_wrote_is_still_read(name: str) -> None:
    """The bytes in golden/wire are of their time and never change; each reads as the record it was."""
    assert decode((GOLDEN / name).read_bytes()) == EXPECTED[name]


@pytest.mark.parametrize("record", RECORDS, ids=kind_of)
def test_the_current_form_does_not_change_unnoticed(record: Record) -> None:
    """Writing differently takes a new version, a golden file of it, and an upcaster from the one before."""
    kind = kind_of(record)
    assert encode(record) + b"\n" == (GOLDEN / f"{kind}.v{VERSIONS[kind]}.json").read_bytes()


def test_every_version_has_its_golden_file_and_every_earlier_one_its_upcaster() -> None:
    """Nothing that was once written lacks a proof that it is read."""
    every = [(kind, version) for kind, current in VERSIONS.items() for version in range(1, current + 1)]
    assert {f"{kind}.v{version}.json" for kind, version in every} == {path.name for path in GOLDEN.glob("*.json")}
    assert {at for at in every if at[1] < VERSIONS[at[0]]} == set(UPCASTERS)


@given(posts(clean_text))
def test_a_post_reads_as_it_was_written(post: Post) -> None:
    """Whatever its text, numbers and times."""
    assert decode(encode(post)) == post


@given(posts(any_text))
def test_text_no_encoding_can_carry_is_replaced_one_for_one(post: Post) -> None:
    """Lone surrogates become U+FFFD, the rest and all offsets stay, and a second writing changes nothing."""
    read = decode(encode(post))
    assert isinstance(read, Post)
    assert len(read.text) == len(post.text)
    assert all(
        a == b or (b == "\ufffd" and "\ud800" <= a <= "\udfff") for a, b in zip(post.text, read.text, strict=True)
    )
    assert decode(encode(read)) == read


@given(st.dictionaries(clean_text, json_values, max_size=4))
def test_what_an_event_says_is_kept(data: dict[str, object]) -> None:
    """Any JSON value comes back from an event's data."""
    event = replace(EVENT, data=data)
    assert decode(encode(event)) == event


@given(st.binary(max_size=200), any_text)
def test_a_dead_letter_keeps_its_bytes(payload: bytes, key: str) -> None:
    """Bytes that are no text in any encoding come back as they were."""
    read = decode(encode(replace(LETTER, payload=payload, key=key)))
    assert isinstance(read, DeadLetter)
    assert read.payload == payload


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(value: bytes) -> None:
    """Garbage is refused, and never raises anything else."""
    glimpse_post_id(value)
    with pytest.raises(Refused):
        decode(value)


@given(json_values, st.sampled_from(["post", "scored_post", "case_event"]), st.integers(-1, 3))
def test_no_data_breaks_the_reader(data: object, kind: str, version: int) -> None:
    """Well-formed JSON of the wrong shape is refused too, in every version."""
    value = json.dumps({"kind": kind, "v": version, "data": data}).encode()
    glimpse_post_id(value)
    with pytest.raises(Refused):
        decode(value)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (form(kind="parcel"), "records of kind 'parcel' are not known"),
        (form(v=3), "written in version 3 of its form, and this version of Hearout reads up to 2; upgrade"),
        (form(v=0), "there is no version 0 of a post"),
        (form(v="2"), "has not the form"),
        (form(kind=None), "has not the form"),
        (form(data={"id": 1}), "has not the form"),
        (form(v=1, data={"id": "a"}), "has not the form"),
        (form(data=json.loads(encode(POST))["data"] | {"created_at": "2026-03-01T12:00:00"}), "without a time zone"),
        (form(data=json.loads(encode(POST))["data"] | {"rating": "five"}), "`$.rating`"),
        (b"hello", "no readable JSON"),
        (b"", "no readable JSON"),
        (b'{"kind":"post","v":2,"data":{"id":"\xff"}}', "no readable JSON"),
        (b'{"kind":"case_event","v":1,"data":{"data":{"a":' + b"[" * 100_000, "no readable JSON"),
    ],
)
def test_a_refusal_says_what_is_wrong(value: bytes, sentence: str) -> None:
    """People read it with the dead letter."""
    with pytest.raises(Refused, match=sentence.replace("$", r"\$")):
        decode(value)


@pytest.mark.parametrize(
    ("value", "post_id"),
    [
        (form(v=9), "webhook:17"),
        (form(data={"id": "webhook:17", "text": 5}), "webhook:17"),
        (json.dumps({"kind": "scored_post", "v": 9, "data": {"post": {"id": "webhook:17"}}}).encode(), "webhook:17"),
        (encode(DELETION), ""),
        (encode(EVENT), ""),
        (b"{", ""),
    ],
)
def test_the_post_is_named_where_the_rest_cannot_be_read(value: bytes, post_id: str) -> None:
    """So that a refused post can be found by its id; a refused deletion or event is no refused post."""
    assert glimpse_post_id(value) == post_id


def test_a_record_goes_out_under_its_topics_key() -> None:
    """One author's posts share a key, and a key is always text that can be carried."""
    sent = outgoing(POSTS, replace(POST, author="ana\ud800"))
    assert sent.key == "webhook:ana\ufffd"
    assert outgoing(CASES, EVENT).key == "C-1"


def test_a_record_does_not_go_where_it_does_not_belong() -> None:
    """A fault of ours, and no record's: it is raised at once."""
    with pytest.raises(TypeError, match="a case_event does not belong on 'posts'"):
        outgoing(POSTS, EVENT)


def test_times_are_written_in_full() -> None:
    """Microseconds survive."""
    read = decode(encode(EVENT))
    assert isinstance(read, CaseEvent)
    assert read.at == HEARD
