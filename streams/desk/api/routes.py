"""The API's map, below `/api/v1`."""

from collections.abc import Sequence

from starlette.routing import BaseRoute, Route

from streams.desk.api import cases, document, numbers, posts


def routes() -> Sequence[BaseRoute]:
    return (
        Route("/openapi.json", document.show),
        Route("/cases", cases.list_cases),
        Route("/cases/{case_id}", cases.get_case),
        Route("/cases/{case_id}/{act}", cases.act_on_case, methods=["POST"]),
        Route("/posts/{post_id:path}", posts.get_post),
        Route("/audit", posts.list_audit),
        Route("/audit/{post_id:path}", posts.judge_post, methods=["POST"]),
        Route("/numbers", numbers.get_numbers),
    )
