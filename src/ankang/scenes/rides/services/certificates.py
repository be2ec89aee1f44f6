"""The issuer's certificate, made by our test authority, and what gates need to trust it.

A house that the ministry's authority certifies stores that certificate instead of making one; nothing else changes.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from ankang.core.ride import Certificate as Signed
from ankang.core.ride import sign_certificate
from ankang.core.sm import Sm2Signer, compressed
from ankang.passage.lists.publishing import issuer
from ankang.trust.keyring import keyring

from ..models import Certificate, ForeignAuthority
from ..rules import CERTIFICATE_MONTHS, RENEW_DAYS, month_after
from .authorities import foreign_authorities, public_of

_LOCK = 7_103


def issuer_digits() -> str:
    """Our number in ride codes: the province's six digits and 01."""
    return f"{issuer() or 0:06}01"


def ensure_certificate(now: datetime) -> tuple[bytes, Sm2Signer]:
    """The certificate (117 bytes) of the newest issuer key with its signer; made when there is none that lasts."""
    ring, digits = keyring(), issuer_digits()
    authority_kid, authority = ring.ride_signer("ride_authority")
    issuer_kid, signer = ring.ride_signer("ride_issuer")
    known = Certificate.objects.filter(
        authority_kid=authority_kid, issuer_kid=issuer_kid, issuer=digits, ends_at__gt=now + timedelta(days=RENEW_DAYS)
    ).order_by("-pk")
    found = known.first()
    if found is None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            found = known.first() or _make(authority_kid, authority, issuer_kid, signer, digits, now)
    return bytes(found.raw), signer


def prepare_certificate(now: datetime) -> None:
    """Make the certificate ahead of the first ride, once the house knows its province."""
    if issuer() is not None:
        ensure_certificate(now)


def public_keys(now: datetime) -> dict[str, Any]:
    """What a transit gate is set up with: the authorities' keys, our issuer number, and the keys that sign lists."""
    ring = keyring()
    ours = ring.ride_authorities()
    return {
        "authorities": _rows(ours) + [_foreign(row) for row in foreign_authorities(now) if row.ends_at > now and row.kid not in ours],
        "issuer": issuer_digits(),
        "keys": _rows(ring.code_keys()),
        "revoked": "/.well-known/ankang-ride-revoked.akr",
        "lists": "/g/v1/lists",
    }


def _make(
    authority_kid: int, authority: Sm2Signer, issuer_kid: int, signer: Sm2Signer, digits: str, now: datetime
) -> Certificate:
    serial = Certificate.objects.count() + 1
    month = month_after(now.year, now.month, CERTIFICATE_MONTHS)
    signed = Signed(authority_kid, digits, month, serial, compressed(signer.public))
    return Certificate.objects.create(
        authority_kid=authority_kid,
        issuer_kid=issuer_kid,
        issuer=digits,
        raw=sign_certificate(signed, authority),
        made_at=now,
        ends_at=datetime.fromtimestamp(signed.ends, UTC),
    )


def _foreign(row: ForeignAuthority) -> dict[str, Any]:
    more = {"foreign": True, "issuer": row.issuer, "not_after": int(row.ends_at.timestamp())}
    return {"kid": row.kid, "alg": "SM2", "public": public_of(row).hex(), **more, "fingerprint": bytes(row.fingerprint).hex()}


def _rows(keys: dict[int, bytes]) -> list[dict[str, Any]]:
    return [{"kid": kid, "alg": "SM2", "public": public.hex()} for kid, public in keys.items()]
