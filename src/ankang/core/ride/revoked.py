"""The list of authorisations that no longer count, for gates without a network: small, signed, with a time limit.

An authorisation lives a day at most, so the list forgets by itself. An entry is the first eight bytes of a payment account,
which is drawn anew for each authorisation and tells nobody who it was (docs/ride-format.md §8).
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from ankang.core.codes.faults import CodeFault
from ankang.core.ride.authority import Authorities, check_certificate, is_foreign
from ankang.core.ride.layout import ALGORITHM, CERTIFICATE, SIGNATURE
from ankang.core.sm import Sm2Signer, sm2_verify
from ankang.core.verdicts import Reason

_MAGIC = b"AKR\x01"
_FIXED = 4 + CERTIFICATE + 12
ENTRY = 8
MOST = 1_000_000
"""Entries; a longer file is refused unread."""


@dataclass(frozen=True, slots=True)
class Revoked:
    """``issued`` orders the lists, ``next_update`` ends this one (unix seconds); ``entries`` are sorted."""

    issued: int
    next_update: int
    entries: tuple[bytes, ...]

    def __contains__(self, account: bytes) -> bool:
        place = bisect_left(self.entries, account[:ENTRY])
        return self.entries[place : place + 1] == (account[:ENTRY],)


def seal_revoked(
    accounts: Iterable[bytes], issued: int, next_update: int, certificate: bytes, issuer: Sm2Signer
) -> bytes:
    """The file: magic ‖ certificate ‖ issued 4 ‖ next update 4 ‖ count 4 ‖ entries, 8 bytes each ‖ signature 65."""
    entries = sorted({account[:ENTRY] for account in accounts})
    times = issued.to_bytes(4, "big") + next_update.to_bytes(4, "big")
    signed = _MAGIC + certificate + times + len(entries).to_bytes(4, "big") + b"".join(entries)
    return signed + bytes((ALGORITHM,)) + issuer.sign(signed)


def read_revoked(data: bytes, authorities: Authorities, now: float, latest: int = 0) -> Revoked:
    """The list in ``data``; :class:`CodeFault` when it is not whole, not signed, or older than ``latest`` (a list held
    before). Whether it is fresh is asked when it answers.
    """
    count = int.from_bytes(data[_FIXED - 4 : _FIXED], "big")
    end = _FIXED + ENTRY * count
    if data[:4] != _MAGIC or count > MOST or len(data) != end + SIGNATURE or data[end] != ALGORITHM:
        raise CodeFault(Reason.INVALID, "bad_revocations")
    issuer = check_certificate(data[4 : 4 + CERTIFICATE], authorities, now)
    if is_foreign(authorities, data[4 : 4 + CERTIFICATE], None):
        raise CodeFault(Reason.INVALID, "foreign_issuer")
    if not sm2_verify(issuer, data[:end], data[end + 1 :]):
        raise CodeFault(Reason.INVALID, "bad_issuer_signature")
    issued, next_update = (int.from_bytes(data[_FIXED - n : _FIXED - n + 4], "big") for n in (12, 8))
    if issued < latest:
        raise CodeFault(Reason.INVALID, "rollback")
    entries = tuple(data[place : place + ENTRY] for place in range(_FIXED, end, ENTRY))
    if any(one >= other for one, other in zip(entries, entries[1:], strict=False)):
        raise CodeFault(Reason.INVALID, "bad_revocations")
    return Revoked(issued, next_update, entries)
