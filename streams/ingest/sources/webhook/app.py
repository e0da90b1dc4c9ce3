"""HTTP requests walk in; posts walk onto the bus, and an answer walks back once they are safe there."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from streams.clock import Clock
from streams.errors import Transient
from streams.ingest.brands import Brands
from streams.ingest.ports import Publisher
from streams.ingest.sources.webhook.adapter import Delivery, read_delivery, read_withdrawal
from streams.ingest.sources.webhook.auth import (
    SIGNATURE,
    Seen,
    SeenHere,
    bears_token,
    expires,
    is_fresh,
    is_signed,
    signed_at,
)
from streams.ingest.sources.webhook.wire import Invalid, NoJson, read_body
from streams.metrics import Metrics
from streams.records import Deletion, Post
from streams.settings import WebhookSettings

#: Seconds a sender may take for the body, and is asked to wait when the bus is away.
_BODY_SECONDS = 30
_RETRY_AFTER = "5"
#: Faults told at once; who sends a thousand bad posts learns from the first.
_TOLD = 100


class _Answered(Exception):
    """The request is settled early."""

    def __init__(self, status: int, error: str, headers: Mapping[str, str] | None = None) -> None:
        self.response = JSONResponse({"error": error}, status, dict(headers or {}))


def webhook_routes(
    settings: WebhookSettings,
    *,
    publish: Publisher,
    clock: Clock,
    brands: Brands,
    identify: Callable[[str], str],
    metrics: Metrics,
    seen: Seen | None = None,
) -> list[Route]:
    """Return `POST /hooks/posts` and `DELETE /hooks/posts/ID`; both answer 404 while the webhook is off.

    It is off without a token and a secret. A repeated signed request is answered like the first and publishes
    nothing; `seen` remembers signatures, without it this process does.
    """
    hook = _Hook(settings, publish, clock, seen or SeenHere(clock), brands, identify, metrics)
    return [
        Route("/hooks/posts", hook.take, methods=["POST"], name="webhook-posts"),
        Route("/hooks/posts/{native_id:path}", hook.withdraw, methods=["DELETE"], name="webhook-withdraw"),
    ]


@dataclass(frozen=True, slots=True)
class _Hook:
    settings: WebhookSettings
    publish: Publisher
    clock: Clock
    seen: Seen
    brands: Brands
    identify: Callable[[str], str]
    metrics: Metrics

    async def take(self, request: Request) -> Response:
        now = self.clock()
        try:
            trusted = self._admit(request, now)
            if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
                raise _Answered(415, "send application/json")
            body = await self._body(request)
            if not trusted and not is_signed(self.settings, request.headers, body):
                raise _unauthorised()
            # Off the loop: a full body is thousands of posts.
            # What is signed was sent when it was signed, so that a request sent again is no edit.
            sent = now if trusted else signed_at(request.headers)
            delivery = await asyncio.to_thread(self._read, body, now, sent)
            await self._settle(request, now, delivery.records, signed=not trusted)
        except _Answered as answered:
            return answered.response
        answer: dict[str, object] = {
            "accepted": len(delivery.records),
            "ids": [record.id for record in delivery.records],
        }
        return JSONResponse(answer | ({"own": list(delivery.own)} if delivery.own else {}), 202)

    async def withdraw(self, request: Request) -> Response:
        now = self.clock()
        native_id = str(request.path_params["native_id"])
        try:
            trusted = self._admit(request, now)
            if not trusted and not is_signed(self.settings, request.headers, f"DELETE {native_id}".encode()):
                raise _unauthorised()
            try:
                deletion = read_withdrawal(native_id, author=request.query_params.get("author", ""), received=now)
            except Invalid as invalid:
                raise _unprocessable(invalid) from invalid
            await self._settle(request, now, (deletion,), signed=not trusted)
        except _Answered as answered:
            return answered.response
        return JSONResponse({"accepted": 1, "ids": [deletion.id]}, 202)

    def _admit(self, request: Request, now: datetime) -> bool:
        """Return whether the sender is known by token; otherwise the signature has to be looked at, with the body."""
        if not self.settings.enabled or (self.settings.token is None and self.settings.secret is None):
            raise _Answered(404, "not found")
        if bears_token(self.settings, request.headers):
            return True
        if not is_fresh(self.settings, request.headers, now):
            raise _unauthorised()
        return False

    async def _body(self, request: Request) -> bytes:
        """Return the body, never holding more of it than is allowed."""
        limit = self.settings.max_bytes
        too_large = _Answered(413, f"at most {limit} bytes are taken", {"connection": "close"})
        length = request.headers.get("content-length", "")
        if length.isascii() and length.isdigit() and int(length[:20]) > limit:
            raise too_large
        body = bytearray()
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                async for part in request.stream():
                    body += part
                    if len(body) > limit:
                        raise too_large
        except TimeoutError:
            raise _Answered(408, "the body took too long", {"connection": "close"}) from None
        except ClientDisconnect:
            raise _Answered(400, "the body was cut off") from None
        return bytes(body)

    def _read(self, body: bytes, now: datetime, sent: datetime) -> Delivery:
        try:
            return read_delivery(read_body(body), received=now, sent=sent, brands=self.brands, identify=self.identify)
        except NoJson as bad:
            raise _Answered(400, str(bad)) from bad
        except Invalid as invalid:
            raise _unprocessable(invalid) from invalid

    async def _settle(
        self, request: Request, now: datetime, records: Sequence[Post | Deletion], *, signed: bool
    ) -> None:
        """Publish, then remember: a request that failed between may be sent again and is taken."""
        if not records or (signed and await self.seen.has(_used(request))):
            return
        try:
            await self.publish.posts(records)
        except Transient as away:
            raise _Answered(503, f"not taken, try again: {away}", {"retry-after": _RETRY_AFTER}) from away
        for source, number in Counter(record.source for record in records if isinstance(record, Post)).items():
            self.metrics.posts_heard.labels(source).inc(number)
        if signed:
            await self.seen.keep(_used(request), expires(self.settings, request.headers, now))


def _used(request: Request) -> str:
    return request.headers[SIGNATURE].strip().lower()


def _unauthorised() -> _Answered:
    return _Answered(401, "unauthorised", {"www-authenticate": "Bearer"})


def _unprocessable(invalid: Invalid) -> _Answered:
    answered = _Answered(422, "nothing was taken")
    errors = [{"loc": list(fault.loc), "msg": fault.msg} for fault in invalid.faults[:_TOLD]]
    answered.response = JSONResponse({"error": "nothing was taken", "errors": errors}, 422)
    return answered
