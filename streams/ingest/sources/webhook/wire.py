"""A request body walks in; rows walk out, each with its place in the body, or what is wrong with it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from streams.errors import Refused
from streams.ingest.rows import Fault


class NoJson(Refused):
    """The body cannot be read at all."""


class Invalid(Refused):
    """The body can be read, and is not what it should be."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    #: Where the row stands in the body: `("posts", 3)`; empty for a single post.
    loc: tuple[str | int, ...]
    #: None where something else than an object stands there.
    fields: Mapping[str, object] | None


def read_body(body: bytes) -> tuple[Placed, ...]:
    """Return the rows of one post, or of `{"posts": […]}`. Raises `NoJson` and `Invalid`."""
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except UnicodeDecodeError as fault:
        raise NoJson(f"the body is not UTF-8 at byte {fault.start + 1}") from fault
    except json.JSONDecodeError as fault:
        raise NoJson(f"the body is no JSON: {fault.msg} at character {fault.pos + 1}") from fault
    except (ValueError, RecursionError) as fault:
        raise NoJson("the body holds numbers or nesting that cannot be read") from fault
    if not isinstance(value, dict):
        raise Invalid((Fault(loc=(), msg="must be a post, or an object with a list of posts"),))
    if "posts" not in value:
        return (Placed(loc=(), fields=value),)
    posts = value["posts"]
    if not isinstance(posts, list) or not posts:
        raise Invalid((Fault(loc=("posts",), msg="must be a list with at least one post"),))
    return tuple(
        Placed(loc=("posts", at), fields=post if isinstance(post, dict) else None) for at, post in enumerate(posts)
    )


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")
