"""What `hearout evaluate` measured walks in, tables walk out."""

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from streams.cli.tables import console, number, print_in_parts, table

_BAR = 24


def show(report: dict[str, Any]) -> None:
    """Print the report on standard output."""
    on = console()
    lines = ", ".join(f"{name} {value:.2f}" for name, value in report["thresholds"].items())
    on.print(
        f"[bold]{report['model']}[/], {report['groups']['all']['posts']} posts; thresholds: {lines}", soft_wrap=True
    )
    groups = report["groups"] if len(report["groups"]) > 2 else {"all": report["groups"]["all"]}
    _title("How well each label was found: precision, recall, F1, number of posts", on)
    print_in_parts(on, list(groups), lambda names: _labels(groups, names, on))
    for name, group in groups.items():
        if "confusion" in group and (name == "all" or on.is_terminal):
            _title(f"Verdicts, {name}: true in rows, said in columns", on)
            on.print(_confusion(group["confusion"], on))
    if calibration := report["groups"]["all"]["calibration"]:
        _title("Expected calibration error (0 is best)", on)
        print_in_parts(on, list(groups), lambda names: _calibration_errors(groups, names, on))
        for head, found in calibration.items():
            _title(f"Reliability of {head}: bar = truly so, {_marks(on)[1]} = said", on)
            on.print(_reliability(found, on))
    on.print()
    _hostile_problems(groups, on)


def _labels(groups: dict[str, Any], names: Sequence[str], on: Console) -> Table:
    rows = list(_named_rows(groups["all"]["labels"]))
    filled = table(on, (f"  {own}" for _, _, own in rows))
    for name in names:
        filled.add_column(f"{name}: P    R   F1     n", justify="right", no_wrap=True)
    before = ""
    for label, at, own in rows:
        if before and label != before:
            filled.add_section()
        before = label
        strong = "macro" in own or label == own
        cells = [_found(groups[name]["labels"].get(label), at) for name in names]
        filled.add_row(f"[bold]{own}[/]" if strong else f"  {own}", *cells)
    return filled


def _named_rows(labels: dict[str, Any]) -> Iterator[tuple[str, int, str]]:
    """Label, which of its lines, and how that line is called."""
    for label, lines in labels.items():
        for at, one in enumerate(lines):
            yield label, at, one["label"].replace("_", " ").replace("macro average", f"{label}, macro")


def _found(lines: list[dict[str, Any]] | None, at: int) -> str:
    if lines is None or not lines[at]["support"]:
        return "-"
    one = lines[at]
    return f"{one['precision']:.2f} {one['recall']:.2f} [bold]{one['f1']:.2f}[/] {one['support']:>5}"


def _confusion(found: dict[str, Any], on: Console) -> Table:
    labels = [label.replace("_", " ") for label in found["labels"]]
    filled = table(on, labels)
    for label in labels:
        filled.add_column(label, justify="right")
    for at, (label, row) in enumerate(zip(labels, found["rows"], strict=True)):
        cells = [f"[bold green]{count}[/]" if here == at else str(count or ".") for here, count in enumerate(row)]
        filled.add_row(label, *cells)
    return filled


def _calibration_errors(groups: dict[str, Any], names: Sequence[str], on: Console) -> Table:
    heads = groups["all"]["calibration"]
    filled = table(on, heads, head="head")
    for name in names:
        filled.add_column(name, justify="right", no_wrap=True)
    for head in heads:
        errors = [groups[name]["calibration"].get(head) for name in names]
        filled.add_row(head, *(number(found["ece"] if found else None) for found in errors))
    return filled


def _reliability(found: dict[str, Any], on: Console) -> Table:
    full, mark = _marks(on)
    filled = table(on, (), head="  score")
    filled.add_column("posts", justify="right")
    filled.add_column("truly", justify="right")
    filled.add_column("")
    for one in found["bins"]:
        if one["count"]:
            bar = list((full * round(one["true"] * _BAR)).ljust(_BAR + 1))
            bar[round(one["said"] * _BAR)] = mark
            filled.add_row(f"{one['low']:.1f}-{one['high']:.1f}", str(one["count"]), f"{one['true']:.2f}", "".join(bar))
    return filled


def _marks(on: Console) -> tuple[str, str]:
    return ("█", "│") if on.is_terminal else ("#", "|")


def _hostile_problems(groups: dict[str, Any], on: Console) -> None:
    for name, group in groups.items():
        for one in group["labels"].get("verdict", ()):
            if one["label"] == "hostile_problem" and one["support"]:
                on.print(
                    f"hostile problems, {name}: recall {one['recall']:.2f}, precision {one['precision']:.2f}"
                    f" ({one['support']} in the file)"
                )


def _title(title: str, on: Console) -> None:
    """Before the table: a title of the table's own would be cut to its width."""
    on.print(f"\n[bold]{title}[/]", soft_wrap=True)
