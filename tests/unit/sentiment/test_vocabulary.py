"""Names of products say nothing: the model hears another name, and evidence stands where it stood."""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import ModuleType

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from streams.records import Evidence, Scores, Sentiment
from streams.sentiment.ports import Said
from streams.sentiment.text import LONGEST
from streams.sentiment.vocabulary import NEUTRAL, Vocabulary, with_vocabulary

NAMES = ("War Zone", "War Zone Extreme", "Killer", "Café Kill", "Чёртов Пёс", "युद्ध क्षेत्र", "Straße", "Devil's Deal")


@dataclass
class Pointing:
    """A model that remembers what it heard and points at each of these words."""

    words: tuple[str, ...] = ()
    name: str = "pointing@1"
    thresholds: dict[str, float] = field(default_factory=lambda: {"problem": 0.5, "hostility": 0.5})
    heard: list[str] = field(default_factory=list)

    def score(self, texts: Sequence[str], langs: Sequence[str]) -> list[Scores]:
        self.heard += texts
        calm = Scores(
            sentiment=Sentiment(negative=0, neutral=1, positive=0),
            hostility=0,
            problem=0,
            constructiveness=0,
            emotionality=0,
            model=self.name,
        )
        return [calm for _ in texts]

    def evidence(
        self, texts: Sequence[str], langs: Sequence[str], said: Sequence[Said] | None = None
    ) -> list[tuple[Evidence, ...]]:
        return [
            tuple(
                Evidence(head="hostility", start=at, end=at + len(word), weight=1 / (1 + rank))
                for rank, word in enumerate(self.words)
                if (at := text.find(word)) >= 0
            )
            for text in texts
        ]


def heard(text: str, *names: str) -> str:
    model = Pointing()
    with_vocabulary(model, names or NAMES).score([text], ["en"])
    return model.heard[0]


def shown(text: str, *words: str) -> list[tuple[str, float]]:
    (found,) = with_vocabulary(Pointing(words), NAMES).evidence([text], ["en"])
    return [(text[one.start : one.end], one.weight) for one in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I love War Zone!", "I love Acme!"),
        ("WAR ZONE", "Acme"),
        ("war\n\t  zone's map", "Acme's map"),
        ("War Zone Extreme, not War Zone", "Acme, not Acme"),
        ("#WarZone and #warzone, @WarZone", "#Acme and #Acme, @Acme"),
        ("WarZone, War-Zone, WAR_ZONE, a warzone", "Acme, Acme, Acme, a Acme"),
        ("war\u2011zone-extreme", "Acme"),
        ("war\u200bzone", "Acme"),
        ("devil's-deal", "Acme"),
        ("ｗａｒ zone", "Acme"),
        ("w\u200bar\u00ad zone\ufeff", "Acme"),
        ("Cafe kill, café kill, cafe\u0301 KILL", "Acme, Acme, Acme"),
        ("чертов пес, ЧЁРТОВ ПЁС", "Acme, Acme"),
        ("मेरा युद्ध क्षेत्र टूटा", "मेरा Acme टूटा"),
        ("STRASSE", "Acme"),
        ("Devil’s deal", "Acme"),
        ("🤬War Zone🤬", "🤬Acme🤬"),
    ],
)
def test_a_name_is_heard_as_another_name(text: str, expected: str) -> None:
    """However it is written: case, blanks, accents, signs nobody sees, hashtags; the longest name wins."""
    assert heard(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "war zones",
        "my war zone2",
        "_war_zone",
        "war_zone_",
        "war - zone",
        "my_warzone",
        "war, zone",
        "#warzones",
        "kill café",
        "Killers",
        "",
    ],
)
def test_other_words_are_left_alone(text: str) -> None:
    """The very text goes to the model: parts of words, and words that only resemble a name."""
    assert heard(text, "War Zone", "Killer", "café kill") is text


@pytest.mark.parametrize("text", ["coca cola", "Coca-Cola", "COCACOLA", "coca_cola"])
def test_a_name_may_be_given_with_a_hyphen(text: str) -> None:
    """It is the same name; a hyphen at its end is part of it."""
    assert heard(text, "Coca-Cola") == "Acme"
    assert heard("x or x-", "X-") == "x or Acme"


def test_names_are_found_as_far_as_a_model_looks() -> None:
    """Behind blanks, and at the end of a long post."""
    assert heard(" " * 50_000 + "War Zone").strip() == "Acme"
    assert heard("so " * 6_000 + "War Zone").endswith("so Acme")


def test_accents_that_make_another_letter_end_no_word() -> None:
    """A name is not found in the middle of a written character or before a mark that belongs to it."""
    assert heard("ßx", "s") == "ßx"
    assert heard("का", "क") == "का"
    assert heard("각", "가") == "각"


