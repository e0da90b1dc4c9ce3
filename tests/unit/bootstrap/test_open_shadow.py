"""The shadow model of an installation: opened from settings, counted in metrics, told in the log."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import structlog
from structlog.testing import capture_logs

from streams.bootstrap import doctor, shadow
from streams.bootstrap.doctor import examine
from streams.bootstrap.shadow import Counted, open_shadow
from streams.bootstrap.walk import thresholds
from streams.cases.triage import Thresholds
from streams.checks import State
from streams.metrics import Metrics
from streams.records import Post
from streams.sentiment.adjusted_folder import write
from streams.sentiment.hear import scored_posts
from streams.sentiment.load import KINDS, load
from streams.sentiment.manifest import Manifest
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


def stumbles(folder: Path, said: Manifest) -> Model:
    raise KeyError("ouch")


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


def test_whatever_opening_a_shadow_raises_is_told_and_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A library stumbles in a way nobody foresaw: an error in the log."""
    first, own = load("linear-1"), settings(tmp_path, shadow="linear-1")
    monkeypatch.setitem(KINDS, "linear", stumbles)
    with capture_logs() as logged:
        assert open_shadow(own, first, Metrics(), in_force(own)) is None
    assert [(line["log_level"], line["kind"], line["reason"]) for line in logged] == [("error", "KeyError", "'ouch'")]


async def test_the_doctor_names_a_shadow_that_cannot_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it stumbles over, and goes on with the other checks."""
    monkeypatch.setitem(KINDS, "linear", stumbles)
    own = settings(tmp_path, name=str(tmp_path / "gone"), shadow="linear-1")
    found = await examine(own)
    (shadow,) = (one for one in found if one.id == "HO-SHADOW")
    assert (shadow.state, shadow.said) == (State.WRONG, "shadow model: it cannot be opened: KeyError: 'ouch'")
    assert "HO-BOOK" in {one.id for one in found}


@pytest.mark.parametrize("cascade", [True, False])
def test_the_cascade_is_that_of_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cascade: bool) -> None:
    """For the shadow as for the first model."""
    first, asked = load("linear-1"), list[bool]()

    def loaded(name: str, *, cascade: bool) -> Model:
        asked.append(cascade)
        return first

    monkeypatch.setattr(shadow, "load", loaded)
    monkeypatch.setattr(doctor, "load", loaded)
    own = settings(tmp_path, shadow="mine", cascade=cascade)
    opened = open_shadow(own, first, Metrics(), in_force(own))
    assert opened is not None
    opened.close()
    asyncio.run(examine(own))
    assert asked == [cascade] * 3


@pytest.mark.parametrize(("chosen", "differing"), [({}, 1), ({"problem": 0.0001}, 0)])
def test_verdicts_are_those_of_the_thresholds_in_force(
    tmp_path: Path, chosen: dict[str, float], differing: int
) -> None:
    """A shadow deaf to problems differs; not where the settings call every post a problem, for both models."""
    table = np.zeros((8, 7))
    table[0, 4] = -6.0
    first, metrics = load("linear-1"), Metrics()
    learned = Learned(maps={"default": table})
    write(tmp_path / "deaf", learned, base="linear-1", corrects=first.name, name="deaf", card="")
    own = settings(tmp_path, shadow=str(tmp_path / "deaf"), **chosen)
    shadow = open_shadow(own, first, metrics, in_force(own))
    assert shadow is not None
    text = "My parcel never arrived and nobody answers the phone, I want my money back"
    post = Post(id="file:1", source="file", author="ana", text=text, created_at=NOON, heard_at=NOON, lang="en")
    shadow.look(scored_posts(first, [post], explained=False))
    shadow.close()
    assert value(metrics, "hearout_shadow_disagreements_total", head="problem", shadow_says="no") == differing
