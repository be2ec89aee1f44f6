"""The phone's hash chain (architecture.md "Codes"): one link a minute, shown backwards from the anchor.

A link is SM3 truncated to 16 bytes, applied again and again to a seed that never leaves the phone. The
phone gives away only the last link, the anchor. At step *n* of the epoch it shows link 1,440 − *n*, and
anyone can hash that *n* times forward to the anchor; nobody can hash backwards to what comes next.
"""

from hmac import compare_digest

from cryptography.hazmat.primitives import hashes

LENGTH = 1_440
SEED_BYTES = 16

_EMPTY = hashes.Hash(hashes.SM3())


def walk(preimage: bytes, steps: int) -> bytes:
    """``preimage`` (16 bytes) hashed ``steps`` times, each result cut to its first 16 bytes."""
    if len(preimage) != SEED_BYTES or steps < 0:
        raise ValueError("a link has 16 bytes and is walked forward only")
    for _ in range(steps):
        digest = _EMPTY.copy()
        digest.update(preimage)
        preimage = digest.finalize()[:SEED_BYTES]
    return preimage


def link(seed: bytes, number: int) -> bytes:
    """Link ``number`` (0 = the seed … 1,440 = the anchor)."""
    if number > LENGTH:
        raise ValueError("the chain has 1440 links")
    return walk(seed, number)


def anchor(seed: bytes) -> bytes:
    """The last link, which goes into the signed pass."""
    return walk(seed, LENGTH)


def reveals(preimage: bytes, step: int, anchor: bytes) -> bool:
    """Whether ``preimage`` is the link for ``step`` (0 … 1,439) of the chain that ends in ``anchor``."""
    return compare_digest(walk(preimage, step), anchor)
