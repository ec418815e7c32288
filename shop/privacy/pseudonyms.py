"""Names that stand for somebody: the same each time, and nobody without the key can turn back."""

import hashlib
import hmac

_LENGTH = 32


def pseudonym(kind: str, name: str, *, key: str) -> str:
    """The keyed hash (HMAC-SHA256) of an id.

    Args:
        kind: customer, session or conversation: the same id of another kind is somebody else.
        key: SHOPKEEPER_SECRET_KEY.
    """
    told = f"privacy:{kind}:{name}".encode()
    return hmac.new(key.encode(), told, hashlib.sha256).hexdigest()[:_LENGTH]
