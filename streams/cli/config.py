"""`hearout config`: the settings in force, as the TOML that would give them; secrets masked."""

from pathlib import Path

import click

from streams.cli.options import home_option, load_settings, out, plainly
from streams.settings_view import as_toml


@click.command("config", short_help="Show the settings in force.")
@home_option
@click.option("--changed", is_flag=True, help="Only what differs from the defaults.")
@plainly
def config(home: Path | None, changed: bool) -> None:
    """Show the settings in force, as a hearout.toml; secrets are masked.

    \b
    Example:
      hearout config --changed
      hearout config > hearout.toml.example
    """
    out.print(as_toml(load_settings(home), changed_only=changed), markup=False, soft_wrap=True, end="")
