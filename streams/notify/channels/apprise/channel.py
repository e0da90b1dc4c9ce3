"""Alerts through any service apprise knows; `target` is an apprise URL. apprise blocks, so it runs in a thread."""

import asyncio
from collections.abc import Sequence

import apprise

from streams.errors import Refused, Transient
from streams.notify.ports import Alert

_TYPES = {4: apprise.NotifyType.FAILURE, 3: apprise.NotifyType.WARNING}


class AppriseChannel:
    name = "apprise"

    async def send(self, alerts: Sequence[Alert]) -> None:
        """Raises `Refused` for a URL apprise does not understand, `Transient` when the service did not take it."""
        first = alerts[0]
        service = apprise.Apprise()
        if not service.add(first.target):
            raise Refused("apprise does not understand the target of this channel; see the roster")
        title = first.title if len(alerts) == 1 else f"{len(alerts)} alerts"
        body = "\n\n".join(
            f"{a.body}\n{a.url}" if len(alerts) == 1 else f"{a.title}\n{a.body}\n{a.url}" for a in alerts
        )
        taken = await asyncio.to_thread(
            service.notify,
            title=title,
            body=body,
            notify_type=_TYPES.get(first.severity, apprise.NotifyType.INFO),
            body_format=apprise.NotifyFormat.TEXT,
        )
        if not taken:
            raise Transient(f"the service behind {service[0].service_name or 'the channel'} did not take the message")
