"""Each channel against a real server of its protocol, on loopback."""

import asyncio
import hashlib
import hmac
import io
import json
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2
import pytest
from aiosmtpd.controller import Controller
from rich.console import Console

from streams.errors import Refused, Transient
from streams.notify.channels.apprise.channel import AppriseChannel
from streams.notify.channels.console.channel import ConsoleChannel
from streams.notify.channels.email.channel import EmailChannel
from streams.notify.channels.webhook.channel import WebhookChannel
from streams.notify.notices import Way, alerts_for
from streams.notify.ports import Alert
from streams.settings import EmailSettings
from tests.unit.notify.cast import NOW, event, facts, people


def alert(**other: Any) -> Alert:
    way = Way(channel="email", target="ana@example.org")
    (made,) = alerts_for(event(), facts(), people(way), desk_url="http://desk", now=NOW)
    return replace(made, **other)


@dataclass
class Mailbox:
    """A mail server's inbox; answers every recipient with `answer`."""

    answer: str = "250 OK"
    mails: list[Any] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append(envelope)
        return "250 kept"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        box.port = s.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


def email(port: int) -> EmailChannel:
    return EmailChannel(EmailSettings(host="127.0.0.1", port=port, security="none", sender="hearout@example.org"))


async def test_an_email_arrives_with_both_lines_and_the_link(mailbox: Mailbox) -> None:
    """What a handler needs is in the mail."""
    await email(mailbox.port).send([alert()])
    (mail,) = mailbox.mails
    text = mail.content.decode()
    assert mail.rcpt_tos == ["ana@example.org"]
    assert "Message-ID: <c-1.2.ana.email@hearout>" in text
    assert "http://desk/cases/c-1" in text
    assert "Auto-Submitted: auto-generated" in text


async def test_a_posts_text_cannot_write_mail_headers(mailbox: Mailbox) -> None:
    """A line break in a post is no way into the headers."""
    await email(mailbox.port).send([alert(title="x\r\nBcc: everyone@example.org\r\n\r\nhello")])
    (mail,) = mailbox.mails
    assert mail.rcpt_tos == ["ana@example.org"]
    head = mail.content.decode().replace("\r\n", "\n").split("\n\n")[0]
    assert "\nBcc:" not in head


@pytest.mark.parametrize(("answer", "error"), [("550 no such mailbox", Refused), ("451 try later", Transient)])
async def test_the_servers_answer_decides_whether_it_is_tried_again(
    mailbox: Mailbox, answer: str, error: type[Exception]
) -> None:
    """5xx is final, 4xx is not."""
    mailbox.answer = answer
    with pytest.raises(error, match=answer) as refused:
        await email(mailbox.port).send([alert()])
    assert "ana@example.org" not in str(refused.value), "what is logged and shown names no address"


async def test_a_mail_server_that_is_away_is_transient() -> None:
    """Nobody listens on that port."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        with pytest.raises(Transient, match="cannot be reached"):
            await email(s.getsockname()[1]).send([alert()])


async def posting(status: int, seen: list[httpx2.Request]) -> AsyncIterator[httpx2.AsyncClient]:
    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(status)

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer)) as client:
        yield client


async def test_a_webhook_is_signed_over_time_and_body() -> None:
    """A receiver can tell that it is ours, and that it is fresh."""
    seen: list[httpx2.Request] = []
    async for client in posting(200, seen):
        channel = WebhookChannel(client, secret="key", clock=lambda: NOW)
        await channel.send([alert(target="https://hooks.example.org/x")])
    (request,) = seen
    stamp = request.headers["X-Hearout-Timestamp"]
    expected = hmac.new(b"key", stamp.encode() + b"." + request.content, hashlib.sha256).hexdigest()
    assert request.headers["X-Hearout-Signature"] == f"sha256={expected}"
    assert request.headers["Idempotency-Key"] == "c-1/2/ana/email"
    (said,) = json.loads(request.content)["alerts"]
    assert said["case"] == "c-1"
    assert "target" not in said


@pytest.mark.parametrize(("status", "error"), [(500, Transient), (429, Transient), (404, Refused), (401, Refused)])
async def test_a_webhooks_answer_decides_whether_it_is_tried_again(status: int, error: type[Exception]) -> None:
    """The server's fault may pass; ours will not."""
    async for client in posting(status, []):
        with pytest.raises(error):
            await WebhookChannel(client, secret="", clock=lambda: NOW).send([alert(target="https://example.org")])


async def test_a_webhook_address_that_is_none_is_refused() -> None:
    """`not a url` will not become one."""
    async with httpx2.AsyncClient() as client:
        with pytest.raises(Refused):
            await WebhookChannel(client, secret="", clock=lambda: NOW).send([alert(target="not a url")])


async def test_apprise_reaches_a_real_service() -> None:
    """apprise's own json:// service posts to a server we run."""
    heard: asyncio.Queue[bytes] = asyncio.Queue()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(
            next(line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
        )
        heard.put_nowait(await reader.readexactly(length))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        await AppriseChannel().send([alert(target=f"json://127.0.0.1:{port}/")])
        said = json.loads(await asyncio.wait_for(heard.get(), 5))
    assert "broke the vase" in said["title"]
    assert "http://desk/cases/c-1" in said["message"]


async def test_apprise_says_which_fault_is_final() -> None:
    """A URL nobody understands is refused; a service that is away is tried again."""
    with pytest.raises(Refused):
        await AppriseChannel().send([alert(target="nonsense")])
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        with pytest.raises(Transient):
            await AppriseChannel().send([alert(target=f"json://127.0.0.1:{s.getsockname()[1]}/")])


@pytest.mark.parametrize("terminal", [True, False])
async def test_the_console_prints_posts_as_text_without_escape_sequences(terminal: bool) -> None:
    """A post cannot repaint the terminal, nor use rich's own markup."""
    page = io.StringIO()
    console = Console(file=page, width=300, force_terminal=terminal, no_color=True)
    await ConsoleChannel(console).send([alert(title="\x1b[2Jgone [bold]x[/bold]", channel="console")])
    assert "\x1b[2J" not in page.getvalue()
    assert "[bold]x[/bold]" in page.getvalue()
