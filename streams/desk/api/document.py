"""The API's description for programs (OpenAPI 3.1), made of the types it answers with."""

from functools import cache
from typing import Any, get_args

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from streams.cases.case import Case
from streams.desk.acts import ACTS
from streams.desk.api.cases import ListedCases, WholeCase
from streams.desk.api.posts import Judged, ListedPosts
from streams.desk.api.shown import ShownPost
from streams.desk.api.speech import answer
from streams.desk.auditing import FINE, PROBLEM
from streams.desk.views.audit import KINDS
from streams.desk.words import CHANNELS, MARKS, OUTCOMES
from streams.records import Verdict
from streams.storage.pages import BookNumbers, View

_REF = "#/components/schemas/{name}"

#: What the fields of acts are, where they are more than text.
_FIELDS: dict[str, Any] = {
    "channel": {"type": "string", "enum": list(CHANNELS)},
    "reached": {"type": "string", "enum": ["yes", "no"]},
    "turned_constructive": {"type": "boolean"},
    "outcome": {"type": "string", "enum": list(OUTCOMES)},
    "mark": {"type": "string", "enum": list(MARKS)},
    "due": {"type": "string", "format": "date-time"},
    "follow_up_due": {"type": "string", "format": "date-time"},
}


async def show(request: Request) -> Response:
    return answer(document())


@cache
def document() -> dict[str, Any]:
    _, schemas = msgspec.json.schema_components(
        (ListedCases, WholeCase, Case, ShownPost, ListedPosts, Judged, BookNumbers),
        schema_hook=_anything,
        ref_template=_REF,
    )
    schemas["Error"] = {
        "type": "object",
        "required": ["error"],
        "properties": {
            "error": {
                "type": "object",
                "required": ["code", "message"],
                "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
            }
        },
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Hearout desk", "version": "1"},
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "paths": _reads() | _writes(),
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _reads() -> dict[str, Any]:
    return {
        "/cases": {
            "get": _read("Lists cases.", "ListedCases", [_view(), _text("q"), _text("lang"), _verdict(), *_paged()])
        },
        "/cases/{case_id}": {
            "get": _read("One case with its posts, events and alerts.", "WholeCase", [_path("case_id")])
        },
        "/posts/{post_id}": {"get": _read("One post, its scores and how it ended.", "ShownPost", [_path("post_id")])},
        "/audit": {
            "get": _read("Posts that were let go and nobody has looked at.", "ListedPosts", [_kind(), *_paged()])
        },
        "/numbers": {"get": _read("Numbers of the case book.", "BookNumbers", [_number("days", 366)])},
    }


def _writes() -> dict[str, Any]:
    summary = "Says whether a post was rightly let go."
    paths = {"/audit/{post_id}": {"post": _write(summary, "Judged", [_path("post_id")], _judgement(), "judge")}}
    for name, act in ACTS.items():
        fields = {field: _FIELDS.get(field, {"type": "string", "maxLength": 5000}) for field in act.fields}
        body = {"type": "object", "properties": fields}
        paths[f"/cases/{{case_id}}/{name}"] = {
            "post": _write(f"Act on a case: {name}.", "Case", [_path("case_id")], body, name)
        }
    return paths


def _anything(_: type) -> dict[str, Any]:
    """Data of events is of any kind (`object`)."""
    return {"description": "Anything JSON can hold."}


def _read(summary: str, schema: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    return {"summary": summary, "parameters": parameters, "responses": _responses(schema)}


def _write(
    summary: str, schema: str, parameters: list[dict[str, Any]], body: dict[str, Any], name: str
) -> dict[str, Any]:
    return {
        "summary": summary,
        "operationId": name,
        "parameters": parameters,
        "requestBody": {"required": bool(body.get("required")), "content": {"application/json": {"schema": body}}},
        "responses": _responses(schema),
    }


def _responses(schema: str) -> dict[str, Any]:
    good = {"description": "Done.", "content": {"application/json": {"schema": {"$ref": _REF.format(name=schema)}}}}
    error = {"application/json": {"schema": {"$ref": _REF.format(name="Error")}}}
    bad = {
        "400": "What was sent cannot be read.",
        "401": "No token, or one that is not known.",
        "403": "The case belongs to another team.",
        "404": "There is no such thing.",
        "413": "The body is too large.",
        "422": "The case does not allow this now; the message says why.",
        "503": "The case book is away; try again.",
    }
    return {"200": good, **{status: {"description": words, "content": error} for status, words in bad.items()}}


def _path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


def _text(name: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": {"type": "string"}}


def _number(name: str, most: int) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": most}}


def _paged() -> list[dict[str, Any]]:
    return [_number("limit", 200), _text("after")]


def _view() -> dict[str, Any]:
    return {
        "name": "view",
        "in": "query",
        "schema": {"type": "string", "enum": list(get_args(View)), "default": "mine"},
    }


def _verdict() -> dict[str, Any]:
    return {"name": "verdict", "in": "query", "schema": {"type": "string", "enum": [v.value for v in Verdict]}}


def _kind() -> dict[str, Any]:
    return {"name": "kind", "in": "query", "schema": {"type": "string", "enum": list(KINDS)}}


def _judgement() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["as"],
        "properties": {"as": {"type": "string", "enum": [FINE, PROBLEM]}},
    }
