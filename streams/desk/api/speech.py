"""JSON in and out: a request's body and parameters walk in as checked values, values walk out as responses."""

from collections.abc import Mapping

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

#: Bodies of the API are a few typed sentences.
_MOST_BYTES = 100_000


def answer(value: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value, order="deterministic"), status, media_type="application/json")


async def body(request: Request) -> Mapping[str, str]:
    """A flat JSON object as the form it stands for; raises 400 and 413."""
    whole = bytearray()
    async for chunk in request.stream():
        whole += chunk
        if len(whole) > _MOST_BYTES:
            raise HTTPException(413, f"The body is larger than {_MOST_BYTES} bytes.")
    try:
        found = msgspec.json.decode(bytes(whole) or b"{}", type=dict[str, str | bool | None])
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise HTTPException(400, f"The body must be a JSON object of texts and booleans: {wrong}.") from None
    return {name: _written(value) for name, value in found.items() if value is not None}


def number(request: Request, name: str, default: int, *, most: int) -> int:
    """A whole number from 1 to `most`; raises 400."""
    given = request.query_params.get(name)
    if given is None:
        return default
    if not (given.isascii() and given.isdecimal() and len(given) < 10 and 1 <= int(given) <= most):
        raise HTTPException(400, f"{name} must be a whole number from 1 to {most}.")
    return int(given)


def choice(request: Request, name: str, default: str, known: tuple[str, ...]) -> str:
    """One of `known`; raises 400."""
    given = request.query_params.get(name, default)
    if given != default and given not in known:
        raise HTTPException(400, f"{name} must be one of {', '.join(known)}.")
    return given


def _written(value: str | bool | None) -> str:
    return value if isinstance(value, str) else "yes" if value else "no"
