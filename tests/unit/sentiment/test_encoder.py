"""The bundled encoder: what it hears, what it lets go, and which folders it refuses."""

from dataclasses import replace

import numpy as np
import pytest

from streams.cases.triage import Thresholds, verdict, why_undecided
from streams.records import Verdict
from streams.sentiment.adjusted import AdjustedModel
from streams.sentiment.adjustment import Adjustment
from streams.sentiment.encoder import EncoderModel
from streams.sentiment.heads import COLUMNS
from streams.sentiment.hub import HubModel
from streams.sentiment.load import load
from streams.sentiment.ports import Staged

HOSTILE = (
    ("You clowns lost my bag AGAIN", "en"),
    ("sois unos inútiles, llevo 3 semanas sin internet", "es"),
    ("Вы идиоты, второй раз потеряли мою посылку!", "ru"),
)
PRAISE = ("Great flight, thank you so much!", "en")
PRAISES = (
    PRAISE,
    ("Qué día tan bonito, muchas gracias a todos por el concierto", "es"),
    ("Какой чудесный вечер, спасибо всем за прекрасный концерт!", "ru"),
)


@pytest.fixture(scope="module")
def ears() -> EncoderModel:
    model = load("ears-1")
    assert isinstance(model, EncoderModel)
    return model


@pytest.mark.parametrize(("text", "lang"), HOSTILE)
def test_the_problem_inside_the_insult_is_heard(ears: EncoderModel, text: str, lang: str) -> None:
    """A short insult with a problem counts as both, in each language."""
    scores = ears.score([text], [lang])[0]
    assert scores.problem >= ears.thresholds["problem"]
    assert scores.hostility >= ears.thresholds["hostility"]


@pytest.mark.parametrize(("text", "lang"), PRAISES)
def test_praise_is_neither_problem_nor_insult(ears: EncoderModel, text: str, lang: str) -> None:
    """With the cascade and without it, and it is heard as positive."""
    for model in (ears, ears.alone()):
        scores = model.score([text], [lang])[0]
        assert scores.problem < ears.thresholds["problem"]
        assert scores.hostility < ears.thresholds["hostility"]
        assert scores.sentiment.positive > 0.5


def test_plain_praise_is_let_go_by_the_first_stage(ears: EncoderModel) -> None:
    """And a hostile problem goes to the bottom; without the cascade nothing stays with the first stage."""
    texts, langs = zip(PRAISE, HOSTILE[0], strict=True)
    assert ears.hear(texts, langs).depth.tolist() == [0, 2]
    alone = load("ears-1", cascade=False)
    assert isinstance(alone, EncoderModel)
    assert alone.hear(texts, langs).depth.tolist() == [1, 2]


def test_models_that_hold_an_encoder_pass_on_that_the_cascade_is_off(ears: EncoderModel) -> None:
    """A hub model to its fallback, and a correction of that to its base; the names stay."""
    hub = HubModel(name="ours@00000000", thresholds=ears.thresholds, checkpoints=(), fallback=ears)
    maps = {"default": np.zeros((1 + len(COLUMNS), len(COLUMNS)))}
    adjustment = Adjustment(base=hub.name, maps=maps)
    mine = AdjustedModel(name="mine@00000000", thresholds=ears.thresholds, base=hub, adjustment=adjustment)
    assert isinstance(hub, Staged)
    alone = mine.alone()
    assert (alone.name, alone.base.name) == (mine.name, hub.name)
    assert isinstance(alone.base, HubModel)
    assert isinstance(alone.base.fallback, EncoderModel)
    assert alone.base.fallback.cut is None
    assert ears.cut is not None


def test_the_cascade_changes_no_score_that_reaches_the_bottom(ears: EncoderModel) -> None:
    """Nor the name: only posts that are let go are scored by another stage."""
    texts, langs = zip(*HOSTILE, *PRAISES, strict=True)
    heard, alone = ears.hear(texts, langs), ears.alone().hear(texts, langs)
    assert heard.depth.tolist() == [2, 2, 2, 0, 0, 0]
    assert (alone.depth > 0).all()
    assert np.allclose(heard.rows[:3], alone.rows[:3], atol=1e-3)
    assert ears.alone().name == ears.name


