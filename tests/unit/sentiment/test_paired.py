"""Two models on the same posts: differences and how sure they are."""

import numpy as np
import pytest

from streams.sentiment import agreement, paired
from streams.sentiment.heads import SENTIMENT

TRUE = [True, True, False, False, True, False, True, False] * 10
SAID = [True, False, False, True, True, False, True, True] * 10


def test_both_ways_to_measure_agree() -> None:
    """The numbers of a comparison are those of a single evaluation."""
    line = agreement.line("problem", SAID, TRUE)
    measured = paired.found(SAID, TRUE)(np.ones((1, len(TRUE))))
    assert {name: value[0] for name, value in measured.items()} == pytest.approx(
        {"F1": line.f1, "recall": line.recall, "precision": line.precision}
    )
    scores = np.random.default_rng(1).random(len(TRUE)).tolist()
    (error,) = paired.calibration(scores, TRUE)(np.ones((1, len(TRUE))))["ECE"]
    assert error == pytest.approx(agreement.calibration_error(agreement.bins(scores, TRUE)))


def test_the_mean_over_values_is_over_those_that_occur() -> None:
    """As in a single evaluation, also where a value is never true."""
    said, true = ["negative", "positive", "negative", "neutral"], ["negative", "negative", "positive", "negative"]
    (measured,) = paired.macro(SENTIMENT, said, true)(np.ones((1, 4)))["F1"]
    assert measured == pytest.approx(agreement.macro(agreement.lines(SENTIMENT, said, true)).f1)


def test_scores_that_come_three_a_post_are_drawn_together() -> None:
    """A post drawn twice brings all its scores twice, and one score a post more or less is no other error."""
    scores, true = [0.2, 0.3, 0.5, 0.9, 0.05, 0.05], [False, False, True, True, False, False]
    (error,) = paired.calibration(scores, true, per_post=3)(np.array([[2.0, 1.0]]))["ECE"]
    doubled = agreement.bins([*scores[:3], *scores], [*true[:3], *true])
    assert error == pytest.approx(agreement.calibration_error(doubled))


def test_a_better_model_is_surely_better_and_itself_is_not() -> None:
    """The interval leaves zero out for one that makes no mistake, and is a point for the model itself."""
    f1, _, precision = paired.differences(paired.found(SAID, TRUE), paired.found(TRUE, TRUE), len(TRUE), seed=1)
    assert f1.is_sure
    assert f1.low < f1.difference < f1.high
    assert precision.second == 1
    same = paired.differences(paired.found(SAID, TRUE), paired.found(SAID, TRUE), len(TRUE), seed=1)
    assert [(one.difference, one.low, one.high, one.is_sure) for one in same] == [(0, 0, 0, False)] * 3


def test_the_same_seed_gives_the_same_interval() -> None:
    """A comparison can be repeated."""
    measures = paired.found(SAID, TRUE), paired.found([not one for one in SAID], TRUE)
    assert paired.differences(*measures, 80, seed=7) == paired.differences(*measures, 80, seed=7)
    assert paired.differences(*measures, 80, seed=7) != paired.differences(*measures, 80, seed=8)


def test_draws_in_which_nothing_was_said_are_left_out() -> None:
    """They say nothing of precision: the interval is that of the others, and does not reach down to 0."""
    true = [True] * 40 + [False] * 40
    said, other = [True] * 5 + [False] * 75, [True] * 5 + [False] * 35 + [True] + [False] * 39
    _, _, precision = paired.differences(paired.found(other, true), paired.found(said, true), 80, seed=1)
    assert (precision.first, precision.second) == pytest.approx((5 / 6, 1))
    assert precision.low >= 0


def test_what_hangs_on_few_posts_has_no_interval() -> None:
    """A label of two posts is missing from one draw in seven; its change may be total, and is not sure."""
    true = [True] * 2 + [False] * 38
    f1, recall, _ = paired.differences(paired.found(true, true), paired.found([False] * 40, true), 40, seed=1)
    assert (recall.first, recall.second) == (1, 0)
    assert np.isnan([f1.low, f1.high, recall.low, recall.high]).all()
    assert not recall.is_sure


def test_of_a_label_with_no_posts_nothing_is_measured() -> None:
    """Nor of the precision of one that is never said."""
    none = paired.differences(paired.found(SAID, [False] * 80), paired.found(TRUE, [False] * 80), 80, seed=1)
    assert np.isnan([[one.first, one.second, one.low, one.high] for one in none]).all()
    _, recall, precision = paired.differences(paired.found([False] * 80, TRUE), paired.found(TRUE, TRUE), 80, seed=1)
    assert recall.is_sure
    assert np.isnan(precision.first)
    assert not precision.is_sure