def test_the_longest_of_overlapping_names_wins() -> None:
    """Wherever it stands."""
    assert heard("my big war zone map", "big war", "war zone map") == "my big Acme"


def test_evidence_stands_in_the_text_as_written() -> None:
    """Before, between and after names; what lies in a name is gone, what covers one takes all of it."""
    text = "broke: War  Zone is dead, Killer broken"
    assert shown(text, "broke", "is dead", "broken") == [("broke", 1.0), ("is dead", 0.5), ("broken", 0.333)]
    assert shown(text, "Acme is dead") == [("War  Zone is dead", 1.0)]
    assert shown(text, ": Acme") == [(": War  Zone", 1.0)]
    assert shown(text, "Acme") == []
    assert shown(text, "e is") == [("War  Zone is", 1.0)]
    assert shown(text, "dead, Ac") == [("dead, Killer", 1.0)]


def test_the_strongest_of_what_is_left_weighs_one() -> None:
    """As it does where nothing was in a name."""
    assert shown("War Zone is dead junk", "Acme", "dead", "junk") == [("dead", 1.0), ("junk", 0.667)]


def test_evidence_without_names_is_untouched() -> None:
    """Weights too."""
    assert shown("dead junk", "Acme", "dead", "junk") == [("dead", 0.5), ("junk", 1 / 3)]


def test_a_model_without_names_stays_itself() -> None:
    """No post is looked at in vain; names of blanks and invisible signs are none."""
    model = Pointing()
    assert with_vocabulary(model, []) is model
    assert with_vocabulary(model, ["", " \n", "\u200b"]) is model


def test_name_and_thresholds_are_those_of_the_model(tiny: ModuleType) -> None:
    """What stands in the scores does not change."""
    model = tiny.model()
    wrapped = with_vocabulary(model, NAMES)
    assert (wrapped.name, wrapped.thresholds) == (model.name, model.thresholds)
    assert wrapped.score(["it is broken"], ["en"]) == model.score(["it is broken"], ["en"])


def test_an_insult_beside_a_name_still_counts(tiny: ModuleType) -> None:
    """A product called "Broken Clowns" is no problem, and clowns who sell it are an insult."""
    wrapped = with_vocabulary(tiny.model(), ["Broken Clowns"])
    calm, both = wrapped.score(["I bought broken clowns", "Broken Clowns, you clowns"], ["en", "en"])
    assert calm.problem < 0.5
    assert calm.hostility < 0.5
    assert both.problem < 0.5
    assert both.hostility > 0.5
    (found,) = wrapped.evidence(["Broken Clowns, you clowns"], ["en"])
    assert [(one.head, one.start, one.end) for one in found] == [("hostility", 19, 25)]


PIECES = st.sampled_from(
    [*NAMES, "war", "zone", " ", "\n", "#", "ß", "ﷺ", "\u0301", "\u200d", "🤬", "\ud800", "\x00", "é"]
)
TEXTS = st.lists(PIECES | st.text(max_size=3), max_size=12).map("".join)


@settings(deadline=None)
@given(text=TEXTS)
@example("War Zone" * 3)
def test_whatever_is_not_a_name_comes_through_in_order(text: str) -> None:
    """The heard text with the names put back is the text; places never overlap."""
    new, places = Vocabulary(NAMES).without(text)
    back, done = [], 0
    for place in places:
        assert new[place.new_start : place.new_end] == NEUTRAL
        assert done <= place.new_start
        back += (new[done : place.new_start], text[place.start : place.end])
        done = place.new_end
    assert "".join([*back, new[done:]]) == text


@settings(deadline=None)
@given(text=TEXTS, data=st.data())
def test_evidence_always_points_into_the_text(text: str, data: st.DataObject) -> None:
    """Any span of the heard text, wherever it begins and ends."""
    new, _ = Vocabulary(NAMES).without(text)
    assume(new)
    start = data.draw(st.integers(0, len(new) - 1))
    end = data.draw(st.integers(start + 1, len(new)))
    spans = with_vocabulary(Pointing((new[start:end],)), NAMES).evidence([text], ["en"])[0]
    assert all(0 <= one.start < one.end <= len(text) for one in spans)


@pytest.mark.parametrize(
    "text", ["War Zone " * 12_000, "war " * 30_000, "#" * 100_000, "\u200b" * 100_000, "é" * 100_000]
)
def test_a_huge_post_is_looked_at_quickly(text: str) -> None:
    """As far as a model reads it."""
    began = time.process_time()
    assert len(heard(text)) <= max(len(text), LONGEST)
    assert time.process_time() - began < (1 if sys.gettrace() is None else 10)