def test_neighbours_do_not_change_a_score(ears: EncoderModel) -> None:
    """A post is scored as if it came alone, in its own place, whatever length the others have."""
    others = [(f"The {'very ' * count}late train number {count} again", "en") for count in range(0, 60, 4)]
    mixed = [HOSTILE[0], *others, HOSTILE[1], *PRAISES, HOSTILE[2]]
    texts, langs = zip(*mixed, strict=True)
    together = ears.hear(texts, langs).rows
    for at in (0, 1, len(others), len(others) + 1, -1):
        single = ears.hear([texts[at]], [langs[at]]).rows[0]
        assert np.abs(together[at] - single).max() <= 1e-3


def test_posts_without_words_are_scored(ears: EncoderModel) -> None:
    """No posts give no scores; nothing to read, half a character and 100 kB give one each, with no evidence outside."""
    assert ears.score([], []) == []
    assert ears.evidence([], []) == []
    assert ears.embed([]).shape[0] == 0
    texts = ["", "\u200b\u200d", "\ud800", "x" * 100_000]
    langs = ["en"] * len(texts)
    assert np.isfinite(ears.hear(texts, langs).rows).all()
    assert all(
        one.end <= len(text) for text, own in zip(texts, ears.evidence(texts, langs), strict=True) for one in own
    )


def test_evidence_lies_within_the_post(ears: EncoderModel) -> None:
    """Of each head that counts and of no other; praise has none."""
    text = "The lift has been broken for two weeks 🤬 and nobody answers. You are useless idiots, all of you. Bye"
    texts, langs = zip((text, "en"), PRAISE, *HOSTILE[1:], strict=True)
    found = ears.evidence(texts, langs)
    assert found[1] == ()
    for at in (0, 2, 3):
        assert {one.head for one in found[at]} == {"problem", "hostility"}
        assert all(0 <= one.start < one.end <= len(texts[at]) and one.weight > 0 for one in found[at])
    insult = max((one for one in found[0] if one.head == "hostility"), key=lambda one: one.weight)
    assert "idiots" in text[insult.start : insult.end]


def test_a_language_in_which_the_cuts_were_not_measured_goes_all_the_way(ears: EncoderModel) -> None:
    """Neither the first stage nor the lower half decides anything there, with the cascade or without."""
    for model in (ears, ears.alone()):
        assert model.hear(["Merci beaucoup, super service !"], ["fr"]).depth.tolist() == [2]


@pytest.mark.parametrize(("text", "lang"), [("我的订单三周没到,请退款", "zh"), ("ผมยังไม่ได้รับพัสดุเลย", "th")])
def test_what_cannot_be_read_is_undecided(ears: EncoderModel, text: str, lang: str) -> None:
    """A script the vocabulary does not hold says nothing: a person looks, and nobody is called abusive."""
    scores = ears.score([text], [lang])[0]
    lines = {name: ears.thresholds[name] for name in ("problem", "hostility", "constructiveness", "positive")}
    thresholds = Thresholds(**lines, undecided=ears.thresholds["undecided"])
    assert verdict(scores, thresholds) in (Verdict.MENTION, Verdict.PRAISE)
    assert why_undecided(scores, thresholds)


def test_emoji_alone_can_be_read(ears: EncoderModel) -> None:
    """Signs that are no letters are not what nobody can read."""
    assert ears.score(["🎉🎉🎉"], ["und"])[0].problem < 0.9 * ears.thresholds["problem"]


def test_copies_are_heard_once(ears: EncoderModel) -> None:
    """However often a post comes, the encoder reads it once."""
    read: list[int] = []

    class Counting:
        def lower(self, ids: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            read.append(len(ids))
            return ears.depths.lower(ids, mask)

        upper = staticmethod(ears.depths.upper)

    model = replace(ears, depths=Counting())
    scores = model.score([HOSTILE[0][0]] * 1000, ["en"] * 1000)
    assert sum(read) == 1
    assert len(set(map(repr, scores))) == 1


def test_translations_lie_nearer_than_other_troubles(ears: EncoderModel) -> None:
    """Embeddings have length 1."""
    found = ears.embed(
        ["They lost my suitcase in Madrid", "Me han perdido la maleta en Madrid", "La app se cierra al pagar"]
    )
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-4)
    assert found[0] @ found[1] > found[0] @ found[2]


def test_a_long_post_keeps_its_beginning_and_its_end(ears: EncoderModel) -> None:
    """Three quarters and a quarter of what is read."""
    first, last = ears.pieces.ids(["alpha"])[0][1], ears.pieces.ids(["omega"])[0][1]
    ids = ears.pieces.ids(["alpha " + "and so on " * 300 + "omega"])[0]
    assert len(ids) == 128
    assert first in ids[:4]
    assert last in ids[-4:]
