"""`hearout work`: stream workers, as many as there are partitions."""

import asyncio
from pathlib import Path

import click

from streams.cli.options import home_option, load_settings, plainly
from streams.cli.up import settings_given

STAGES = ("score", "triage", "relay", "notify", "send", "keep", "clock")


@click.command("work", short_help="Run stream workers.")
@click.argument("stages", nargs=-1, type=click.Choice(STAGES))
@home_option
@click.option(
    "--bus", type=click.Choice(["embedded", "kafka"]), help="How records travel; default: as in the settings."
)
@click.option("--kafka", metavar="HOST:PORT", help="Kafka's bootstrap servers, with --bus kafka.")
@plainly
def work(stages: tuple[str, ...], home: Path | None, bus: str | None, kafka: str | None) -> None:
    """Run the workers of STAGES (all without any). Over Kafka, start as many as you like; on SIGTERM each finishes
    its batch and leaves.

    `clock` raises overdue deadlines and hands out waiting cases; `clock`, `relay` and `send` work in one process at a
    time, the others stand by.

    \b
    Examples:
      hearout work
      hearout work score --bus kafka --kafka 10.0.0.5:9092
    """
    from streams.bootstrap.work import run_work

    asyncio.run(run_work(load_settings(home, settings_given(bus=bus, kafka=kafka)), stages or STAGES))
