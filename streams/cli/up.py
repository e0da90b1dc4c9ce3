"""`hearout up`: everything on this machine, in one process."""

import asyncio
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from streams.cli.options import home_option, load_settings, plainly
from streams.settings import listening_for


@click.command("up", short_help="Run everything on this machine.")
@home_option
@click.option("--demo", is_flag=True, help="An invented company with a feed of its own; nothing to configure.")
@click.option("--fast", is_flag=True, help="With --demo: the whole feed at once instead of at its own pace.")
@click.option("--file", "files", multiple=True, metavar="FILE", help="Posts to read: JSONL, CSV, .gz, or - for stdin.")
@click.option("--map", "mapping", multiple=True, metavar="FIELD=COLUMN", help="What a field is called in the files.")
@click.option("--bluesky", "bluesky", multiple=True, metavar="WORDS", help="Listen to Bluesky for this brand.")
@click.option("--jetstream", default="", metavar="URL", help="With --bluesky: another Jetstream, ws:// or wss://.")
@click.option(
    "--until-idle", is_flag=True, help="Leave with status 0 once the files are read and nothing is in flight."
)
@click.option(
    "--bus", type=click.Choice(["embedded", "kafka"]), help="How records travel; default: as in the settings."
)
@click.option("--kafka", metavar="HOST:PORT", help="Kafka's bootstrap servers, with --bus kafka.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port of the desk; 0 takes a free one.")
@click.option("--no-desk", is_flag=True, help="Without the web desk (as with --until-idle).")
@plainly
def up(
    home: Path | None,
    demo: bool,
    fast: bool,
    files: tuple[str, ...],
    mapping: tuple[str, ...],
    bluesky: tuple[str, ...],
    jetstream: str,
    until_idle: bool,
    bus: str | None,
    kafka: str | None,
    port: int | None,
    no_desk: bool,
) -> None:
    """Run everything on this machine: sources, stages, alerts, the clock, and the desk.

    \b
    Examples:
      hearout up --demo
      hearout up --bluesky "my brand"
      hearout up --file reviews.csv --map text=body --map id=review_id
      hearout up --home ./trial --file posts.jsonl --until-idle
      hearout up --home ./trial --file posts.jsonl --until-idle --bus kafka --kafka 127.0.0.1:9092
    """
    from streams.bootstrap.demo import demo_home
    from streams.bootstrap.up import Given, run_up

    if fast and not demo:
        raise click.UsageError("--fast goes with --demo")
    if until_idle and not (files or demo):
        raise click.UsageError("--until-idle needs --file or --demo: other sources never end")
    given = Given(
        files=files,
        mapping=parse_mapping(mapping),
        demo=demo,
        fast=fast or until_idle,
        until_idle=until_idle,
        desk=not (no_desk or until_idle),
    )
    with demo_home(home) if demo else nullcontext(home) as folder:
        settings = load_settings(folder, settings_given(bus=bus, kafka=kafka, port=port))
        if bluesky:
            settings = listening_for(settings, bluesky, jetstream=jetstream)
        asyncio.run(run_up(settings, given))


def settings_given(
    *,
    bus: str | None = None,
    kafka: str | None = None,
    port: int | None = None,
) -> dict[str, Any]:
    """What the command line says, in the shape of the settings."""
    given: dict[str, Any] = {}
    if bus:
        given["bus"] = {"kind": bus}
    if kafka:
        given.setdefault("bus", {})["kafka"] = {"servers": kafka}
    if port is not None:
        given["desk"] = {"port": port}
    return given


def parse_mapping(pairs: tuple[str, ...]) -> dict[str, str]:
    mapping = {}
    for pair in pairs:
        field, equals, column = pair.partition("=")
        if not (field and equals and column):
            raise click.BadParameter(f"{pair!r} is not FIELD=COLUMN, for example text=body", param_hint="--map")
        mapping[field] = column
    return mapping
