"""The last step of a model, learned again: what is there is found, what is not is left alone."""

import numpy as np
import pytest

from streams.sentiment import refit
from streams.sentiment.adjustment import Adjustment, logits
from streams.sentiment.calibration import DEFAULT, chances
from streams.sentiment.heads import COLUMNS
from streams.sentiment.labels import Labels

PROBLEM, HOSTILITY = COLUMNS.index("problem"), COLUMNS.index("hostility")


def posts(count: int, seed: int = 1) -> np.ndarray:
    """Logits of posts as a model might give them."""
    given = np.random.default_rng(seed).normal(scale=2.0, size=(count, len(COLUMNS)))
    given[:, :3] -= given[:, :3].mean(axis=1, keepdims=True)
    return given


def drawn(odds: np.ndarray, seed: int = 2) -> list[Labels]:
    """Labels of `problem`, true with these log-odds."""
    yes = np.random.default_rng(seed).random(len(odds)) < 1 / (1 + np.exp(-odds))
    return [{"problem": bool(one)} for one in yes]


def moved(found: refit.Learned, given: np.ndarray, langs: list[str]) -> np.ndarray:
    return Adjustment(base="x", maps=found.maps).chances(chances(given), langs)


def after(found: refit.Learned, given: np.ndarray, langs: list[str]) -> np.ndarray:
    return moved(found, given, langs)[:, PROBLEM]


def test_a_model_that_is_right_stays_as_it_is() -> None:
    """Chance alone moves nothing: no map, and the reason is told."""
    given = posts(300)
    found = refit.learned(given, ["en"] * 300, refit.heads_of(drawn(given[:, PROBLEM])))
    assert not found.has_changed
    assert found.notes["problem"].startswith("stays")


@pytest.mark.parametrize(("count", "seed"), [(80, 26), (240, 26), (240, 29)])
def test_what_may_be_chance_moves_nothing(count: int, seed: int) -> None:
    """Three samples of a model that is right, in which the best of the plans gains more than one standard error."""
    given = 0.5 * posts(count, seed=seed)
    labels = drawn(given[:, PROBLEM], seed=1000 + seed)
    found = refit.learned(given, [("en", "es", "ru")[at % 3] for at in range(count)], refit.heads_of(labels))
    assert found.notes["problem"].startswith("stays")


def test_what_the_corrections_say_is_learned() -> None:
    """A model deaf to problems behind insults hears them afterwards, on posts it was not shown."""
    given, fresh = posts(300), posts(2000, seed=5)

    def truth(of: np.ndarray) -> np.ndarray:
        return np.asarray(of[:, PROBLEM] + of[:, HOSTILITY] + 1.0)

    found = refit.learned(given, ["en"] * 300, refit.heads_of(drawn(truth(given))))
    assert found.has_changed
    wanted = 1 / (1 + np.exp(-truth(fresh)))
    before, now = chances(fresh)[:, PROBLEM], after(found, fresh, ["en"] * 2000)
    assert np.abs(now - wanted).mean() < 0.35 * np.abs(before - wanted).mean()
    assert not found.maps[DEFAULT][:, HOSTILITY].any()


def test_few_corrections_move_little() -> None:
    """Pulled towards the old model: forty that all say more cannot turn it round."""
    given = posts(40)
    labels: list[Labels] = [{"problem": at >= 8} for at in range(40)]
    found = refit.learned(given, ["en"] * 40, refit.heads_of(labels))
    before, now = (logits(rows)[:, PROBLEM] for rows in (chances(given), moved(found, given, ["en"] * 40)))
    assert 0 < (now - before).mean() < 2


def test_a_language_with_enough_corrections_is_learned_apart() -> None:
    """What is true of Spanish alone moves Spanish, and others follow what is true of all."""
    given = posts(600)
    langs = ["es"] * 300 + ["en"] * 300
    odds = given[:, PROBLEM].copy()
    odds[:300] += 3
    found = refit.learned(given, langs, refit.heads_of(drawn(odds)))
    fresh = posts(500, seed=9)
    spanish, english = after(found, fresh, ["es"] * 500), after(found, fresh, ["en"] * 500)
    assert spanish.mean() > english.mean() + 0.2
    assert abs(english.mean() - chances(fresh)[:, PROBLEM].mean()) < 0.05


def test_a_head_whose_corrections_all_say_the_same_stays() -> None:
    """Nothing tells the two sides apart."""
    found = refit.learned(posts(100), ["en"] * 100, refit.heads_of([{"hostile": True}] * 100))
    assert not found.has_changed
    assert "rarer side" in found.notes["hostility"]


def test_sentiment_is_one_choice() -> None:
    """Its three columns move together and stay probabilities."""
    given = posts(300)
    names = ("negative", "neutral", "positive")
    # The model's neutral is truly negative.
    labels: list[Labels] = [{"sentiment": names[(0, 0, 2)[at]]} for at in given[:, :3].argmax(axis=1)]
    found = refit.learned(given, ["en"] * 300, refit.heads_of(labels))
    rows = moved(found, given, ["en"] * 300)
    assert rows[:, :3].sum(axis=1) == pytest.approx(1)
    right = [names[at] == one["sentiment"] for at, one in zip(rows[:, :3].argmax(axis=1), labels, strict=True)]
    assert np.mean(right) > 0.9
    assert rows[:, 3:] == pytest.approx(chances(given)[:, 3:])


def test_logits_are_those_of_the_probabilities() -> None:
    """There and back; certainty, which is only rounded, stays finite."""
    rows = chances(posts(50))
    assert chances(logits(rows)) == pytest.approx(rows)
    assert np.isfinite(logits(np.array([[1.0, 0, 0, 0, 1, 0.5, 0.5]]))).all()
