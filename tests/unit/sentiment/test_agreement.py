"""Precision, recall, confusion and calibration, against numbers counted by hand."""

import pytest

from streams.sentiment import agreement


def test_a_label_is_counted_right() -> None:
    """Two of three said are true, two of four true are said."""
    found = agreement.line("problem", [True, True, True, False, False, False], [True, True, False, True, True, False])
    assert (found.precision, found.recall, found.support) == (pytest.approx(2 / 3), 0.5, 4)
    assert found.f1 == pytest.approx(4 / 7)


def test_nothing_said_is_zero_not_an_error() -> None:
    """No division by zero where a label is never said or never true."""
    found = agreement.line("problem", [False], [False])
    assert (found.precision, found.recall, found.f1) == (0, 0, 0)


def test_macro_is_over_labels_that_occur() -> None:
    """A label that no post has does not pull the mean down."""
    found = agreement.lines(["a", "b", "c"], ["a", "b"], ["a", "b"])
    assert agreement.macro(found).f1 == 1


def test_confusion_has_the_truth_in_rows() -> None:
    """A post that is `a` and was called `b` stands in row a, column b."""
    assert agreement.confusion(["a", "b"], said=["b", "a"], true=["a", "a"]) == [[1, 1], [0, 0]]


def test_calibration_error_is_the_weighted_distance() -> None:
    """Three posts at 0.9 of which two are true, one at 0.1 that is not."""
    bins = agreement.bins([0.9, 0.9, 0.9, 0.1], [True, True, False, False])
    assert agreement.calibration_error(bins) == pytest.approx((3 * abs(0.9 - 2 / 3) + 0.1) / 4)


def test_a_score_of_one_has_a_bin() -> None:
    """The upper edge belongs to the last bin."""
    assert agreement.bins([1.0], [True])[-1].count == 1
