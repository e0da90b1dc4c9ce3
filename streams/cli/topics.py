"""`hearout topics`: what the topics on Kafka must look like, and making them so."""

import asyncio
from contextlib import closing
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from streams.bootstrap.home import open_home
from streams.bus.admin import Admin
from streams.bus.manifest import VERSION
from streams.bus.plan import Finding, Remedy
from streams.cli.options import FAILED, home_option, load_settings, out, plainly
from streams.settings import KafkaSettings, Settings

#: Exit status of `plan` when the broker differs from the manifest.
DIFFERENT = 3

_SAYS = {
    Remedy.APPLY: "`hearout topics apply` sets it",
    Remedy.GROW: "needs --grow-partitions, which breaks the order of what is already there",
    Remedy.BY_HAND: "cannot be changed here; use Kafka's own tools",
}

kafka_option = click.option("--kafka", "servers", metavar="HOST:PORT", help="Bootstrap servers, comma separated.")


@click.group("topics", short_help="Topics on Kafka: plan and apply.")
def topics() -> None:
    """Compare the topics on Kafka with what Hearout needs, and make them so.

    Only for installations with `bus.kind = "kafka"`; the embedded bus needs no topics.

    \b
    Examples:
      hearout topics plan --kafka kafka-1:9092
      hearout topics apply --kafka kafka-1:9092
    """


@topics.command(short_help="Show what would change.")
@home_option
@kafka_option
@plainly
def plan(home: Path | None, servers: str | None) -> None:
    """Show how the topics on Kafka differ from what Hearout needs. Changes nothing.

    Leaves with 0 when they are as they must be, with 3 when they differ, with 1 when Kafka does not answer.

    \b
    Example:
      hearout topics plan --kafka kafka-1:9092
    """
    settings = _settings(home, servers)
    with closing(Admin(servers=settings.servers, prefix=settings.prefix)) as admin:
        findings = _plan(admin, settings)
    _show(findings, settings)
    if not all(each.is_ok for each in findings):
        raise SystemExit(DIFFERENT)


@topics.command(short_help="Create and change topics.")
@home_option
@kafka_option
@click.option(
    "--grow-partitions", is_flag=True, help="Add partitions too, although records of one key then change place."
)
@plainly
def apply(home: Path | None, servers: str | None, grow_partitions: bool) -> None:
    """Create missing topics and set what differs. Doing it twice does no harm.

    Leaves with 0 when the topics are as they must be, with 1 when something is left that has to be done otherwise.

    \b
    Example:
      hearout topics apply --kafka kafka-1:9092
    """
    settings = _settings(home, servers)
    with closing(Admin(servers=settings.servers, prefix=settings.prefix)) as admin:
        changes = admin.apply(_plan(admin, settings), grow=grow_partitions)
        left = _plan(admin, settings)
    for change in changes:
        out.print(change, markup=False, soft_wrap=True)
    if not changes:
        out.print("nothing to do", markup=False)
    if not all(each.is_ok for each in left):
        _show(left, settings)
        raise SystemExit(FAILED)


def _settings(home: Path | None, servers: str | None) -> KafkaSettings:
    """With the prefix this installation really uses."""
    given: dict[str, Any] = {"bus": {"kafka": {"servers": servers}}} if servers else {}
    settings = load_settings(home, given)
    kafka = settings.bus.kafka
    return kafka if kafka.prefix else kafka.model_copy(update={"prefix": asyncio.run(_prefix(settings))})


async def _prefix(settings: Settings) -> str:
    async with open_home(settings) as opened:
        return opened.prefix


def _plan(admin: Admin, settings: KafkaSettings) -> tuple[Finding, ...]:
    return admin.plan(partitions=settings.partitions, replication=settings.replication)


def _show(findings: tuple[Finding, ...], settings: KafkaSettings) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("topic", no_wrap=True, overflow="fold")
    for name in ("state", "what", "is", "must be", "how"):
        table.add_column(name)
    for finding in findings:
        name, spec = finding.spec.name, finding.spec
        if finding.missing:
            shape = f"{spec.partitions} partitions, replication {spec.replication}"
            table.add_row(name, "[yellow]missing[/]", "", "", shape, "`hearout topics apply` creates it")
        elif finding.is_ok:
            table.add_row(name, "[green]ok[/]")
        for each in finding.differences:
            table.add_row(name, "[yellow]differs[/]", each.what, each.found, each.wanted, _SAYS[each.remedy])
    out.print(f"Kafka at {settings.servers}, manifest version {VERSION}", markup=False)
    out.print(table)
