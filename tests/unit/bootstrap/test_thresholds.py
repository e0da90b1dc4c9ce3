"""What counts as said: the model's own lines, where the settings do not say otherwise."""

from streams.bootstrap.walk import thresholds
from streams.cases.triage import Thresholds
from streams.settings import ModelSettings

OF_MODEL = {"problem": 0.3, "hostility": 0.2, "constructiveness": 0.5, "positive": 0.4, "emotionality": 0.5}


def test_the_settings_win_over_the_manifest() -> None:
    """Zero is an answer, not the lack of one."""
    own = Thresholds(problem=0.3, hostility=0.2, constructiveness=0.5, positive=0.4, undecided=0.05)
    assert thresholds(ModelSettings(), OF_MODEL | {"undecided": 0.05}) == own
    moved = thresholds(ModelSettings(problem=0.1, undecided=0), OF_MODEL | {"undecided": 0.05})
    assert (moved.problem, moved.undecided) == (0.1, 0)


def test_a_model_that_states_no_band_has_none() -> None:
    """Then nothing is undecided."""
    assert thresholds(ModelSettings(), OF_MODEL).undecided == 0
