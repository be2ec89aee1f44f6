"""Whom a gate trusts to certify issuers: our own authority, and those of other provinces or houses that were imported.

An authority's certificate has the 117 bytes of an issuer's (docs/ride-format.md §3) and is signed by its own key: its number is
that of its key. Fingerprint: SM3 of the 117 bytes, which the two houses compare by another way before anybody imports it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ankang.core.codes.faults import CodeFault
from ankang.core.ride.certificate import SIGNED, Certificate, point_of, read_certificate
from ankang.core.sm import sm2_verify, sm3
from ankang.core.verdicts import Reason


@dataclass(frozen=True, slots=True)
class Authority:
    """``public``: point of 65 bytes; ``ends``: unix seconds from which it counts no more, None for ever.

    ``foreign``: its issuers' custom fields are not ours, and no list of ours knows their riders.
    """

    public: bytes
    ends: int | None = None
    foreign: bool = False


Authorities: TypeAlias = Mapping[int, Authority | bytes]
"""Key number → authority; the bare point stands for one of ours without an end."""


def trusted(authorities: Authorities, kid: int, now: float) -> Authority:
    """The authority with that key number; :class:`CodeFault` ``unknown_authority`` or ``expired_authority``."""
    found = authorities.get(kid)
    if found is None:
        raise CodeFault(Reason.INVALID, "unknown_authority")
    authority = found if isinstance(found, Authority) else Authority(found)
    if authority.ends is not None and now >= authority.ends:
        raise CodeFault(Reason.EXPIRED, "expired_authority")
    return authority


def is_foreign(authorities: Authorities, certificate: bytes, issuer: str | None) -> bool:
    """Whether a checked issuer's certificate is another house's; ``issuer``: our eight digits, None when not known here."""
    read = read_certificate(certificate)
    found = authorities.get(read.kid)
    other = isinstance(found, Authority) and found.foreign
    return other or (issuer is not None and read.issuer != issuer)


def check_authority(raw: bytes, now: float) -> Certificate:
    """What an authority says of itself. :class:`CodeFault`: ``bad_certificate``, ``bad_authority_key`` (no point),
    ``not_self_signed``, ``expired_certificate``. That it is who it says, only the fingerprint can tell.
    """
    certificate = read_certificate(raw)
    public = point_of(certificate.public, "bad_authority_key")
    if not sm2_verify(public, raw[:SIGNED], raw[SIGNED:]):
        raise CodeFault(Reason.INVALID, "not_self_signed")
    if now >= certificate.ends:
        raise CodeFault(Reason.EXPIRED, "expired_certificate")
    return certificate


def fingerprint(raw: bytes) -> bytes:
    """SM3 of a certificate, 32 bytes."""
    return sm3(raw)


def check_certificate(raw: bytes, authorities: Authorities, now: float) -> bytes:
    """The issuer's public key (65 bytes) when an authority that is trusted signed ``raw`` and both are in time; :class:`CodeFault`.

    The first of the three checks, about 0.8 ms.
    """
    certificate = read_certificate(raw)
    authority = trusted(authorities, certificate.kid, now)
    if not sm2_verify(authority.public, raw[:SIGNED], raw[SIGNED:]):
        raise CodeFault(Reason.INVALID, "bad_authority_signature")
    if now >= certificate.ends:
        raise CodeFault(Reason.EXPIRED, "expired_certificate")
    return point_of(certificate.public, "bad_issuer_key")
