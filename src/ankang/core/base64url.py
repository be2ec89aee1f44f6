"""Base64url without padding (RFC 4648 §5), read strictly: one text for one value."""

from base64 import urlsafe_b64decode, urlsafe_b64encode


def to_base64url(data: bytes) -> str:
    """The text of ``data`` in the URL alphabet, without ``=``."""
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """The bytes of ``text``; ``ValueError`` unless it is exactly what :func:`to_base64url` would write."""
    data = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    if to_base64url(data) != text:
        raise ValueError("not canonical base64url")
    return data
