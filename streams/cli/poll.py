"""`hearout poll`: the sources alone, in a process of their own."""

import asyncio
from pathlib import Path

import click

from streams.cli.options import home_option, load_settings, plainly
from streams.cli.up import parse_mapping, settings_given
from streams.settings import listening_for


@click.command("poll", short_help="Run the sources.")
@home_option
@click.option("--file", "files", multiple=True, metavar="FILE", help="Posts to read: JSONL, CSV, .gz, or - for stdin.")
@click.option("--map", "mapping", multiple=True, metavar="FIELD=COLUMN", help="What a field is called in the files.")
@click.option("--bluesky", "bluesky", multiple=True, metavar="WORDS", help="Listen to Bluesky for this brand.")
@click.option("--jetstream", default="", metavar="URL", help="With --bluesky: another Jetstream, ws:// or wss://.")
@click.option(
    "--bus", type=click.Choice(["embedded", "kafka"]), help="How records travel; default: as in the settings."
)
@click.option("--kafka", metavar="HOST:PORT", help="Kafka's bootstrap servers, with --bus kafka.")
@plainly
def poll(
    home: Path | None,
    files: tuple[str, ...],
    mapping: tuple[str, ...],
    bluesky: tuple[str, ...],
    jetstream: str,
    bus: str | None,
    kafka: str | None,
) -> None:
    """Run the sources of the settings and those named here; ends when all of them are at their end.

    Posts go onto the bus; `hearout work` or `hearout up` takes them from there.

    \b
    Examples:
      hearout poll --file posts.jsonl
      hearout poll --bluesky "my brand" --bus kafka --kafka 10.0.0.5:9092
    """
    from streams.bootstrap.poll import run_poll

    settings = load_settings(home, settings_given(bus=bus, kafka=kafka))
    if bluesky:
        settings = listening_for(settings, bluesky, jetstream=jetstream)
    asyncio.run(run_poll(settings, files=files, mapping=parse_mapping(mapping)))
