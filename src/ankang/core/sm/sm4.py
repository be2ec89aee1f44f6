"""SM4 (GB/T 32907).

Single blocks, a keystream, authenticated sealing, on OpenSSL through ``cryptography``.
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_NONCE = 12
_TAG = 16


class SealBroken(Exception):
    """Sealed bytes were changed, cut, or opened with another key or other associated data."""


class Sm4Block:
    """SM4 (GB/T 32907) on single blocks of 16 bytes under one 16-byte key."""

    __slots__ = ("_decryptor", "_encryptor")

    def __init__(self, key: bytes) -> None:
        # A raw block permutation is what pseudonyms and credentials need: every block is used alone.
        cipher = Cipher(algorithms.SM4(key), modes.ECB())  # noqa: S305
        self._encryptor = cipher.encryptor()
        self._decryptor = cipher.decryptor()

    def encrypt(self, block: bytes) -> bytes:
        """The 16-byte cipher block of a 16-byte block."""
        return self._encryptor.update(_one_block(block))

    def decrypt(self, block: bytes) -> bytes:
        """The inverse of :meth:`encrypt`."""
        return self._decryptor.update(_one_block(block))


def _one_block(block: bytes) -> bytes:
    if len(block) != 16:
        raise ValueError("an SM4 block has 16 bytes")
    return block


def sm4_ctr_keystream(key: bytes, counter: bytes, size: int) -> bytes:
    """``size`` bytes of SM4-CTR keystream.

    ``counter`` is the first block (16 bytes), counted up big-endian.
    """
    return Cipher(algorithms.SM4(key), modes.CTR(counter)).encryptor().update(bytes(size))


def seal(key: bytes, plaintext: bytes, aad: bytes) -> bytes:
    """SM4-GCM: random nonce (12 bytes) ‖ ciphertext ‖ tag (16 bytes), bound to ``aad``."""
    nonce = secrets.token_bytes(_NONCE)
    encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(aad)
    return nonce + encryptor.update(plaintext) + encryptor.finalize() + encryptor.tag


def unseal(key: bytes, sealed: bytes, aad: bytes) -> bytes:
    """The plaintext of :func:`seal`; :class:`SealBroken` when anything differs."""
    if len(sealed) < _NONCE + _TAG:
        raise SealBroken("too short")
    decryptor = Cipher(algorithms.SM4(key), modes.GCM(sealed[:_NONCE], sealed[-_TAG:])).decryptor()
    decryptor.authenticate_additional_data(aad)
    try:
        return decryptor.update(sealed[_NONCE:-_TAG]) + decryptor.finalize()
    except InvalidTag:
        raise SealBroken("changed, or another key") from None
