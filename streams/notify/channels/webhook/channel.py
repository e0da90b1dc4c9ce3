"""Alerts as signed JSON to a URL the handler gave.

The signature is HMAC-SHA256 over `timestamp.body`, as the receiving webhook of Hearout takes it; `Idempotency-Key`
is the alert's id, so that a receiver can leave out a doubled one.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence

import httpx2

from streams.clock import Clock
from streams.errors import Refused, Transient
from streams.notify.ports import Alert

#: Answers that a later try may change, besides 5xx (RFC 9110, 15.5.9; RFC 6585, 4; RFC 8470, 5.2).
_PUT_OFF = frozenset({408, 425, 429})


class WebhookChannel:
    name = "webhook"

    def __init__(self, client: httpx2.AsyncClient, *, secret: str, clock: Clock) -> None:
        self._client = client
        self._secret = secret
        self._clock = clock

    async def send(self, alerts: Sequence[Alert]) -> None:
        first = alerts[0]
        body = json.dumps({"alerts": [_public(alert) for alert in alerts]}, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": first.id, **self._signature(body)}
        try:
            answer = await self._client.post(first.target, content=body, headers=headers)
        except (httpx2.UnsupportedProtocol, httpx2.InvalidURL) as fault:
            raise Refused(f"the webhook's address cannot be used: {fault}") from fault
        except httpx2.HTTPError as fault:
            raise Transient(f"the webhook cannot be reached: {type(fault).__name__}") from fault
        if answer.is_success:
            return
        said = f"the webhook answered {answer.status_code}"
        if answer.is_server_error or answer.status_code in _PUT_OFF:
            raise Transient(said)
        raise Refused(said)

    def _signature(self, body: bytes) -> dict[str, str]:
        if not self._secret:
            return {}
        stamp = str(int(self._clock().timestamp()))
        digest = hmac.new(self._secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        return {"X-Hearout-Timestamp": stamp, "X-Hearout-Signature": f"sha256={digest}"}


def _public(alert: Alert) -> dict[str, object]:
    return {
        "id": alert.id,
        "event": alert.event_id,
        "case": alert.case_id,
        "handler": alert.handler,
        "severity": alert.severity,
        "title": alert.title,
        "body": alert.body,
        "url": alert.url,
        "created_at": alert.created_at.isoformat(),
    }
