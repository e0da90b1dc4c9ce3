"""Alerts by SMTP: a connection per message, in a thread."""

import asyncio
import smtplib
import ssl
from collections.abc import Sequence
from email.message import EmailMessage

from streams.errors import Refused, Transient
from streams.notify.channels.email.message import compose
from streams.notify.ports import Alert
from streams.settings import EmailSettings

#: Seconds for each step of a delivery; there are ten at most.
_TIMEOUT = 8.0


class EmailChannel:
    name = "email"

    def __init__(self, settings: EmailSettings) -> None:
        self._settings = settings

    async def send(self, alerts: Sequence[Alert]) -> None:
        """`target` is the address. Raises `Refused` when the server will never take it, else `Transient`."""
        mail = compose(alerts, sender=self._settings.sender)
        try:
            await asyncio.to_thread(self._deliver, mail)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPSenderRefused) as fault:
            code, said = _answer(fault)
            # A 5xx answer is the server's last word (RFC 5321, 4.2.1).
            if code >= 500:
                raise Refused(f"the mail server refused the message: {code} {said}") from None
            raise Transient(f"the mail server put the message off: {code} {said}") from None
        except smtplib.SMTPAuthenticationError as fault:
            raise Transient("the mail server refused our login; see alerts.email in the settings") from fault
        except (smtplib.SMTPException, OSError) as fault:
            raise Transient(f"the mail server {self._settings.host} cannot be reached: {fault}") from fault

    def _deliver(self, mail: EmailMessage) -> None:
        s = self._settings
        if s.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                s.host, s.port, timeout=_TIMEOUT, context=ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(s.host, s.port, timeout=_TIMEOUT)
        with server:
            if s.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if s.user and s.password is not None:
                server.login(s.user, s.password.get_secret_value())
            server.send_message(mail)


def _answer(fault: Exception) -> tuple[int, str]:
    """Code and words of the server, without the address they are about."""
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(fault.recipients.values()), (550, b""))
    else:
        code, said = getattr(fault, "smtp_code", 0), getattr(fault, "smtp_error", b"")
    words = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    return int(code), " ".join(word for word in words.split() if "@" not in word)[:200]
