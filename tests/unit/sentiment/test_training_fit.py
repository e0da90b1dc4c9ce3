"""What is learnt from a handful of rows, and that the model written from it says the same."""

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("sklearn", reason="needs the extra `train`")

import numpy as np

from models.training import bases, layer, publish, reading
from models.training.compose import composed
from models.training.labels import Labelled
from models.training.matrix import matrix
from models.training.rows import Mark
from streams.sentiment.calibration import INPUTS, SUMS, chances, plain
from streams.sentiment.heads import COLUMNS, THRESHOLDS
from streams.sentiment.linear import heard
from streams.sentiment.load import load
from streams.sentiment.text import joined

BITS = 14
TEXTS = ["my order never arrived", "the app crashed again", "what a lovely day", "good morning all"] * 5


def _marks(at: int) -> dict[str, Mark]:
    trouble = at % 4 < 2
    return {
        "sentiment": Mark(value=0 if trouble else 2 - at % 2),
        **{head: Mark(value=int(trouble)) for head in ("hostility", "problem", "constructiveness", "emotionality")},
    }


def test_training_reads_with_the_eyes_of_the_runtime() -> None:
    """The matrix times weights is what the runtime sums up: nothing is learnt that will not be heard."""
    weights = np.random.default_rng(1).normal(size=(1 << BITS, len(SUMS))).astype(np.float32)
    texts = [*TEXTS[:4], "", "a", "very very long " * 50, "😡 sooooo late!!!"]
    learnt = matrix(texts, BITS) @ weights
    summed = heard(joined(texts), weights, BITS)[:, : len(SUMS)]
    learnt[:, :3] -= learnt[:, :3].mean(axis=1, keepdims=True)
    assert np.allclose(learnt, summed, atol=1e-3)


def test_what_was_learnt_is_heard_after_writing(tmp_path: Path) -> None:
    """Rows teach the heads; the written folder loads and tells trouble from none."""
    features, marks = matrix(TEXTS, BITS), [_marks(at) for at in range(len(TEXTS))]
    points = {head: bases.learn_head(head, features, marks, rounds=40) for head in bases.STRENGTH}
    weights = np.hstack([bases.table(points), np.zeros((1 << BITS, len(SUMS) - len(COLUMNS)))])
    own = np.zeros((1 + len(INPUTS), len(COLUMNS)))
    own[1 : 1 + len(COLUMNS)] = np.eye(len(COLUMNS))
    lines = dict.fromkeys(THRESHOLDS, 0.5)
    publish.write(tmp_path / "mine", "0.1.0", weights.astype(np.float32), plain({"default": own}), lines, ["en"])
    model = load(tmp_path / "mine")
    trouble, joy = model.score(["my order never arrived", "what a lovely day"], ["en", "en"])
    assert trouble.problem > joy.problem
    assert trouble.sentiment.negative > joy.sentiment.negative
    assert model.name.startswith("mine@")


def _posts() -> list[Labelled]:
    """Posts of which every other one is hostile."""
    said = {"my order is late": 1, "a lovely day": 0}
    return [
        Labelled(
            id=f"set:{at}",
            text=f"{text} {'abcdefgh'[at % 8]}",
            lang=("en", "es", "ru")[at % 3],
            sentiment=0 if problem else 2,
            problem=problem,
            hostile=at % 2,
            constructive=problem,
        )
        for at, (text, problem) in enumerate(list(said.items()) * 80)
    ]


def test_reading_sums_do_not_know_their_own_post() -> None:
    """A label that only chance could tell is not heard in the sums by weights that had not met the post."""
    posts = _posts()
    random = np.random.default_rng(2)
    odd = [replace(post, text=f"{at}x{random.integers(1 << 40):x}") for at, post in enumerate(posts)]
    features = matrix([post.text for post in odd], BITS)
    read = reading.learn(features, random.normal(size=(len(odd), 3)), odd, np.arange(len(odd)) // 2 % 5)
    truth = reading.columns(odd)[:, 2] == 1
    seen, unseen = features @ read.weights[:, 2], read.unheard[:, 2]
    assert seen[truth].mean() - seen[~truth].mean() > 4 * abs(unseen[truth].mean() - unseen[~truth].mean())


def test_a_made_post_stays_in_the_fold_of_its_parts() -> None:
    """Both parts come from one fold, an insult makes it hostile, and the problem stays."""
    posts = [replace(post, hostile=1 - post.problem) for post in _posts()]
    fold = np.arange(len(posts)) % 5
    made, folds = composed(posts, fold)
    home = {post.id: one for post, one in zip(posts, fold.tolist(), strict=True)}
    assert made
    for post, one in zip(made, folds.tolist(), strict=True):
        assert {home[part] for part in post.id.split("+")} == {one}
        assert (post.problem, post.hostile) == (1, 1)


def test_hidden_units_hear_combinations() -> None:
    """One input or the other is a problem, both together are none: no linear map can say so."""
    random = np.random.default_rng(4)
    given = np.zeros((1200, len(INPUTS)))
    given[:, :2] = random.integers(0, 2, (1200, 2))
    problem = given[:, 0] != given[:, 1]
    labels = np.zeros((1200, layer.LABELLED))
    labels[:, 1], labels[:, 4] = 1, problem
    calibration = layer.fitted(given, ["en", "ru", "de"] * 400, labels, np.ones_like(labels), np.zeros(1 + len(INPUTS)))
    said = chances(calibration.logits(given, ["en", "ru", "xx"] * 400))[:, COLUMNS.index("problem")] > 0.5
    assert (said == problem).mean() > 0.98


def test_slopes_are_those_of_the_logits() -> None:
    """What evidence multiplies sums with is how the logits move when a sum moves a little."""
    random = np.random.default_rng(5)
    given = random.normal(size=(300, len(INPUTS)))
    labels = (random.random((300, layer.LABELLED)) > 0.5).astype(float)
    trust, own = np.ones_like(labels), np.zeros(1 + len(INPUTS))
    calibration = layer.fitted(given, ["en"] * 300, labels, trust, own, layer.Recipe(rounds=5))
    moved = given[:1].copy()
    moved[0, 2] += 1e-6
    slope = (calibration.logits(moved, ["en"]) - calibration.logits(given[:1], ["en"])) / 1e-6
    assert np.allclose(slope[0], calibration.slopes(given[0], "en")[2], atol=1e-3)
