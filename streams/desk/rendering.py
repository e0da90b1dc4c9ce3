"""A template's name and a view walk in; a page walks out. Everything is escaped, and a missing name is an error."""

import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from streams.desk.desk import desk_of
from streams.desk.visitor import Visitor

STATIC = Path(__file__).parent / "static"


@cache
def environment() -> Environment:
    """Compiled templates, the same for every desk of this process."""
    pages = Environment(
        loader=PackageLoader("streams.desk"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    marks = {file.relative_to(STATIC).as_posix(): _fingerprint(file) for file in STATIC.rglob("*") if file.is_file()}
    pages.globals["static"] = lambda name: f"/static/{name}?v={marks[name]}"
    return pages


def page(
    request: Request,
    template: str,
    view: object,
    *,
    visitor: Visitor | None = None,
    section: str = "",
    status: int = 200,
    error: str = "",
    headers: dict[str, str] | None = None,
) -> HTMLResponse:
    desk = desk_of(request)
    told = {"view": view, "visitor": visitor, "section": section, "error": error, "now": desk.clock().isoformat()}
    return HTMLResponse(
        desk.pages.get_template(template).render(told),
        status_code=status,
        headers=headers,
    )


def _fingerprint(file: Path) -> str:
    """So that a browser keeps a file for as long as it stays the same."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:10]
