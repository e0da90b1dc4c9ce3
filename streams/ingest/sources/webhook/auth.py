"""A request's headers and body walk in; whether its sender knows our token or secret walks out.

A signature is `sha256=` and the hex HMAC-SHA256, under the secret, of the timestamp, a dot, and what is signed: the
body of a POST, or `DELETE ` and the id. The timestamp counts seconds since 1970 and is sent along.
"""

import hmac
import re
from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Protocol

from streams.clock import Clock
from streams.settings import WebhookSettings

TIMESTAMP = "x-hearout-timestamp"
SIGNATURE = "x-hearout-signature"

_SECONDS = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?")


class Seen(Protocol):
    """Which signatures were used, so that the same signed request acts once."""

    async def has(self, signature: str) -> bool: ...

    async def keep(self, signature: str, until: datetime) -> None:
        """Remembers it at least `until`, when it expires by itself."""
        ...


class SeenHere:
    """Remembers in this process; enough where one process answers, for as long as it runs."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: OrderedDict[str, datetime] = OrderedDict()

    async def has(self, signature: str) -> bool:
        return self._until.get(signature, self._clock()) > self._clock()

    async def keep(self, signature: str, until: datetime) -> None:
        now = self._clock()
        while self._until and next(iter(self._until.values())) <= now:
            self._until.popitem(last=False)
        self._until[signature] = until


def bears_token(settings: WebhookSettings, headers: Mapping[str, str]) -> bool:
    """Whether the request has our bearer token."""
    if settings.token is None:
        return False
    scheme, _, sent = headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and _same(sent.strip(), settings.token.get_secret_value())


def is_fresh(settings: WebhookSettings, headers: Mapping[str, str], now: datetime) -> bool:
    """Whether the request claims to be signed, not longer ago than is allowed. To be asked before its body is read."""
    if settings.secret is None or SIGNATURE not in headers:
        return False
    sent = headers.get(TIMESTAMP, "")
    return bool(_SECONDS.fullmatch(sent)) and abs(now.timestamp() - float(sent)) <= settings.max_age


def is_signed(settings: WebhookSettings, headers: Mapping[str, str], signed: bytes) -> bool:
    """Whether the signature is ours, over the timestamp and `signed`."""
    if settings.secret is None:
        return False
    expected = signature(settings.secret.get_secret_value(), headers.get(TIMESTAMP, ""), signed)
    return _same(headers.get(SIGNATURE, "").strip().lower(), expected)


def signature(secret: str, timestamp: str, signed: bytes) -> str:
    """Return the header's value."""
    return f"sha256={hmac.new(secret.encode(), timestamp.encode() + b'.' + signed, 'sha256').hexdigest()}"


def signed_at(headers: Mapping[str, str]) -> datetime:
    """Return when the sender says it signed; only of a request that `is_fresh`."""
    return datetime.fromtimestamp(float(headers[TIMESTAMP]), UTC)


def expires(settings: WebhookSettings, headers: Mapping[str, str], now: datetime) -> datetime:
    """Return when the signature is too old to be used again."""
    ahead = max(0.0, float(headers.get(TIMESTAMP, "0")) - now.timestamp())
    return now + timedelta(seconds=settings.max_age + ahead + 1)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "surrogateescape"), other.encode("utf-8", "surrogateescape"))
