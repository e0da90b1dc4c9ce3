"""Alerts printed where Hearout runs, for one machine and for the demo."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from streams.notify.ports import Alert

_COLOURS = {4: "bold red", 3: "red", 2: "yellow", 1: "cyan"}


class ConsoleChannel:
    name = "console"

    def __init__(self, console: Console) -> None:
        self._console = console

    async def send(self, alerts: Sequence[Alert]) -> None:
        """Three lines each: title, body, link. Post text is printed as text, control characters left out."""
        for alert in alerts:
            title, body = _printable(alert.title), _printable(alert.body)
            if not self._console.is_terminal:
                # Laying out for a terminal takes a millisecond an alert; a pipe has no use for it.
                self._console.file.write(f"● {alert.handler}  {title}\n  {body}\n  {alert.url}\n")
                continue
            lines = Text()
            lines.append("● ", style=_COLOURS.get(alert.severity, ""))
            lines.append(f"{alert.handler}  ", style="bold")
            lines.append(f"{title}\n")
            lines.append(f"  {body}\n  ", style="dim")
            lines.append(alert.url, style="underline")
            self._console.print(lines, soft_wrap=True)
        self._console.file.flush()


def _printable(text: str) -> str:
    """Escape sequences in a post must not reach the terminal."""
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)
