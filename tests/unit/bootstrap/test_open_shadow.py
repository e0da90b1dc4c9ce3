"""The shadow model of an installation: opened from settings, counted in metrics, told in the log."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import structlog
from structlog.testing import capture_logs

from streams.bootstrap import shadow
from streams.bootstrap.shadow import Counted, open_shadow
from streams.bootstrap.walk import thresholds
from streams.cases.triage import Thresholds
from streams.metrics import Metrics
from streams.records import Post
from streams.sentiment.adjusted_folder import write
from streams.sentiment.hear import scored_posts
from streams.sentiment.load import load
from streams.sentiment.ports import Model
from streams.sentiment.refit import Learned
from streams.sentiment.shadow import Differs
from streams.settings import ModelSettings, Settings

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
DIFFERS = Differs(
    post_id="file:1",
    head="verdict",
    first="abuse",
    shadow="hostile_problem",
    first_scores={"problem": 0.1, "hostility": 0.6},
    shadow_scores={"problem": 0.4, "hostility": 0.6},
)


def settings(home: Path, **model: object) -> Settings:
    return Settings(home=home, model=ModelSettings.model_validate({"name": "linear-1", **model}))


def in_force(of: Settings) -> Callable[[Model], Thresholds]:
    def lines(model: Model) -> Thresholds:
        return thresholds(of.model, model.thresholds)

    return lines


def value(metrics: Metrics, name: str, **labels: str) -> float:
    return metrics.registry.get_sample_value(name, labels) or 0.0


@pytest.fixture(autouse=True)
def _every_level(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever level an earlier test set, and whoever logged first, debug lines are written."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(0), cache_logger_on_first_use=False)
    monkeypatch.setattr(shadow, "log", structlog.get_logger("hearout.shadow"))
    yield
    structlog.configure(**before)


def test_what_differs_is_counted_and_told_without_text() -> None:
    """By verdict and by what the shadow says; each post at debug level, sums when it ends."""
    metrics = Metrics()
    with capture_logs() as logged:
        ear = Counted(metrics, model="a@1", shadow="b@2")
        ear.compared(5, [DIFFERS])
        ear.skipped(3)
        ear.ended()
    assert value(metrics, "hearout_shadow_posts_total", model="a@1", shadow="b@2", outcome="compared") == 5
    assert value(metrics, "hearout_shadow_posts_total", model="a@1", shadow="b@2", outcome="skipped") == 3
    assert value(metrics, "hearout_shadow_disagreements_total", head="verdict", shadow_says="hostile_problem") == 1
    debug, summed = logged
    assert (debug["log_level"], debug["post_id"], debug["first"]) == ("debug", "file:1", "abuse")
    assert (summed["log_level"], summed["compared"], summed["differing"]) == ("info", 5, {"verdict": 1})


def test_a_kind_of_failure_is_told_once() -> None:
    """And each post is counted."""
    metrics = Metrics()
    with capture_logs() as logged:
        ear = Counted(metrics, model="a@1", shadow="b@2")
        for error in (ValueError("one"), ValueError("two"), MemoryError("three")):
            ear.failed(10, error)
    assert [line["kind"] for line in logged] == ["ValueError", "MemoryError"]
    assert value(metrics, "hearout_shadow_posts_total", model="a@1", shadow="b@2", outcome="failed") == 30


def test_without_the_setting_there_is_no_shadow(tmp_path: Path) -> None:
    """The usual case."""
    own = settings(tmp_path)
    assert open_shadow(own, load("linear-1"), Metrics(), in_force(own)) is None


def test_a_shadow_that_cannot_be_opened_is_told_and_left_out(tmp_path: Path) -> None:
    """Its folder is gone: the walk does not stop for it."""
    own = settings(tmp_path, shadow=str(tmp_path / "gone"))
    with capture_logs() as logged:
        assert open_shadow(own, load("linear-1"), Metrics(), in_force(own)) is None
    assert [line["log_level"] for line in logged] == ["error"]
    assert "gone" in logged[0]["reason"]


@pytest.mark.parametrize(("chosen", "differing"), [({}, 1), ({"problem": 0.0001}, 0)])
def test_verdicts_are_those_of_the_thresholds_in_force(
    tmp_path: Path, chosen: dict[str, float], differing: int
) -> None:
    """A shadow deaf to problems differs; not where the settings call every post a problem, for both models."""
    table = np.zeros((8, 7))
    table[0, 4] = -6.0
    write(tmp_path / "deaf", Learned(maps={"default": table}), base="linear-1", name="deaf", card="")
    own = settings(tmp_path, shadow=str(tmp_path / "deaf"), **chosen)
    first, metrics = load("linear-1"), Metrics()
    shadow = open_shadow(own, first, metrics, in_force(own))
    assert shadow is not None
    text = "My parcel never arrived and nobody answers the phone, I want my money back"
    post = Post(id="file:1", source="file", author="ana", text=text, created_at=NOON, heard_at=NOON, lang="en")
    shadow.look(scored_posts(first, [post], explained=False))
    shadow.close()
    assert value(metrics, "hearout_shadow_disagreements_total", head="problem", shadow_says="no") == differing
