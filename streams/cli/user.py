"""`hearout user`: who may sign in to the desk; who they are stands in the roster."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import click

from streams.bootstrap.home import Home, open_home
from streams.cli.options import home_option, load_settings, out, plainly
from streams.errors import Refused

T = TypeVar("T")

#: Minutes a sign-in link stays good.
_LINK_MINUTES = 60.0


@click.group("user", short_help="Who may sign in to the desk.")
def user() -> None:
    """Who may sign in to the desk. HANDLER is an id of the roster.

    \b
    Examples:
      hearout user add ana
      hearout user link ana
      hearout user token ana --name dashboard
    """


def _do(home: Path | None, work: Callable[[Home], Awaitable[T]]) -> T:
    async def doing() -> T:
        async with open_home(load_settings(home)) as opened:
            return await work(opened)

    return asyncio.run(doing())


def _known(home: Home, handler: str) -> None:
    if home.roster.handler(handler) is None:
        known = ", ".join(sorted(h.id for h in home.roster.handlers))
        raise Refused(f"there is no handler {handler!r} in the roster; it has: {known}")


password_option = click.option(
    "--password",
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    envvar="HEAROUT_PASSWORD",
    help="Asked for where not given.",
)


@user.command("add")
@click.argument("handler")
@password_option
@home_option
@plainly
def add(handler: str, password: str, home: Path | None) -> None:
    """Let HANDLER sign in with a password (10 characters or more)."""

    async def work(opened: Home) -> None:
        _known(opened, handler)
        await opened.accounts.add_user(handler, password)

    _do(home, work)
    out.print(f"{handler} can sign in now.")


@user.command("password")
@click.argument("handler")
@password_option
@home_option
@plainly
def change(handler: str, password: str, home: Path | None) -> None:
    """Give HANDLER another password; ends all their sessions."""
    _do(home, lambda opened: opened.accounts.set_password(handler, password))
    out.print(f"The password of {handler} is changed, and their sessions are ended.")


@user.command("remove")
@click.argument("handler")
@home_option
@plainly
def remove(handler: str, home: Path | None) -> None:
    """Take HANDLER's password, sessions, links and tokens away."""
    if not _do(home, lambda opened: opened.accounts.remove(handler)):
        raise Refused(f"there is no user {handler!r}")
    out.print(f"{handler} can no longer sign in.")


@user.command("list")
@home_option
@plainly
def list_users(home: Path | None) -> None:
    """Handlers of the roster, and who of them has a password."""

    async def work(opened: Home) -> list[tuple[str, str, bool]]:
        users = set(await opened.accounts.users())
        return [(h.id, h.name, h.id in users) for h in opened.roster.handlers]

    for handler, name, can in _do(home, work):
        out.print(f"{handler:20} {name:30} {'password' if can else '-'}", markup=False)


@user.command("link")
@click.argument("handler")
@home_option
@plainly
def link(handler: str, home: Path | None) -> None:
    """Print a link that signs HANDLER in once, within an hour."""

    async def work(opened: Home) -> str:
        _known(opened, handler)
        secret = await opened.accounts.create_link(handler, opened.clock(), _LINK_MINUTES)
        return f"{opened.settings.desk_url}/enter/{secret}"

    out.print(_do(home, work), markup=False, soft_wrap=True)


@user.command("token")
@click.argument("handler")
@click.option("--name", required=True, help="What the token is for.")
@home_option
@plainly
def token(handler: str, name: str, home: Path | None) -> None:
    """Print a new API token of HANDLER; it is shown this once."""

    async def work(opened: Home) -> str:
        _known(opened, handler)
        return await opened.accounts.create_token(handler, name, opened.clock())

    out.print(_do(home, work), markup=False, soft_wrap=True)


@user.command("tokens")
@click.argument("handler")
@home_option
@plainly
def tokens(handler: str, home: Path | None) -> None:
    """List the API tokens of HANDLER: id, day it was made, name."""
    for one in _do(home, lambda opened: opened.accounts.tokens(handler)):
        out.print(f"{one.id}  {one.created_at:%Y-%m-%d}  {one.name}", markup=False)


@user.command("revoke")
@click.argument("handler")
@click.argument("token_id", metavar="ID")
@home_option
@plainly
def revoke(handler: str, token_id: str, home: Path | None) -> None:
    """Take an API token of HANDLER away, by its id."""
    if not _do(home, lambda opened: opened.accounts.revoke(handler, token_id)):
        raise Refused(f"{handler} has no token {token_id!r}; see `hearout user tokens {handler}`")
    out.print(f"The token {token_id} opens nothing any longer.")
