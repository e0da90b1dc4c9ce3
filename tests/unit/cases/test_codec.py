import json

import pytest

from streams.cases.codec import EVENT_KINDS, event_from_data, event_to_data
from streams.cases.decide import decide
from streams.cases.events import Noted, Opened
from streams.errors import Refused
from tests.unit.cases.cast import NOON, after, opening, promise

OPENED = opening().opened


def test_an_event_survives_json():
    """Times keep their zone, tuples stay tuples, verdicts stay verdicts."""
    data = json.loads(json.dumps(event_to_data(OPENED)))
    assert event_from_data("opened", data) == OPENED


def test_every_kind_is_known():
    assert len(EVENT_KINDS) == 15
    assert EVENT_KINDS["opened"] is Opened


def test_a_whole_number_is_read_as_money():
    """JSON writers may drop `.0`."""
    assert event_from_data("opened", event_to_data(OPENED) | {"budget": 50}) == OPENED


def test_fields_of_a_newer_version_are_left_out():
    assert event_from_data("noted", {"text": "x", "colour": "red"}) == Noted(text="x")


@pytest.mark.parametrize(
    ("kind", "data", "message"),
    [
        ("exploded", {}, "'exploded'"),
        ("noted", {}, "lacks 'text'"),
        ("noted", {"text": 3}, "3 is no str"),
        ("overdue", {"deadline": "promise", "due": "2026-03-02T12:00:00"}, "has no zone"),
        ("overdue", {"deadline": "promise", "due": "tomorrow"}, "cannot be read"),
        ("post_edited", {"post_id": "a:1", "verdict": "nice", "severity": 1}, "nice"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(kind, data, message):
    with pytest.raises(Refused, match=message):
        event_from_data(kind, data)


def test_times_are_written_with_their_zone():
    (promised,) = decide(after(opening()), promise(NOON.replace(hour=20)), NOON, actor="ana")
    assert event_to_data(promised)["due"] == "2026-03-02T20:00:00+00:00"
