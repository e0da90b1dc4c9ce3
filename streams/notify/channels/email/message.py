"""Alerts of one person as one e-mail: a subject and plain text."""

from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import format_datetime

from streams.notify.ports import Alert


def compose(alerts: Sequence[Alert], *, sender: str) -> EmailMessage:
    """`Message-ID` is derived from the first alert, so that a mail client folds a doubled mail into one."""
    first = alerts[0]
    mail = EmailMessage()
    mail["Subject"] = _one_line(first.title if len(alerts) == 1 else f"{len(alerts)} alerts; first: {first.title}")
    mail["From"] = sender
    mail["To"] = first.target
    mail["Date"] = format_datetime(first.created_at)
    mail["Message-ID"] = f"<{first.id.replace('/', '.')}@hearout>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("\n\n".join(f"{a.title}\n{a.body}\n{a.url}" for a in alerts) + "\n")
    return mail


def _one_line(text: str) -> str:
    """A subject with a line break would be a way into the headers."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200]
