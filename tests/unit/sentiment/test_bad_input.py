"""Whatever people or machines write, each bundled model gives it a score, quickly, and its neighbours theirs."""

import math
from collections.abc import Sequence
from dataclasses import astuple, replace
from functools import cache
from typing import Any, cast

import pytest

from streams.records import Scores
from streams.sentiment import load, manifest
from streams.sentiment.encoder import EncoderModel
from streams.sentiment.occlusion import MOST_VARIANTS
from streams.sentiment.ports import Model, Staged

BUNDLED = sorted({path.parent.name for place in load.PLACES for path in place.glob(f"*/{manifest.FILE}")})
#: Scores are probabilities; a batch may round them otherwise than a post alone.
CLOSE = 1e-3
COPIES = 5000

BAD = {
    "empty": "",
    "blanks": " \t\r\n\u3000\u00a0 ",
    "100 kB": "The parcel never came and nobody answers. " * 2500,
    "100 kB without a blank": "a" * 100_000,
    "100 kB of different words": " ".join(f"w{at}" for at in range(15_000)),
    "emoji only": "🤬🤬👨‍👩‍👧‍👦🏳️‍🌈🫠🇺🇦",
    "zero width": "the app is bro\u200bken\u200d\u2060 \ufeff again",
    "zero width only": "\u200b\u200c\u200d\u2060\ufeff",
    "bidi controls": "\u202ebroken\u202c \u2066is\u2069 \u200fthe\u200e app",
    "mixed scripts": "Αccount blоcked 壊れた сломано معطل टूटा",
    "unknown language": "ꯃꯤꯇꯩꯂꯣꯟ ᏣᎳᎩ ᐃᓄᒃᑎᑐᑦ ⵜⴰⵎⴰⵣⵉⵖⵜ",
    "lone surrogates": "broken \ud83d app \udc00\udc00",
    "surrogates only": "\ud800\udfff",
    "private use and non-characters": "\ue000\ue001\uf8ff\ufffe\U0010ffff broken",
    "controls": "\x00broken\x1b[31m\x07\x7f\x85",
    "combining marks": "e" + "\u0301" * 2000 + "roken",
    "HTML": "<div onclick='x()'><b>broken</b><!-- --><script>alert(1)</script>&lt;&amp;&#xD800;&#1114112;&bogus;</div>",
    "open tags": "<" * 3000 + "broken",
    "handles and links only": "@a @b.example https://x.example/%F0%9F http:// www. @",
    "signs only": "!!!!!????....----####" * 50,
    "words of the tokenizer": "<s> </s> <pad> <unk> <mask> ▁▁▁ ##a [CLS]",
}
NEIGHBOURS = (
    ("My new kettle leaks since Monday and nobody at the shop answers.", "en"),
    ("Qué día tan bonito, gracias a todos los que vinieron.", "es"),
    ("Клоуны, третий день без связи, верните деньги!", "ru"),
)


@cache
def _loaded(name: str) -> Model:
    return load.load(name)


def _variants(name: str) -> list[Model]:
    """The model, and without its first stage where it has one: then every post reaches the encoder."""
    model = _loaded(name)
    return [model, model.alone()] if isinstance(model, Staged) else [model]


def _numbers(scores: Scores) -> tuple[float, ...]:
    single = (scores.hostility, scores.problem, scores.constructiveness, scores.emotionality)
    return (*astuple(scores.sentiment), *single)


def _is_fine(scores: Scores) -> None:
    numbers = _numbers(scores)
    assert all(math.isfinite(one) and 0 <= one <= 1 for one in numbers), numbers
    assert sum(numbers[:3]) == pytest.approx(1, abs=CLOSE)


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("name", BUNDLED)
def test_any_post_gets_a_finite_score(name: str, bad: str) -> None:
    """Alone, in a language nobody knows and in a known one: probabilities, and sentiment sums to one."""
    for model in _variants(name):
        for scores in model.score([BAD[bad], BAD[bad]], ["und", "en"]):
            _is_fine(scores)


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("name", BUNDLED)
def test_any_post_can_be_explained(name: str, bad: str) -> None:
    """Asking for the words that carried a score raises nothing, and what it names lies inside the text."""
    (spans,) = _loaded(name).evidence([BAD[bad]], ["und"])
    for one in spans:
        assert 0 <= one.start < one.end <= len(BAD[bad])
        assert math.isfinite(one.weight)


