"""The webhook takes posts from those who know the token or the secret, all of a request or nothing."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from streams.ingest.brands import Brands
from streams.ingest.sources.webhook.app import webhook_routes
from streams.ingest.sources.webhook.auth import signature
from streams.metrics import Metrics
from streams.records import Deletion, Post
from streams.settings import BrandSettings, WebhookSettings
from tests.unit.ingest.doubles import KeptPublisher

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TOKEN = {"authorization": "Bearer let-me-in"}
SECRET = "open-sesame"
PATH = "/hooks/posts"


@dataclass
class Scene:
    settings: WebhookSettings = field(
        default_factory=lambda: WebhookSettings(token=SecretStr("let-me-in"), secret=SecretStr(SECRET), max_bytes=2000)
    )
    publisher: KeptPublisher = field(default_factory=KeptPublisher)
    metrics: Metrics = field(default_factory=Metrics)
    now: datetime = NOON
    app: Starlette | None = None

    async def ask(
        self, body: object = None, *, headers: dict[str, str] = TOKEN, method: str = "POST", path: str = PATH
    ) -> httpx2.Response:
        """Send one request to one and the same app."""
        if self.app is None:
            brands = Brands((BrandSettings(name="Acme", handles=("acme",)),))
            self.app = Starlette(
                routes=webhook_routes(
                    self.settings,
                    publish=self.publisher,
                    clock=lambda: self.now,
                    brands=brands,
                    identify=lambda text: "en",
                    metrics=self.metrics,
                )
            )
        raw = (
            body if isinstance(body, bytes | AsyncIterator) else json.dumps(body).encode() if body is not None else b""
        )
        transport = httpx2.ASGITransport(self.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://desk") as http:
            return await http.request(method, path, content=raw, headers={"content-type": "application/json"} | headers)

    @property
    def ids(self) -> list[str]:
        return [record.id for record in self.publisher.records]


def signed(body: bytes, *, at: datetime = NOON, secret: str = SECRET) -> dict[str, str]:
    timestamp = str(int(at.timestamp()))
    return {"x-hearout-timestamp": timestamp, "x-hearout-signature": signature(secret, timestamp, body)}


POST = {"id": "r-1", "text": "Acme was late", "author": "ana"}


async def test_a_post_is_taken_and_is_safe_before_the_answer() -> None:
    scene = Scene()
    answer = await scene.ask(POST)

    assert (answer.status_code, answer.json()) == (202, {"accepted": 1, "ids": ["webhook:r-1"]})
    (post,) = scene.publisher.records
    assert isinstance(post, Post)
    assert (post.source, post.author, post.brand, post.lang) == ("webhook", "ana", "Acme", "en")
    assert scene.metrics.registry.get_sample_value("hearout_posts_heard_total", {"source": "webhook"}) == 1


async def test_ratings_with_aspects_are_posts() -> None:
    """A kind rating with one bad aspect has a problem to tell."""
    scene = Scene()
    answer = await scene.ask(
        {"posts": [{"id": 1, "rating": 5, "aspects": {"punctuality": 1}}, {"id": "gp:2", "rating": 3}]}
    )

    assert answer.json()["ids"] == ["webhook:1", "gp:2"]
    first = scene.publisher.records[0]
    assert isinstance(first, Post)
    assert (first.rating, first.aspects) == (5.0, {"punctuality": 1.0})


async def test_one_bad_post_refuses_all_with_every_fault() -> None:
    scene = Scene()
    answer = await scene.ask({"posts": [POST, {"id": 2, "rating": 4, "aspects": {"punctuality": 9}}, {"text": 7}, 7]})

    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"loc": ["posts", 1, "aspects", "punctuality"], "msg": "must be between 1 and 5, got 9"},
        {"loc": ["posts", 2, "id"], "msg": "is missing"},
        {"loc": ["posts", 2, "text"], "msg": "must be text, got 7"},
        {"loc": ["posts", 3], "msg": "must be an object"},
    ]
    assert scene.ids == []


@pytest.mark.parametrize(
    ("body", "loc"),
    [
        ([], []),
        ("x", []),
        (5, []),
        ({"posts": []}, ["posts"]),
        ({"posts": {}}, ["posts"]),
        ({"posts": [1]}, ["posts", 0]),
    ],
)
async def test_another_shape_is_told(body: object, loc: list[object]) -> None:
    answer = await Scene().ask(body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["loc"] == loc


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"id": NaN}', b"[" * 1500, b'{"id": ' + b"9" * 1900])
async def test_what_is_no_json_is_told(body: bytes) -> None:
    assert (await Scene().ask(body)).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Bearer wrong"},
        {"authorization": "Basic let-me-in"},
        {"authorization": "Bearer "},
        {"x-hearout-signature": "sha256=00"},
        {"x-hearout-timestamp": "now", "x-hearout-signature": "sha256=00"},
        signed(b"another body"),
        signed(json.dumps(POST).encode(), secret="wrong"),
        signed(json.dumps(POST).encode(), at=NOON - timedelta(seconds=301)),
        signed(json.dumps(POST).encode(), at=NOON + timedelta(seconds=301)),
    ],
)
async def test_strangers_learn_nothing(headers: dict[str, str]) -> None:
    """Each gets the same answer, whatever is wrong."""
    scene = Scene()
    answer = await scene.ask(POST, headers=headers)
    assert (answer.status_code, answer.json()) == (401, {"error": "unauthorised"})
    assert scene.ids == []


async def test_a_signed_request_is_taken_once() -> None:
    """A retry gets the same answer and does nothing; when it is too old it is a stranger's."""
    scene = Scene()
    body = json.dumps(POST).encode()
    first = await scene.ask(body, headers=signed(body))
    again = await scene.ask(body, headers=signed(body))
    scene.now = NOON + timedelta(seconds=301)
    late = await scene.ask(body, headers=signed(body))

    assert first.status_code == again.status_code == 202
    assert first.json() == again.json()
    assert scene.ids == ["webhook:r-1"]
    assert late.status_code == 401


