"""Masked names that a gate shows of people whose code it did not see: companions, and members of a group.

The house stores names encrypted under data keys that no gate has. So the *masked* name is sealed for the gates: SM4-GCM
under a key derived from the key of cards, which both sides hold, bound to the person's number.
"""

from ankang.core.masking import MASKED_NAME_BYTES
from ankang.core.sm import SealBroken, kdf, seal, unseal


def gate_names_key(card_secret: bytes) -> bytes:
    """The key (16 bytes) for masked names, from the newest key of purpose ``card``."""
    return kdf(card_secret, "gate-names")[:16]


def seal_name(key: bytes, person: int, masked: str) -> bytes:
    """The masked name, at most 9 UTF-8 bytes, sealed for the gates."""
    return seal(key, masked.encode()[:MASKED_NAME_BYTES], _bound(person))


def open_name(key: bytes, person: int, sealed: bytes) -> bytes:
    """The masked name in UTF-8; empty when it was sealed with another key or for somebody else."""
    try:
        return unseal(key, sealed, _bound(person))
    except SealBroken:
        return b""


def _bound(person: int) -> bytes:
    return b"gate-name" + person.to_bytes(8, "big")
