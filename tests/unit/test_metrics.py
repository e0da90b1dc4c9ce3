"""The catalogue of metrics, and that somebody counts each."""

import re
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from streams.metrics import MAX_SOURCES, Metrics

STREAMS = Path(__file__).parents[2] / "streams"


@pytest.mark.parametrize("name", [name for name in vars(Metrics()) if name != "registry"])
def test_every_metric_of_the_catalogue_is_counted_somewhere(name: str) -> None:
    """A number nobody sets is worse than none."""
    users = [
        path
        for path in STREAMS.rglob("*.py")
        if path.name != "metrics.py" and re.search(rf"metrics\.{name}\b", path.read_text(encoding="utf-8"))
    ]
    assert users


def test_the_exposition_has_a_help_text_for_every_metric() -> None:
    """Who meets a number in a dashboard can read what it is."""
    text = generate_latest(Metrics().registry).decode()
    helped = set(re.findall(r"^# HELP (\S+) \S", text, flags=re.MULTILINE))
    typed = set(re.findall(r"^# TYPE (\S+)", text, flags=re.MULTILINE))
    assert typed
    assert typed <= helped


def test_sources_that_rows_name_freely_are_few_series() -> None:
    """The first names are told apart, all later ones are `other`; nothing goes uncounted."""
    metrics = Metrics()
    for _ in range(2):
        for n in range(MAX_SOURCES + 20):
            metrics.posts_heard.labels(f"shop-{n}").inc()
            metrics.posts_triaged.labels(f"shop-{n}", "praise", "let_go").inc()
    for name in ("posts_heard", "posts_triaged"):
        (family,) = [it for it in metrics.registry.collect() if it.name == f"hearout_{name}"]
        counts = {it.labels["source"]: it.value for it in family.samples if it.name.endswith("_total")}
        assert len(counts) == MAX_SOURCES + 1
        assert (counts["shop-0"], counts["other"]) == (2, 40)
