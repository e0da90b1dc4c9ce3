"""The stage `score`: posts become scored posts, one fate each, in order."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from types import ModuleType

import pytest

from streams.cases.triage import Thresholds, heads_said
from streams.errors import Transient
from streams.records import Deletion, Evidence, Post, ScoredPost, Scores
from streams.sentiment.ports import Model, Said
from streams.sentiment.step import ScoreStep
from streams.stage import Pass, Refuse

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def post(text: str, name: str = "1") -> Post:
    return Post(id=f"file:{name}", source="file", author="ana", text=text, created_at=NOON, heard_at=NOON, lang="en")


class Touchy:
    """A model that cannot stand one word."""

    def __init__(self, model: Model, error: Exception) -> None:
        self.name, self.thresholds = model.name, model.thresholds
        self._model, self._error = model, error

    def score(self, texts: Sequence[str], langs: Sequence[str]) -> list[Scores]:
        if any("poison" in text for text in texts):
            raise self._error
        return self._model.score(texts, langs)

    def evidence(
        self, texts: Sequence[str], langs: Sequence[str], said: Sequence[Said] | None = None
    ) -> list[tuple[Evidence, ...]]:
        return self._model.evidence(texts, langs, said)


async def test_posts_are_scored_and_deletions_walk_on(tiny: ModuleType) -> None:
    """Each record has its fate, in its place."""
    gone = Deletion(id="file:9", source="file", author="ana", deleted_at=NOON)
    step = ScoreStep(tiny.model())
    first, second, third = await step([post("broken"), gone, post("lovely", "2")])
    step.close()
    assert second == Pass(gone)
    assert isinstance(first, Pass)
    assert isinstance(third, Pass)
    assert isinstance(first.record, ScoredPost)
    assert first.record.post == post("broken")
    assert first.record.scores.problem > 0.9
    assert isinstance(third.record, ScoredPost)
    assert third.record.post.id == "file:2"


async def test_only_posts_over_a_threshold_are_explained(tiny: ModuleType) -> None:
    """Evidence stands where a problem or hostility is, nowhere else."""
    step = ScoreStep(tiny.model())
    fates = await step([post("it is broken"), post("clowns"), post("lovely day")])
    step.close()
    assert [bool(fate.record.scores.evidence) for fate in fates] == [True, True, False]  # type: ignore[union-attr]


async def test_a_post_that_breaks_the_model_is_refused_alone(tiny: ModuleType) -> None:
    """The rest of the batch is scored as ever, and the reason is a sentence."""
    step = ScoreStep(Touchy(tiny.model(), RuntimeError("cannot swallow")))
    good, bad, also_good = await step([post("broken"), post("poison"), post("lovely")])
    step.close()
    assert isinstance(good, Pass)
    assert isinstance(also_good, Pass)
    assert isinstance(bad, Refuse)
    assert "cannot swallow" in bad.reason


async def test_a_world_that_is_away_is_not_the_posts_fault(tiny: ModuleType) -> None:
    """Transient leaves the step, so that the batch comes again."""
    step = ScoreStep(Touchy(tiny.model(), Transient("the GPU is busy")))
    with pytest.raises(Transient):
        await step([post("poison")])
    step.close()


async def test_heads_are_explained_where_they_count_as_said(tiny: ModuleType) -> None:
    """By the thresholds in force, whatever those of the model: an insult lowers the line of the problem behind it."""
    text = "clowns, broken " + "or not " * 40
    model = tiny.model()
    scores = model.score([text], ["en"])[0]
    line = scores.problem * 1.2
    lines = Thresholds(problem=line, hostility=scores.hostility, constructiveness=0.5, positive=0.5)
    assert scores.problem < model.thresholds["problem"]
    step = ScoreStep(model, said=partial(heads_said, thresholds=lines))
    (fate,) = await step([post(text)])
    step.close()
    assert isinstance(fate, Pass)
    assert isinstance(fate.record, ScoredPost)
    assert {one.head for one in fate.record.scores.evidence} == {"problem", "hostility"}
