"""Tokens of machines: one way for all kinds (decision 0022). 32 random bytes behind a prefix that names the kind.

The database keeps HMAC-SM3 of a token and never the token; each has an end and can be revoked. A secret scanner finds
them by their prefix: ``akf_`` sends feeds (exchange), ``aks_`` acts for a member of staff (staff).
"""

import secrets

from ankang.core.base64url import to_base64url
from ankang.trust.keyring import keyring

FEED, STAFF = "akf_", "aks_"
_LABELS = {FEED: "feed token", STAFF: "staff token"}


def new_token(kind: str) -> str:
    """A fresh token of ``kind``; show it once."""
    return kind + to_base64url(secrets.token_bytes(32))


def blind_of(token: str) -> bytes:
    """What is stored of a token (HMAC-SM3, 32 bytes); its kind is part of it."""
    return keyring().blind(_LABELS[token[:4]], token)


def bearer_of(authorization: str) -> str:
    """The token of an ``Authorization: Bearer …`` header, or the empty string."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
