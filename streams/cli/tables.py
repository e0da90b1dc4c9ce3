"""Rows for people walk in, tables that fit walk out: boxes in a terminal, plain columns as wide as needed in a pipe."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

#: Wider than any table of ours.
_UNBOUNDED = 10_000


def console() -> Console:
    """Standard output; in a pipe, where there is no terminal to ask, nothing is cut or folded."""
    found = Console(highlight=False)
    return found if found.is_terminal else Console(highlight=False, width=_UNBOUNDED)


def table(on: Console, labels: Iterable[str], *, head: str = "") -> Table:
    """An empty table whose first column is for `labels`, and never narrower than they are."""
    empty = Table(box=box.ROUNDED if on.is_terminal else None, pad_edge=False)
    empty.add_column(head, no_wrap=True, min_width=max(map(cell_len, (head, *labels))))
    return empty


def print_in_parts(on: Console, columns: Sequence[str], made: Callable[[Sequence[str]], Table]) -> None:
    """As few tables as the width allows: `made` makes one with some of the columns, at least one."""
    while columns:
        fitting = (count for count in range(len(columns), 1, -1) if _fits(on, made(columns[:count])))
        count = next(fitting, 1)
        on.print(made(columns[:count]))
        columns = columns[count:]


def number(value: float | None, form: str = ".3f") -> str:
    """`-` where nothing could be measured."""
    return "-" if value is None else format(value, form)


def interval(row: Mapping[str, Any], between: str) -> str:
    """From `low` to `high`, or `-` where it could not be told."""
    return "-" if row["low"] is None else f"{row['low']:+.3f}{between}{row['high']:+.3f}"


def _fits(on: Console, one: Table) -> bool:
    return on.measure(one, options=on.options.update(max_width=_UNBOUNDED)).maximum <= on.width
