"""A second model beside the first: it counts, and decides nothing."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from types import ModuleType

from streams.records import Evidence, Post, ScoredPost, Scores
from streams.sentiment.hear import scored_posts
from streams.sentiment.ports import Model, Said
from streams.sentiment.shadow import Differs, Lines, Shadow
from streams.sentiment.step import ScoreStep
from streams.stage import Pass

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
#: Seconds a test waits for what should be there at once.
PATIENCE = 30


def post(text: str, name: str = "1") -> Post:
    return Post(id=f"file:{name}", source="file", author="ana", text=text, created_at=NOON, heard_at=NOON, lang="en")


class Ear:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.posts = self.failures = self.left = 0
        self.differing: list[Differs] = []
        self.errors: list[Exception] = []
        self.over = False

    def compared(self, posts: int, differing: Sequence[Differs]) -> None:
        self.posts += posts
        self.differing += differing

    def failed(self, posts: int, error: Exception) -> None:
        self.failures += posts
        self.errors.append(error)

    def skipped(self, posts: int) -> None:
        self.left += posts

    def ended(self) -> None:
        self.over = True


class Other:
    """The model, with a word it hears as no problem; it can fail, and be made to wait."""

    name = "other@00000000"

    def __init__(self, model: Model) -> None:
        self.thresholds = model.thresholds
        self._model = model
        self.started, self.go = threading.Event(), threading.Event()
        self.go.set()

    def score(self, texts: Sequence[str], langs: Sequence[str]) -> list[Scores]:
        self.started.set()
        assert self.go.wait(PATIENCE)
        if any("poison" in text for text in texts):
            raise MemoryError("cannot swallow")
        return self._model.score([text.replace("broken", "fine") for text in texts], langs)

    def evidence(
        self, texts: Sequence[str], langs: Sequence[str], said: Sequence[Said] | None = None
    ) -> list[tuple[Evidence, ...]]:
        raise AssertionError("nobody sees what a shadow would show")


def lines(model: Model) -> Lines:
    def verdict(post: Post, scores: Scores) -> str:
        return "trouble" if scores.problem >= model.thresholds["problem"] else "nothing"

    heads = ("problem", "hostility", "constructiveness", "positive")
    return Lines(thresholds={head: model.thresholds[head] for head in heads}, verdict=verdict)


def shadow_of(model: Model) -> tuple[Shadow, Other, Ear]:
    other, ear = Other(model), Ear()
    return Shadow(other, first=lines(model), shadow=lines(other), listener=ear), other, ear


async def test_only_the_first_model_is_passed_on_and_differences_are_told(tiny: ModuleType) -> None:
    """The walk is as without a shadow; each verdict and side of a threshold that differs is told, by post id."""
    model = tiny.model()
    posts = [post("broken"), post("clowns", "2"), post("lovely", "3")]
    shadow, _, ear = shadow_of(model)
    step = ScoreStep(model, shadow)
    fates = await step(posts)
    step.close()
    assert list(fates) == [Pass(one) for one in scored_posts(model, posts)]
    assert ear.posts == 3
    assert ear.over
    assert [(one.post_id, one.head, one.first, one.shadow) for one in ear.differing] == [
        ("file:1", "verdict", "trouble", "nothing"),
        ("file:1", "problem", "yes", "no"),
    ]
    assert ear.differing[1].first_scores["problem"] > 0.9 > ear.differing[1].shadow_scores["problem"]
    assert "broken" not in repr(ear.differing)


async def test_a_shadow_that_fails_hurts_nobody(tiny: ModuleType) -> None:
    """The posts go on, the failure is told, and the next batch is compared as ever."""
    shadow, _, ear = shadow_of(tiny.model())
    step = ScoreStep(tiny.model(), shadow)
    (bad,) = await step([post("broken poison")])
    assert isinstance(bad, Pass)
    shadow.wait()
    await step([post("broken")])
    step.close()
    assert (ear.failures, ear.posts) == (1, 1)
    assert [str(error) for error in ear.errors] == ["cannot swallow"]


async def test_a_slow_shadow_holds_nobody_up(tiny: ModuleType) -> None:
    """While it is at work, batches go on without it and are counted as skipped."""
    shadow, other, ear = shadow_of(tiny.model())
    step = ScoreStep(tiny.model(), shadow)
    other.go.clear()
    await step([post("broken")])
    assert other.started.wait(PATIENCE)
    fates = await step([post("broken", "2"), post("broken", "3")])
    assert all(isinstance(fate, Pass) and isinstance(fate.record, ScoredPost) for fate in fates)
    assert (ear.posts, ear.left) == (0, 2)
    other.go.set()
    step.close()
    assert (ear.posts, ear.left) == (1, 2)
