"""What a source refused is read once more, as far as it can be read alone."""

from datetime import UTC, datetime

import pytest

from streams.bootstrap.reread import rereader
from streams.errors import Refused
from streams.ingest.brands import Brands
from streams.ingest.refusal import dead_letter
from streams.records import DeadLetter, Post

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
REREAD = rereader(brands=Brands(()), identify=lambda text: "en", clock=lambda: NOON)


def refused(payload: bytes, *, stage: str = "source:file", origin: str = "r.jsonl line 17") -> DeadLetter:
    return dead_letter(stage=stage, source="file:/r.jsonl", origin=origin, payload=payload, reason="bad", at=NOON)


@pytest.mark.parametrize(
    ("stage", "origin", "version"),
    [("source:file", "r.jsonl line 17", 17), ("source:file", "r.jsonl", 0), ("source:shop", "on line 17", 0)],
)
def test_a_line_keeps_its_number_as_its_version(stage: str, origin: str, version: int) -> None:
    """So an edit that was refused is an edit when it is replayed, and not a repeat."""
    post = REREAD(refused(b'{"id": 1, "text": "late"}', stage=stage, origin=origin))
    assert isinstance(post, Post)
    assert post.version == version


@pytest.mark.parametrize(
    "payload", [b"1;late", b'{"id": 1, "te', b"\xff", b"[1]", b"[" * 100_000, b'{"key": 1, "body": "late"}']
)
def test_what_only_made_sense_where_it_stood_is_refused_again(payload: bytes) -> None:
    """Lines of CSV, cut lines, and fields of other names."""
    with pytest.raises(Refused):
        REREAD(refused(payload))
