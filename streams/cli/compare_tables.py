"""A comparison of two models walks in, tables walk out: how each does, by how much they differ, and how surely."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from streams.cli.judging import ALL
from streams.cli.tables import console, interval, number, print_in_parts, table

_SHOWN = 5
#: Measures of which less is better.
LESS = ("ECE",)


def show_comparison(report: dict[str, Any], *, title: str = "") -> None:
    """Print the report on standard output; post text is shown with nothing in it that a terminal would obey."""
    on = console()
    if title:
        on.print(Text(f"\n{title}", style="bold"), soft_wrap=True)
    first, second = report["models"]
    everything = report["groups"][ALL]
    on.print(Text(f"A {first}   B {second}   {everything['posts']} posts"), soft_wrap=True)
    on.print(_rows(everything["rows"], on))
    languages = {name: group for name, group in report["groups"].items() if name != ALL}
    if len(languages) > 1:
        on.print(Text("\nF1 of each language: A, B, difference", style="bold"), soft_wrap=True)
        labels = list(dict.fromkeys(row["label"] for row in everything["rows"]))
        print_in_parts(on, list(languages), lambda names: _languages(labels, languages, names, on))
    if any(row["sure"] for row in everything["rows"]) or any(
        row["sure"] for group in languages.values() for row in group["rows"] if row["measure"] == "F1"
    ):
        note = "* the 95% interval of the difference (paired bootstrap) leaves zero out"
        on.print(Text(note, style="dim"), soft_wrap=True)
    _disagreements(report["disagreements"], on)


def _rows(rows: list[dict[str, Any]], on: Console) -> Table:
    filled = table(on, (_words(row["label"]) for row in rows))
    for name in ("n", "", "A", "B", "B - A", "95% interval"):
        filled.add_column(name, justify="right" if name else "left", no_wrap=True)
    before = ""
    for row in rows:
        new = row["label"] != before
        before = row["label"]
        filled.add_row(
            _words(row["label"]) if new else "",
            str(row["support"]) if new else "",
            row["measure"],
            number(row["first"]),
            number(row["second"]),
            _difference(row),
            interval(row, " "),
        )
    return filled


def _languages(labels: Sequence[str], languages: dict[str, Any], names: Sequence[str], on: Console) -> Table:
    filled = table(on, map(_words, labels))
    for name in names:
        filled.add_column(f"{name} ({languages[name]['posts']})", justify="right", no_wrap=True)
    for label in labels:
        found = [
            next((row for row in languages[name]["rows"] if (row["label"], row["measure"]) == (label, "F1")), None)
            for name in names
        ]
        filled.add_row(_words(label), *map(_cell, found))
    return filled


def _cell(row: dict[str, Any] | None) -> Text:
    if row is None or row["difference"] is None:
        return Text("-")
    return Text.assemble(
        f"{row['first']:.2f} {row['second']:.2f} ", "" if row["sure"] else " ", _difference(row, "+.2f")
    )


def _difference(row: dict[str, Any], form: str = "+.3f") -> Text:
    """Where it is sure, with a star, green or red."""
    said = number(row["difference"], form)
    if not row["sure"]:
        return Text(said)
    better = (row["difference"] < 0) == (row["measure"] in LESS)
    return Text(f"*{said}", style="green" if better else "red")


def _words(label: str) -> str:
    return label.replace("_", " ")


def _disagreements(found: dict[str, Any], on: Console) -> None:
    said = f"\n{found['posts']} posts have another verdict"
    if found["judged"]:
        said += (
            f"; of {found['judged']} with a true one A is right in {found['first_right']}, B in {found['second_right']}"
        )
    on.print(Text(said, style="bold"), soft_wrap=True)
    for one in found["examples"][:_SHOWN]:
        true = f", truly {one['true']}" if one["true"] else ""
        on.print(
            Text(f"  {_visible(one['id'])} ({one['lang']}): A {one['first']}, B {one['second']}{true}"), soft_wrap=True
        )
        on.print(Text(f"    {_visible(one['text'])}", style="dim"), soft_wrap=True)


def _visible(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)
