"""`hearout desk`: the web desk alone, in a process of its own."""

import asyncio
from pathlib import Path

import click

from streams.cli.options import home_option, load_settings, plainly
from streams.cli.up import settings_given


@click.command("desk", short_help="Run the web desk.")
@home_option
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 takes a free one.")
@click.option("--bus", type=click.Choice(["embedded", "kafka"]), help="Where posts of the webhook go.")
@click.option("--kafka", metavar="HOST:PORT", help="Kafka's bootstrap servers, with --bus kafka.")
@plainly
def desk(home: Path | None, port: int | None, bus: str | None, kafka: str | None) -> None:
    """Run the web desk, its JSON API, the webhook for posts, and /metrics.

    \b
    Example:
      hearout desk --port 8080
    """
    from streams.bootstrap.desk import run_desk

    asyncio.run(run_desk(load_settings(home, settings_given(bus=bus, kafka=kafka, port=port))))
