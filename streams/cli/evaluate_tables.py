"""What `hearout evaluate` measured walks in, tables walk out: boxes in a terminal, plain columns in a pipe."""

from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

#: Width in a pipe, where there is no terminal to ask.
_WIDTH = 110
_BAR = 24


def show(report: dict[str, Any]) -> None:
    """Print the report on standard output."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_WIDTH)
    lines = ", ".join(f"{name} {value:.2f}" for name, value in report["thresholds"].items())
    console.print(
        f"[bold]{report['model']}[/], {report['groups']['all']['posts']} posts; thresholds: {lines}", soft_wrap=True
    )
    groups = report["groups"] if len(report["groups"]) > 2 else {"all": report["groups"]["all"]}
    console.print(_labels(groups, console))
    for name, group in groups.items():
        if "confusion" in group and (name == "all" or console.is_terminal):
            console.print(_confusion(name, group["confusion"], console))
    if calibration := report["groups"]["all"]["calibration"]:
        console.print(_calibration_errors(groups, console))
        for head, found in calibration.items():
            console.print(_reliability(head, found, console))
    console.print()
    _hostile_problems(groups, console)


def _labels(groups: dict[str, Any], console: Console) -> Table:
    table = _table("How well each label was found: precision, recall, F1, number of posts", console)
    table.add_column("")
    for name in groups:
        table.add_column(f"{name}: P    R   F1     n", justify="right", no_wrap=True)
    for label in groups["all"]["labels"]:
        for at, first in enumerate(groups["all"]["labels"][label]):
            own = first["label"].replace("_", " ").replace("macro average", f"{label}, macro")
            cells = [_found(group["labels"].get(label), at) for group in groups.values()]
            strong = "macro" in own or label == own
            table.add_row(f"[bold]{own}[/]" if strong else f"  {own}", *cells)
        table.add_section()
    return table


def _found(lines: list[dict[str, Any]] | None, at: int) -> str:
    if lines is None or not lines[at]["support"]:
        return "-"
    one = lines[at]
    return f"{one['precision']:.2f} {one['recall']:.2f} [bold]{one['f1']:.2f}[/] {one['support']:>5}"


def _confusion(name: str, found: dict[str, Any], console: Console) -> Table:
    table = _table(f"Verdicts, {name}: true in rows, said in columns", console)
    table.add_column("")
    for label in found["labels"]:
        table.add_column(label.replace("_", " "), justify="right")
    for at, (label, row) in enumerate(zip(found["labels"], found["rows"], strict=True)):
        cells = [f"[bold green]{count}[/]" if here == at else str(count or ".") for here, count in enumerate(row)]
        table.add_row(label.replace("_", " "), *cells)
    return table


def _calibration_errors(groups: dict[str, Any], console: Console) -> Table:
    table = _table("Expected calibration error (0 is best)", console)
    table.add_column("head")
    for name in groups:
        table.add_column(name, justify="right")
    for head in groups["all"]["calibration"]:
        errors = [group["calibration"].get(head) for group in groups.values()]
        table.add_row(head, *(f"{found['ece']:.3f}" if found else "-" for found in errors))
    return table


def _reliability(head: str, found: dict[str, Any], console: Console) -> Table:
    full, mark = ("█", "│") if console.is_terminal else ("#", "|")
    table = _table(f"Reliability of {head}: bar = truly so, {mark} = said", console)
    table.add_column("score", justify="right")
    table.add_column("posts", justify="right")
    table.add_column("truly", justify="right")
    table.add_column("")
    for one in found["bins"]:
        if one["count"]:
            bar = list((full * round(one["true"] * _BAR)).ljust(_BAR + 1))
            bar[round(one["said"] * _BAR)] = mark
            table.add_row(f"{one['low']:.1f}-{one['high']:.1f}", str(one["count"]), f"{one['true']:.2f}", "".join(bar))
    return table


def _hostile_problems(groups: dict[str, Any], console: Console) -> None:
    for name, group in groups.items():
        for one in group["labels"].get("verdict", ()):
            if one["label"] == "hostile_problem" and one["support"]:
                console.print(
                    f"hostile problems, {name}: recall {one['recall']:.2f}, precision {one['precision']:.2f}"
                    f" ({one['support']} in the file)"
                )


def _table(title: str, console: Console) -> Table:
    """An empty table, with its title already printed: a title of the table's own would be cut to its width."""
    console.print(f"\n[bold]{title}[/]", soft_wrap=True)
    return Table(box=box.ROUNDED if console.is_terminal else None, pad_edge=False)
