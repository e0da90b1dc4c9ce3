"""Writes the pages of docs/ that only repeat what the code says: settings, metrics, commands.

python docs/generate.py          writes them
python docs/generate.py --check  exits 1 and names those that are stale
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from pydantic import BaseModel, SecretStr
from pydantic_core import PydanticUndefined

from streams.cli import main
from streams.metrics import Metrics
from streams.settings import BrandSettings, Settings

DOCS = Path(__file__).parent


def settings_page() -> str:
    return "\n".join(
        [
            "# Settings",
            "",
            "Read once, from (highest first) the command line, the environment, and `hearout.toml` in the folder of",
            "the installation. In the environment a setting is `HEAROUT_` and its path with `__` between the parts:",
            "`HEAROUT_DESK__PORT=8081`. A secret can also come from a file:",
            "`HEAROUT_WEBHOOK__SECRET_FILE=/run/secrets/hook`.",
            "`hearout config` shows what is in force, secrets masked. This page is written by `docs/generate.py`.",
            *_settings(Settings, ""),
            "",
            "## brands",
            "",
            "A list: each brand is a `[[brands]]` table.",
            "",
            *_table(BrandSettings),
            "",
        ]
    )


def _settings(section: type[BaseModel], path: str) -> Iterator[str]:
    fields = section.model_fields
    inner = {name: f for name, f in fields.items() if isinstance(f.default, BaseModel)}
    if set(fields) - set(inner):
        yield from ("", f"## {path or 'at the top'}", "")
        if section.__doc__ and path:
            yield from (" ".join(section.__doc__.split()), "")
        yield from _table(section)
    for name, field in inner.items():
        yield from _settings(type(field.default), f"{path}.{name}" if path else name)


def _table(section: type[BaseModel]) -> Iterator[str]:
    yield "| setting | default | what it does |"
    yield "| --- | --- | --- |"
    for name, field in section.model_fields.items():
        if field.description:
            yield f"| `{name}` | {_default(field.default)} | {field.description.replace('|', chr(92) + '|')} |"


def _default(value: Any) -> str:
    match value:
        case None | "" | ():
            return "none"
        case bool():
            return f"`{str(value).lower()}`"
        case SecretStr():
            return "set"
        case _ if value is PydanticUndefined:
            return "must be given"
        case _:
            return f"`{value}`"


def metrics_page() -> str:
    lines = [
        "# Metrics",
        "",
        "Every process answers `/metrics` in the Prometheus format: the desk on its own port, `hearout work` and",
        "`hearout poll` on `metrics.port`. Labels never hold post text or names of people. This page is written by",
        "`docs/generate.py`.",
        "",
        "| metric | kind | labels | what it counts |",
        "| --- | --- | --- | --- |",
    ]
    for collector in vars(Metrics()).values():
        if hasattr(collector, "_documentation"):
            suffix = "_total" if collector._type == "counter" else ""
            labels = ", ".join(collector._labelnames) or "none"
            lines.append(f"| `{collector._name}{suffix}` | {collector._type} | {labels} | {collector._documentation} |")
    return "\n".join(lines) + "\n"


def commands_page() -> str:
    lines = ["# Commands", "", "What `--help` says. This page is written by `docs/generate.py`.", ""]
    for path, command in _commands(main, "hearout"):
        context = click.Context(
            command, info_name=path, max_content_width=100, terminal_width=100, help_option_names=["-h", "--help"]
        )
        lines += [f"## {path}", "", "```text", command.get_help(context), "```", ""]
    return "\n".join(lines)


def _commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                yield from _commands(inner, f"{path} {name}")


PAGES = {"settings.md": settings_page, "metrics.md": metrics_page, "commands.md": commands_page}


def stale() -> list[str]:
    """Names of the pages that do not say what the code says."""
    return [
        name
        for name, page in PAGES.items()
        if not (DOCS / name).exists() or (DOCS / name).read_text(encoding="utf-8") != page()
    ]


if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        if found := stale():
            sys.exit(f"stale: {', '.join(found)}; run python docs/generate.py")
    else:
        for name, page in PAGES.items():
            (DOCS / name).write_text(page(), encoding="utf-8")
