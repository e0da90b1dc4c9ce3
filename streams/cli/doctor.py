"""`hearout doctor`: what is wrong with an installation, and what to type."""

import asyncio
import sys
from pathlib import Path

import click
from rich.text import Text

from streams.checks import Finding, State
from streams.cli.options import FAILED, home_option, load_settings, out, plainly
from streams.cli.up import settings_given

_SIGNS = {State.OK: ("✓", "green"), State.WARNING: ("!", "yellow"), State.WRONG: ("✗", "bold red")}


@click.command("doctor", short_help="What is wrong, and what to type.")
@home_option
@click.option(
    "--bus", type=click.Choice(["embedded", "kafka"]), help="How records travel; default: as in the settings."
)
@click.option("--kafka", metavar="HOST:PORT", help="Kafka's bootstrap servers, with --bus kafka.")
@plainly
def doctor(home: Path | None, bus: str | None, kafka: str | None) -> None:
    """Check settings, folder, case book, roster, rules, model, bus, sources and channels.

    Leaves with status 1 when something is wrong; warnings alone are no failure.

    \b
    Example:
      hearout doctor --home ./trial
    """
    from streams.bootstrap.doctor import examine

    findings = asyncio.run(examine(load_settings(home, settings_given(bus=bus, kafka=kafka))))
    for finding in findings:
        out.print(_line(finding), soft_wrap=True)
    wrong = sum(finding.state is State.WRONG for finding in findings)
    warnings = sum(finding.state is State.WARNING for finding in findings)
    out.print(Text(f"\n{_count(wrong, 'fault')}, {_count(warnings, 'warning')}.", style="bold"))
    if wrong:
        sys.exit(FAILED)


def _line(finding: Finding) -> Text:
    sign, style = _SIGNS[finding.state]
    line = Text.assemble((f"{sign} ", style), finding.said)
    if finding.state is not State.OK:
        line.append(f"  ({finding.id})", style="dim")
        line.append(f"\n    → {finding.hint}")
    return line


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
