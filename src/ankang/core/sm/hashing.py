"""SM3 (GB/T 32905), HMAC-SM3 and key derivation, on OpenSSL through ``cryptography``."""

from cryptography.hazmat.primitives import hashes, hmac

_SM3 = hashes.SM3()


def sm3(data: bytes) -> bytes:
    """The 32-byte SM3 digest (GB/T 32905)."""
    digest = hashes.Hash(_SM3)
    digest.update(data)
    return digest.finalize()


class HmacSm3:
    """HMAC-SM3 (RFC 2104 with SM3) under one key; keyed once, then about 1 µs a digest.

    Threads may share it.
    """

    __slots__ = ("_keyed",)

    def __init__(self, key: bytes) -> None:
        self._keyed = hmac.HMAC(key, _SM3)

    def digest(self, message: bytes) -> bytes:
        """The 32-byte tag of ``message``."""
        running = self._keyed.copy()
        running.update(message)
        return running.finalize()


def hmac_sm3(key: bytes, message: bytes) -> bytes:
    """The 32-byte HMAC-SM3 under a key that is used once."""
    running = hmac.HMAC(key, _SM3)
    running.update(message)
    return running.finalize()


def kdf(key: bytes, label: str, context: bytes = b"") -> bytes:
    """A 32-byte key for one purpose: HMAC-SM3(key, label as UTF-8 ‖ 0x00 ‖ context)."""
    return hmac_sm3(key, label.encode() + b"\x00" + context)
