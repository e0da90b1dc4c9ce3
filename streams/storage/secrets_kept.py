"""Random bytes walk in; secrets to hand out, and the hashes that are all we keep of them, walk out."""

import base64
import hashlib
import hmac
from collections.abc import Callable

#: Bytes of a secret: 256 bits cannot be guessed, so a fast hash keeps them well.
_BYTES = 32


def new_secret(random_bytes: Callable[[int], bytes], prefix: str = "") -> str:
    return prefix + base64.urlsafe_b64encode(random_bytes(_BYTES)).decode().rstrip("=")


def kept(secret: str) -> bytes:
    """What the database keeps of a secret: its SHA-256."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


def csrf_of(session_secret: str) -> str:
    """The word that forms of this session must carry: only who knows the secret can say it, and it does not tell it."""
    return hmac.new(session_secret.encode("utf-8", "replace"), b"csrf", hashlib.sha256).hexdigest()
