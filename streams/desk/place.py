"""A `next=` address from a request walks in; a path on this desk, safe to send a browser to, walks out."""

from urllib.parse import urlsplit

HOME = "/inbox"


def safe_next(wanted: str) -> str:
    """`wanted` when it is a path on this desk, else the inbox.

    Browsers read `//host`, `/\\host` and control characters as other places, so none of them passes.
    """
    if not wanted.startswith("/") or wanted.startswith("//") or "\\" in wanted or len(wanted) > 2000:
        return HOME
    if any(ord(letter) <= 32 or ord(letter) == 127 for letter in wanted):
        return HOME
    parts = urlsplit(wanted)
    if parts.scheme or parts.netloc or parts.path.startswith(("//", "/sign-", "/enter/", "/live")):
        return HOME
    return wanted


def safe_link(url: str) -> str:
    """A post's own address when a browser may follow it (http or https, with a host), else empty."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.hostname and url.isprintable() else ""


def same_origin(origin: str, *, base_url: str, host: str, scheme: str) -> bool:
    """Whether a request's `Origin` is this desk: as it is published, or as this request reached it."""
    published = urlsplit(base_url)
    return origin in (f"{published.scheme}://{published.netloc}", f"{scheme}://{host}")