async def test_a_request_that_failed_may_be_signed_and_sent_again() -> None:
    """Only what is safe on the bus counts as used."""
    scene = Scene(publisher=KeptPublisher(away=1))
    body = json.dumps(POST).encode()
    away = await scene.ask(body, headers=signed(body))
    back = await scene.ask(body, headers=signed(body))

    assert (away.status_code, away.headers["retry-after"]) == (503, "5")
    assert back.status_code == 202
    assert scene.ids == ["webhook:r-1"]


async def test_large_bodies_are_refused_unread() -> None:
    """By what they say of themselves, and by counting where they say nothing."""
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 500
            yield b" " * 500

    scene = Scene()
    assert (await scene.ask(b" " * 2001)).status_code == 413
    answer = await scene.ask(endless())
    assert answer.status_code == 413
    assert sent < 10_000


async def test_only_json_is_taken() -> None:
    assert (await Scene().ask(POST, headers=TOKEN | {"content-type": "text/plain"})).status_code == 415
    assert (
        await Scene().ask(POST, headers=TOKEN | {"content-type": "application/json; charset=utf-8"})
    ).status_code == 202


@pytest.mark.parametrize("settings", [WebhookSettings(), WebhookSettings(enabled=False, token=SecretStr("let-me-in"))])
async def test_without_token_and_secret_or_turned_off_nothing_is_there(settings: WebhookSettings) -> None:
    assert (await Scene(settings=settings).ask(POST)).status_code == 404


async def test_the_same_id_later_is_an_edit() -> None:
    """Versions grow with the time of receipt, and within one request."""
    scene = Scene()
    await scene.ask({"posts": [POST, POST | {"text": "edited"}]})
    scene.now += timedelta(seconds=1)
    await scene.ask(POST | {"text": "again"})

    versions = [record.version for record in scene.publisher.records if isinstance(record, Post)]
    assert versions == sorted(set(versions))


def versions(scene: Scene) -> list[int]:
    return [record.version for record in scene.publisher.records if isinstance(record, Post)]


async def test_a_signed_request_sent_again_to_another_process_is_no_edit() -> None:
    """Its versions are of the time it was signed, whoever takes it and when; what is signed later is newer."""
    scene = Scene()
    body = json.dumps(POST).encode()
    later = signed(body, at=NOON + timedelta(seconds=1))
    for headers in (signed(body), later, signed(body)):
        scene.app = None  # as after a restart: nothing is remembered
        scene.now += timedelta(seconds=2)
        assert (await scene.ask(body, headers=headers)).status_code == 202
    first, second, again = versions(scene)
    assert first == again < second


async def test_a_version_in_the_row_is_the_posts_whenever_it_comes() -> None:
    """So a request sent again by token is a repeat too."""
    scene = Scene()
    for _ in range(2):
        await scene.ask({"posts": [POST | {"version": 4}, POST | {"updated_at": "2026-11-22T11:59:00Z"}]})
        scene.now += timedelta(seconds=1)
    assert versions(scene) == [4, 1_795_348_740_000_000] * 2


async def test_a_post_can_be_withdrawn() -> None:
    """By token, or signed for exactly this id."""
    scene = Scene()
    path = f"{PATH}/shop%2Fr-1?author=ana"
    answer = await scene.ask(method="DELETE", path=path)
    assert (answer.status_code, answer.json()["ids"]) == (202, ["webhook:shop/r-1"])
    assert (await scene.ask(method="DELETE", path=path, headers=signed(b"DELETE shop/r-1"))).status_code == 202
    for headers in ({}, signed(b""), signed(b"DELETE shop/r-2")):
        assert (await scene.ask(method="DELETE", path=path, headers=headers)).status_code == 401
    deletion = Deletion(id="webhook:shop/r-1", source="webhook", author="ana", deleted_at=NOON)
    assert scene.publisher.records == [deletion, deletion]


async def test_our_own_posts_are_left_out_and_said_to_be() -> None:
    scene = Scene()
    answer = await scene.ask({"posts": [POST, {"id": 2, "text": "Sorry!", "author": "@Acme"}]})
    assert answer.json() == {"accepted": 1, "ids": ["webhook:r-1"], "own": ["webhook:2"]}
