"""The command `hearout`: every process starts here; each command is a file, and parses, calls, and nothing else."""

import importlib

import click

from streams import __version__

#: Commands in the order of `hearout --help`, and what each line says; a command is imported when it is asked for.
_COMMANDS = (
    "up", "poll", "work", "desk", "score", "evaluate", "learn", "export",
    "topics", "dead-letters", "doctor", "config", "migrate", "user",
)  # fmt: skip


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        command = getattr(importlib.import_module(f"streams.cli.{name}"), name)
        assert isinstance(command, click.Command)  # noqa: S101 - each file holds the command of its name
        return command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="hearout")
def main() -> None:
    """Hearout hears public complaints, finds the real problem inside the insult, and puts it in front of one person
    who can act, with a deadline. Nothing is ever sent to a customer by the machine.

    \b
    Try:
      hearout up --demo                     an invented company, nothing to configure
      hearout up --bluesky "my brand"       your own, live
      hearout doctor                        what is wrong, and what to type
    """
