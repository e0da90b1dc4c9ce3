"""A request with a token walks in; the handler it stands for walks out."""

from starlette.exceptions import HTTPException
from starlette.requests import Request

from streams.desk.access import visitor_of
from streams.desk.desk import desk_of
from streams.desk.visitor import Visitor


async def caller(request: Request) -> Visitor:
    """Raises 401. A session's cookie opens nothing here, so that no other site can use one."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    desk = desk_of(request)
    handler = await desk.accounts.token(secret.strip()) if scheme.lower() == "bearer" and secret.strip() else None
    visitor = visitor_of(desk.roster, handler) if handler else None
    if visitor is None:
        raise HTTPException(
            401,
            "Send a token: Authorization: Bearer …. Make one with hearout user token NAME.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return visitor
