"""Authorities of other houses: imported with two people, trusted until they end (docs/ride-format.md §2).

Whoever is trusted here can make codes that every gate of ours takes as authentic, so the asker and the decider both hold
``rides.authorities`` for the whole province. To end one takes one person: that is the safe direction.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ankang.base.approvals import SUBJECTS, Subject, ask_approval
from ankang.base.errors import BadInput, NotAllowed, NotFound
from ankang.base.models import Approval
from ankang.base.permissions import may
from ankang.core.codes import CodeFault
from ankang.core.ride import Authorities, Authority, check_authority, fingerprint, point_of
from ankang.core.sm import sm3
from ankang.places.services.policy_book import is_of_the_province, province
from ankang.trust.keyring import keyring

from ..errors import AuthorityKnown, AuthorityNotTrusted, AuthorityNumberTaken, CertificateRefused
from ..models import ForeignAuthority
from ..rules import CERTIFICATE_BYTES

PERMISSION, SUBJECT = "rides.authorities", "ride_authority"
LIVE = ("pending", "approved")


@dataclass(frozen=True)
class Preview:
    """What a certificate says, before anybody trusts it. ``fingerprint``: SM3, hex in groups of four."""

    raw: bytes
    kid: int
    issuer: str
    serial: int
    public: str
    ends_at: datetime
    fingerprint: str


def preview_authority(raw: bytes, by: Any, now: datetime) -> Preview:
    """Read a certificate of 117 bytes; nothing is kept.

    Raises NotAllowed, CertificateRefused, AuthorityNumberTaken, AuthorityKnown.
    """
    _require_province(by)
    if len(raw) != CERTIFICATE_BYTES:
        raise CertificateRefused(details={"certificate": "truncated" if len(raw) < CERTIFICATE_BYTES else "oversized"})
    try:
        read = check_authority(raw, now.timestamp())
    except CodeFault as fault:
        raise CertificateRefused(details={"certificate": fault.detail}) from None
    if ForeignAuthority.objects.filter(fingerprint=fingerprint(raw), state__in=LIVE).exists():
        raise AuthorityKnown()
    taken = ForeignAuthority.objects.filter(kid=read.kid, state__in=LIVE, ends_at__gt=now).exists()
    if taken or read.kid in keyring().ride_authorities():
        raise AuthorityNumberTaken(details={"number": read.kid})
    digest = fingerprint(raw).hex()
    groups = " ".join(digest[at : at + 4] for at in range(0, len(digest), 4))
    return Preview(raw, read.kid, read.issuer, read.serial, read.public.hex(), datetime.fromtimestamp(read.ends, UTC), groups)


@transaction.atomic
def import_authority(raw: bytes, name: str, reason: str, by: Any, now: datetime) -> ForeignAuthority:
    """Ask that a second person agrees to trust it. Raises as :func:`preview_authority`, and BadInput (no name, no reason)."""
    seen = preview_authority(raw, by, now)
    faults = {field: "required" for field, text in (("name", name), ("reason", reason)) if not text.strip()}
    if faults:
        raise BadInput(details={"fields": faults})
    ForeignAuthority.objects.filter(kid=seen.kid, state="approved", ends_at__lte=now).update(state="ended", ended_at=now)
    try:
        with transaction.atomic():
            made = ForeignAuthority.objects.create(
                kid=seen.kid, name=name.strip()[:80], issuer=seen.issuer, raw=raw, fingerprint=fingerprint(raw),
                reason=reason.strip()[:500], asked_by=by.pk, asked_by_name=by.get_full_name() or by.username,
                asked_at=now, ends_at=seen.ends_at,
            )  # fmt: skip
    except IntegrityError:
        raise AuthorityNumberTaken(details={"number": seen.kid}) from None
    made.approval = ask_approval(
        SUBJECT,
        str(made.pk),
        digest_of(made),
        by,
        region=province(),
        permission=PERMISSION,
        summary={"zh": f"信任外省乘车码机构 {made.name}", "en": f"Trust the ride authority {made.name}"},
        now=now,
        note=made.reason,
    ).pk
    made.save(update_fields=["approval"])
    return made


def end_authority(number: int, why: str, by: Any, now: datetime) -> ForeignAuthority:
    """Trust it no more, from now on. Raises NotAllowed, NotFound, BadInput (no reason), AuthorityNotTrusted."""
    _require_province(by)
    if not why.strip():
        raise BadInput(details={"fields": {"reason": "required"}})
    with transaction.atomic():
        row = ForeignAuthority.objects.select_for_update().filter(pk=number).first()
        if row is None:
            raise NotFound()
        if row.state != "approved":
            raise AuthorityNotTrusted()
        row.state, row.ended_at, row.ended_why = "ended", now, why.strip()[:500]
        row.ended_by_name = by.get_full_name() or by.username
        row.save(update_fields=["state", "ended_at", "ended_why", "ended_by_name"])
    return row


def imported_authorities(by: Any) -> QuerySet[ForeignAuthority]:
    """All of them, newest first. Raises NotAllowed."""
    if not may(by, PERMISSION):
        raise NotAllowed(details={"permission": PERMISSION})
    return ForeignAuthority.objects.order_by("-asked_at", "-pk")


def foreign_authorities(at: datetime) -> QuerySet[ForeignAuthority]:
    """Those that were trusted at that moment, but for their own end."""
    rows = ForeignAuthority.objects.filter(state__in=["approved", "ended"], decided_at__lte=at)
    return rows.filter(Q(ended_at=None) | Q(ended_at__gt=at)).order_by("kid")


def authorities_at(at: datetime) -> Authorities:
    """Everybody whom gates could trust at that moment, by key number; where numbers clash ours is meant."""
    found: dict[int, Authority | bytes] = {}
    for row in foreign_authorities(at):
        found[row.kid] = Authority(public_of(row), int(row.ends_at.timestamp()), foreign=True)
    return found | keyring().ride_authorities()


def public_of(row: ForeignAuthority) -> bytes:
    """The point of 65 bytes."""
    return point_of(check_authority(bytes(row.raw), 0).public, "bad_authority_key")


def digest_of(row: ForeignAuthority) -> bytes:
    """SM3 of what is decided: the certificate, byte by byte, and what it is said to be."""
    return sm3(b"\0".join((bytes(row.raw), row.name.encode(), row.reason.encode())))


def authority_decided(approval: Approval, now: datetime) -> None:
    """What a closed approval does."""
    rows = ForeignAuthority.objects.filter(pk=int(approval.reference), state="pending")
    rows.update(state=approval.state, decided_at=now)


def register() -> None:
    """Name the subject of the two-person rule."""
    address = lambda reference: f"{reverse('ride_authorities')}#a{reference}"
    SUBJECTS[SUBJECT] = Subject(SUBJECT, _("authority of ride codes"), address, authority_decided)


def _require_province(by: Any) -> None:
    if not may(by, PERMISSION) or not is_of_the_province(by, PERMISSION):
        raise NotAllowed(details={"permission": PERMISSION})
