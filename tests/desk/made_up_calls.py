"""A desk in a thread of its own, and calls that schemathesis makes up from the API's description."""

import asyncio
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.desk.world import opened_world, served

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def check_all(book: Path) -> None:
    """Raises on the first call that is answered in another way than described."""
    with desk_in_a_thread(book) as (base, token):
        schema = schemathesis.openapi.from_url(f"{base}/api/v1/openapi.json")
        for found in schema.get_all_operations():
            operation = found.ok()

            @settings(
                max_examples=6,
                deadline=None,
                derandomize=True,
                database=None,
                phases=[Phase.explicit, Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy())
            def call(case: schemathesis.Case) -> None:
                case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)

            call()


@contextmanager
def desk_in_a_thread(book: Path) -> Iterator[tuple[str, str]]:
    """Its address and a token of Ana's."""
    ready: queue.Queue[tuple[str, str] | BaseException] = queue.Queue()
    over = threading.Event()

    async def serve() -> None:
        async with opened_world(book) as world:
            await world.opens("1")
            await world.let_go("2", "you idiots")
            token = await world.accounts.create_token("ana", "made up", world.now)
            async with served(world.app) as base:
                ready.put((base, token))
                await asyncio.to_thread(over.wait)

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as fault:
            ready.put(fault)
            raise

    thread = threading.Thread(target=run)
    thread.start()
    try:
        answer = ready.get(timeout=30)
        if isinstance(answer, BaseException):
            raise answer
        yield answer
    finally:
        over.set()
        thread.join(timeout=30)
