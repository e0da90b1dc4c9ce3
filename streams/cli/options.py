"""Options every command shares, and how a command ends when a person has to act."""

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, ParamSpec, TypeVar

import click
from rich.console import Console

from streams import logs, settings
from streams.errors import HearoutError, Misconfigured
from streams.settings import Settings

P = ParamSpec("P")
R = TypeVar("R")

#: Exit statuses: 1 something failed, 2 wrong usage (click's own), 78 wrong configuration (EX_CONFIG of sysexits.h).
FAILED, CONFIGURATION = 1, 78

#: Where tables and notes for people go; plain text when it is no terminal.
err = Console(stderr=True, highlight=False)
out = Console(highlight=False)


def home_option(command: Callable[P, R]) -> Callable[P, R]:
    """`--home DIR`: the folder of the installation, as `home: Path | None`."""
    return click.option(
        "--home",
        type=click.Path(file_okay=False, path_type=Path),
        envvar="HEAROUT_HOME",
        help="Folder of the installation. Also HEAROUT_HOME; default: hearout in your data folder.",
    )(command)


def load_settings(home: Path | None, given: dict[str, Any] | None = None) -> Settings:
    """Settings of the installation, with logging set up as they say. Raises `Misconfigured`."""
    loaded = settings.load(home or settings.default_home(), given=given)
    logs.set_up(loaded.log_format, loaded.log_level)
    return loaded


def plainly(command: Callable[P, R]) -> Callable[P, R]:
    """Errors of ours end a command with their sentence and status, without a traceback."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except HearoutError as fault:
            _end(fault)
        except BaseExceptionGroup as group:
            found = _first_of_ours(group)
            if found is None:
                raise
            _end(found)

    return run


def _end(fault: HearoutError) -> NoReturn:
    err.print(f"[bold red]error:[/] {_escape(str(fault))}", soft_wrap=True)
    sys.exit(CONFIGURATION if isinstance(fault, Misconfigured) else FAILED)


def _first_of_ours(group: BaseExceptionGroup[BaseException]) -> HearoutError | None:
    for fault in group.exceptions:
        if isinstance(fault, HearoutError):
            return fault
        if isinstance(fault, BaseExceptionGroup) and (found := _first_of_ours(fault)):
            return found
    return None


def _escape(text: str) -> str:
    return text.replace("[", "\\[")
