"""Names walk in; which of them training must not see walks out, the same every time."""

import hashlib

#: One of so many read posts, and groups of written pairs, is kept for calibration and measuring.
PART = 8


def kept_apart(name: str) -> bool:
    return drawn(name, PART) == 0


def drawn(name: str, count: int) -> int:
    """A number below `count`, by a hash of the name."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest(), "big") % count
