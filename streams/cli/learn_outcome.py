"""Comparisons of a model before and after walk in; what is worth telling, and what is surely better, walks out."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from streams.cli.compare_tables import LESS
from streams.cli.judging import ALL

#: What must not get surely worse on the guard.
_GUARDED = (
    *((label, "F1") for label in ("problem", "hostile", "constructive", "sentiment, macro", "verdict, macro")),
    ("problem", "recall"),
    ("hostile_problem", "recall"),
)
#: Posts of one language from which on it is guarded by itself.
_LEAST_OF_A_LANGUAGE = 50
_TOLD = {label for label, _ in _GUARDED}
_ALWAYS = "verdict, macro"
#: Differences under this are shown as nothing.
_SHOWN = 0.0005


def brief(report: Mapping[str, Any]) -> dict[str, Any]:
    """The report with the labels that moved and the verdict only, and without examples."""
    rows = report["groups"][ALL]["rows"]
    moved = {row["label"] for row in rows if abs(row["difference"] or 0) >= _SHOWN}
    told = _TOLD & {*moved, _ALWAYS}
    groups = {
        name: {**group, "rows": [row for row in group["rows"] if row["label"] in told]}
        for name, group in report["groups"].items()
    }
    return {**report, "groups": groups, "disagreements": {**report["disagreements"], "examples": []}}


def suffering(report: Mapping[str, Any]) -> list[str]:
    """What of the guarded is surely worse; of a language that has enough posts, what is not so already in all."""
    found = _worse(report["groups"][ALL])
    told = [_change(row) for row in found.values()]
    for name, group in report["groups"].items():
        if name != ALL and group["posts"] >= _LEAST_OF_A_LANGUAGE:
            told += [f"{_change(row)} in {name}" for what, row in _worse(group).items() if what not in found]
    return told


def outcome(folder: Path, reports: Mapping[str, Mapping[str, Any]]) -> tuple[str, str]:
    """What came of it, and what to do next: a model that is worse at something is recommended to nobody."""
    better, worse = _sure(reports, better=True), _sure(reports, better=False)
    return (
        f"Surely better: {better or 'nothing'}; surely worse: {worse or 'nothing'}.",
        f"The new model is in {folder}. "
        + (
            "Weigh the one against the other before it hears posts."
            if worse
            else "Try it beside the present one with model.shadow, switch with model.name, in hearout.toml."
        ),
    )


def _worse(group: Mapping[str, Any]) -> Mapping[tuple[str, str], Mapping[str, Any]]:
    rows = {(row["label"], row["measure"]): row for row in group["rows"]}
    return {
        what: rows[what] for what in _GUARDED if what in rows and rows[what]["sure"] and rows[what]["difference"] < 0
    }


def _sure(reports: Mapping[str, Mapping[str, Any]], *, better: bool) -> str:
    told = []
    for title, report in reports.items():
        found: dict[str, list[str]] = {}
        for row in report["groups"][ALL]["rows"]:
            if (
                row["label"] in _TOLD
                and row["sure"]
                and better == ((row["difference"] < 0) == (row["measure"] in LESS))
            ):
                found.setdefault(_words(row), []).append(row["measure"])
        if found:
            where = f"{title[0].lower()}{title[1:]} " if len(reports) > 1 else ""
            told.append(where + ", ".join(f"{label} ({', '.join(measures)})" for label, measures in found.items()))
    return ", and ".join(told)


def _change(row: Mapping[str, Any]) -> str:
    return f"{row['measure']} of {_words(row)} {row['first']:.3f} to {row['second']:.3f}"


def _words(row: Mapping[str, Any]) -> str:
    return str(row["label"]).removesuffix(", macro").replace("_", " ")
