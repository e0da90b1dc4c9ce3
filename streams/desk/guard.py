"""A POST walks in; its form walks out once it is sure that this desk's own page sent it."""

from hmac import compare_digest

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request

from streams.desk.access import check_origin, signed_in
from streams.desk.visitor import Visitor

#: Forms of the desk have few fields and no files.
_MOST_FIELDS = 40


async def open_form(request: Request) -> FormData:
    """Before anybody is signed in; raises 403 and 400."""
    check_origin(request)
    return await request.form(max_files=0, max_fields=_MOST_FIELDS)


async def guarded_form(request: Request) -> tuple[Visitor, FormData]:
    """Of a signed-in visitor; raises `SignInFirst`, 403 and 400."""
    check_origin(request)
    visitor = await signed_in(request)
    form = await request.form(max_files=0, max_fields=_MOST_FIELDS)
    token = form.get("csrf")
    if not isinstance(token, str) or not compare_digest(token.encode(), visitor.csrf.encode()):
        raise HTTPException(403, "This page was open for too long. Reload it and send the form again.")
    return visitor, form
