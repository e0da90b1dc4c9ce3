"""Settings walk in; the channels alerts can leave through walk out."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx2
from rich.console import Console

from streams.clock import Clock
from streams.notify.channels.apprise.channel import AppriseChannel
from streams.notify.channels.console.channel import ConsoleChannel
from streams.notify.channels.email.channel import EmailChannel
from streams.notify.channels.webhook.channel import WebhookChannel
from streams.notify.ports import Channel
from streams.settings import AlertSettings

#: Seconds to wait for a webhook's answer.
_TIMEOUT = 20.0


@asynccontextmanager
async def open_channels(
    settings: AlertSettings, *, console: Console, clock: Clock
) -> AsyncIterator[Mapping[str, Channel]]:
    """By name. E-mail is there only where a server is set; alerts for a missing channel are tried again and say so."""
    secret = settings.webhook_secret.get_secret_value() if settings.webhook_secret else ""
    async with httpx2.AsyncClient(timeout=_TIMEOUT) as client:
        channels: list[Channel] = [
            ConsoleChannel(console),
            WebhookChannel(client, secret=secret, clock=clock),
            AppriseChannel(),
        ]
        if settings.email.host:
            channels.append(EmailChannel(settings.email))
        yield {channel.name: channel for channel in channels}
