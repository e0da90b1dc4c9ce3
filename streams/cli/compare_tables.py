"""A comparison of two models walks in, tables walk out: how each does, by how much they differ, and how surely."""

from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from streams.cli.judging import ALL

#: Width in a pipe, where there is no terminal to ask.
_WIDTH = 110
_SHOWN = 5
#: Measures of which less is better.
_LESS = ("ECE",)


def show_comparison(report: dict[str, Any], *, title: str = "") -> None:
    """Print the report on standard output; post text is shown with nothing in it that a terminal would obey."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_WIDTH)
    if title:
        console.print(Text(f"\n{title}", style="bold"), soft_wrap=True)
    first, second = report["models"]
    everything = report["groups"][ALL]
    console.print(Text(f"A {first}   B {second}   {everything['posts']} posts"), soft_wrap=True)
    console.print(_rows(everything["rows"], console))
    languages = {name: group for name, group in report["groups"].items() if name != ALL}
    if len(languages) > 1:
        console.print(Text("\nF1 of each language: A, B, difference", style="bold"))
        console.print(_languages(everything["rows"], languages, console))
    console.print(Text("* the 95% interval of the difference (paired bootstrap) leaves zero out", style="dim"))
    _disagreements(report["disagreements"], console)


def _rows(rows: list[dict[str, Any]], console: Console) -> Table:
    table = _table(console)
    for name in ("", "n", "", "A", "B", "B - A", "95% interval", ""):
        table.add_column(name, justify="left" if not name else "right", no_wrap=True)
    before = ""
    for row in rows:
        new = row["label"] != before
        before = row["label"]
        table.add_row(
            row["label"].replace("_", " ") if new else "",
            str(row["support"]) if new else "",
            row["measure"],
            f"{row['first']:.3f}",
            f"{row['second']:.3f}",
            _signed(row),
            f"{row['low']:+.3f} {row['high']:+.3f}",
            "*" if row["sure"] else "",
        )
    return table


def _languages(rows: list[dict[str, Any]], languages: dict[str, Any], console: Console) -> Table:
    table = _table(console)
    table.add_column("")
    for name, group in languages.items():
        table.add_column(f"{name} ({group['posts']})", justify="right", no_wrap=True)
    for label in dict.fromkeys(row["label"] for row in rows):
        found = [
            next((row for row in group["rows"] if (row["label"], row["measure"]) == (label, "F1")), None)
            for group in languages.values()
        ]
        table.add_row(label.replace("_", " "), *(_cell(row) if row else Text("-") for row in found))
    return table


def _cell(row: dict[str, Any]) -> Text:
    return Text.assemble(f"{row['first']:.2f} {row['second']:.2f} ", _signed(row, 2), "*" if row["sure"] else " ")


def _signed(row: dict[str, Any], digits: int = 3) -> Text:
    """The difference; green or red where it is sure."""
    better = (row["difference"] < 0) == (row["measure"] in _LESS)
    return Text(f"{row['difference']:+.{digits}f}", style=("green" if better else "red") if row["sure"] else "")


def _disagreements(found: dict[str, Any], console: Console) -> None:
    said = f"\n{found['posts']} posts have another verdict"
    if found["judged"]:
        said += (
            f"; of {found['judged']} with a true one A is right in {found['first_right']}, B in {found['second_right']}"
        )
    console.print(Text(said, style="bold"), soft_wrap=True)
    for one in found["examples"][:_SHOWN]:
        true = f", truly {one['true']}" if one["true"] else ""
        console.print(
            Text(f"  {_visible(one['id'])} ({one['lang']}): A {one['first']}, B {one['second']}{true}"), soft_wrap=True
        )
        console.print(Text(f"    {_visible(one['text'])}", style="dim"), soft_wrap=True)


def _visible(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)


def _table(console: Console) -> Table:
    return Table(box=box.ROUNDED if console.is_terminal else None, pad_edge=False)
