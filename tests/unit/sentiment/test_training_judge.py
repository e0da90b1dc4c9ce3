"""Training judges by the same rules the product decides by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.cases.triage import Thresholds, verdict
from streams.records import Scores, Sentiment

judge = pytest.importorskip("models.training.judge", reason="needs the extra `train`")

CHANCE = st.floats(0, 1)
LINES = Thresholds(problem=0.2, hostility=0.3, constructiveness=0.4, positive=0.5)


@given(CHANCE, CHANCE, CHANCE, CHANCE)
def test_verdicts_are_those_of_triage(positive: float, hostility: float, problem: float, constructive: float) -> None:
    """Thresholds are chosen for the verdicts that triage will give."""
    scores = Scores(
        sentiment=Sentiment(negative=1 - positive, neutral=0, positive=positive),
        hostility=hostility,
        problem=problem,
        constructiveness=constructive,
        emotionality=0,
        model="test",
    )
    lines = {name: getattr(LINES, name) for name in ("problem", "hostility", "constructiveness", "positive")}
    row = [1 - positive, 0, positive, hostility, problem, constructive, 0]
    assert judge.verdict(row, lines) == verdict(scores, LINES).value
