"""A post walks in; whether we wrote it ourselves walks out."""

from collections.abc import Collection

from streams.records import Post


def is_own(post: Post, own_handles: Collection[str]) -> bool:
    """`own_handles` are names as `own_handle` writes them. A name shown is no proof: anybody can call themselves us."""
    author = own_handle(post.author)
    return author in own_handles or f"{post.source}:{author}" in own_handles


def own_handle(handle: str) -> str:
    """A handle as settings have it (`@Acme`, `bluesky:acme.com`), in the form that is compared."""
    return handle.strip().casefold().removeprefix("@").replace(":@", ":", 1)
