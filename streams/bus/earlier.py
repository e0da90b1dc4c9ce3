"""Earlier forms of what travels: data as an old version wrote it walks in, the next version's form walks out.

Each function is pure, takes the dict that JSON gave and returns a new one. A `KeyError` or `TypeError` says that it
was not of that version. Once released, a version and its upcaster stay: logs and dead letters outlive releases.
"""

from collections.abc import Callable, Mapping
from typing import Any

Data = dict[str, Any]


def post_1_to_2(data: Data) -> Data:
    """Version 1 had `stars` for `rating`, did not number edits, and did not say when it was heard."""
    later = {name: value for name, value in data.items() if name != "stars"}
    return later | {"rating": data.get("stars"), "version": 0, "heard_at": data["created_at"]}


def scored_post_1_to_2(data: Data) -> Data:
    """The post inside was one of version 1."""
    return data | {"post": post_1_to_2(data["post"])}


#: By kind and the version that is read: what makes the next one of it.
UPCASTERS: Mapping[tuple[str, int], Callable[[Data], Data]] = {
    ("post", 1): post_1_to_2,
    ("scored_post", 1): scored_post_1_to_2,
}
