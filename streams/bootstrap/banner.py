"""What `hearout up` tells at its start and at its end."""

from collections import Counter

from rich.console import Console
from rich.text import Text

from streams.bootstrap.home import Home
from streams.storage.tallies import alert_tally, case_tally, post_tally

#: Minutes the printed sign-in link stays good.
_LINK_MINUTES = 12 * 60.0


async def show(home: Home, console: Console, *, demo: bool) -> None:
    """Where the desk is; for the demo, and for a person at a terminal, with a link that signs the first handler in."""
    who = home.roster.handlers[0]
    if not (demo or console.is_terminal):
        # What is printed may end in a log, where a link that signs in has no business.
        console.print(f"The desk: {home.settings.desk_url}  (sign in: hearout user link {who.id})", soft_wrap=True)
        return
    secret = await home.accounts.create_link(who.id, home.clock(), _LINK_MINUTES)
    lines = Text("\n")
    if demo:
        lines.append("Plumela cleans homes, and the public has opinions. ", style="bold")
        lines.append("Posts arrive for five minutes; alerts appear below and in the desk.\n\n")
    lines.append(f"Sign in as {who.name}:\n  ", style="bold")
    lines.append(f"{home.settings.desk_url}/enter/{secret}", style="underline cyan")
    lines.append("\n")
    if demo:
        lines.append('\nNext, on real posts: hearout up --bluesky "my brand". Ctrl-C stops.\n', style="dim")
    console.print(lines, soft_wrap=True)


async def sum_up(home: Home) -> None:
    """On stderr: what became of the posts. The exports have it all."""
    effects: Counter[str] = Counter(await post_tally(home.engine))
    alerts: Counter[str] = Counter(await alert_tally(home.engine))
    cases = await case_tally(home.engine)
    console = Console(stderr=True, highlight=False)
    console.print(
        f"{sum(effects.values())} posts: {effects['opened']} opened a case, {effects['joined']} joined one, "
        f"{effects['let_go']} let go, {effects['refused']} refused. {cases} cases, {alerts['sent']} alerts sent"
        + (f", {alerts['failed']} alerts failed" if alerts["failed"] else "")
        + ".",
        soft_wrap=True,
    )
    letters = (await home.inbox.numbers(home.clock(), days=1)).dead_letters
    if letters:
        console.print(f"{letters} lines or records could not be used: see `hearout dead-letters list`.", soft_wrap=True)