@pytest.mark.parametrize("name", BUNDLED)
def test_bad_posts_do_not_touch_their_neighbours(name: str) -> None:
    """Good posts among all bad ones score as each does alone."""
    for model in _variants(name):
        alone = [_numbers(model.score([text], [lang])[0]) for text, lang in NEIGHBOURS]
        texts, langs = [], []
        for at, bad in enumerate(BAD.values()):
            texts += [bad, NEIGHBOURS[at % 3][0]]
            langs += ["und", NEIGHBOURS[at % 3][1]]
        together = model.score(texts, langs)
        for at, scores in enumerate(together[1::2]):
            assert _numbers(scores) == pytest.approx(alone[at % 3], abs=CLOSE)


@pytest.mark.parametrize("name", BUNDLED)
def test_many_copies_all_get_the_score_of_one(name: str) -> None:
    """A flood of one post scores as the post does alone, and so does the one post in the middle of it."""
    (flood, lang), (other, their) = NEIGHBOURS[:2]
    for model in _variants(name):
        half = COPIES // 2
        texts = [flood] * half + [other] + [flood] * half
        langs = [lang] * half + [their] + [lang] * half
        scores = model.score(texts, langs)
        assert len(scores) == COPIES + 1
        one, two = (model.score([text], [lang])[0] for text, lang in NEIGHBOURS[:2])
        assert _numbers(scores[half]) == pytest.approx(_numbers(two), abs=CLOSE)
        for found in {_numbers(copy) for copy in scores[:half] + scores[half + 1 :]}:
            assert found == pytest.approx(_numbers(one), abs=CLOSE)


class _Counted:
    """Stands before one part of the encoder and counts the posts that come by."""

    def __init__(self, real: Any) -> None:
        self.real = real
        self.posts: list[int] = []

    def ids(self, texts: Sequence[str]) -> Any:
        self.posts.append(len(texts))
        return self.real.ids(texts)

    def lower(self, ids: Any, mask: Any) -> Any:
        self.posts.append(len(ids))
        return self.real.lower(ids, mask)

    def upper(self, states: Any, mask: Any) -> Any:
        self.posts.append(len(states))
        return self.real.upper(states, mask)


@pytest.mark.parametrize("name", [name for name in BUNDLED if (load.find(name) / "lower.onnx").is_file()])
def test_copies_of_one_post_are_read_once(name: str) -> None:
    """However often a post comes, the tokenizer and each half of the encoder see it at most once in a batch."""
    model = cast("EncoderModel", _loaded(name)).alone()
    pieces, depths = _Counted(model.pieces), _Counted(model.depths)
    texts, langs = zip(*(NEIGHBOURS * COPIES), strict=True)
    replace(model, pieces=cast("Any", pieces), depths=cast("Any", depths)).score(texts, langs)
    assert sum(pieces.posts) == len(NEIGHBOURS)
    # Both halves, each post in each at most once.
    assert len(NEIGHBOURS) <= sum(depths.posts) <= 2 * len(NEIGHBOURS)


@pytest.mark.parametrize("name", [name for name in BUNDLED if (load.find(name) / "lower.onnx").is_file()])
def test_copies_of_one_post_are_explained_once(name: str) -> None:
    """The variants of a post reach the encoder once in a batch, and every copy has its evidence."""
    model = cast("EncoderModel", _loaded(name))
    depths = _Counted(model.depths)
    text = "You clowns, the kettle leaks"
    counted = replace(model, depths=cast("Any", depths))
    found = counted.evidence([text] * COPIES, ["en"] * COPIES, [("problem", "hostility")] * COPIES)
    assert len(found) == COPIES
    assert len(set(found)) == 1
    assert {one.head for one in found[0]} == {"problem", "hostility"}
    # Both halves of the encoder.
    assert sum(depths.posts) <= 2 * MOST_VARIANTS


@pytest.mark.parametrize("name", [name for name in BUNDLED if (load.find(name) / "lower.onnx").is_file()])
def test_a_huge_post_fills_no_more_of_a_batch_than_a_long_one(name: str) -> None:
    """What reaches the encoder of 100 kB is cut, so that a neighbour waits for it no longer than for any post."""
    model = cast("EncoderModel", _loaded(name))
    ids = model.pieces.ids([BAD["100 kB"], BAD["100 kB without a blank"], BAD["100 kB of different words"]])
    long = model.pieces.ids([" ".join(["word"] * 600)])
    assert max(map(len, ids)) <= len(long[0])


def test_there_are_bundled_models() -> None:
    """The cases above are made of the folders; none would pass silently without them."""
    assert "linear-1" in BUNDLED
