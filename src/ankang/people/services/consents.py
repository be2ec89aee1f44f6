"""What people agreed to, and what ends when they withdraw it."""

from collections.abc import Iterable
from datetime import datetime

from ankang.base.errors import NotFound

from .. import companions
from ..carriers import void_carriers
from ..models import Consent, Credential
from ..rules import DECLARATION, DECLARATION_VERSION, PURPOSES, REQUIRED_PURPOSES
from .signing_in import void_passes

VERSIONS = {purpose.slug: purpose.version for purpose in PURPOSES} | {DECLARATION: DECLARATION_VERSION}

ASSUMED = frozenset(purpose.slug for purpose in PURPOSES if not purpose.at_application)


def withdraw_consent(person: int, purpose: str, now: datetime) -> bool:
    """Withdraw an agreement; without a required one the code cannot work: credentials, sheets and cards end with it.

    What rests on another office's duty is withdrawn without having been given. False when it was not given.
    Applying again gives it again, and brings the same code.
    """
    live = Consent.objects.filter(person=person, purpose=purpose, withdrawn_at=None)
    withdrawn = live.update(withdrawn_at=now)
    if not withdrawn and purpose in ASSUMED and not Consent.objects.filter(person=person, purpose=purpose).exists():
        Consent.objects.create(person_id=person, purpose=purpose, version=VERSIONS[purpose], granted_at=now, withdrawn_at=now)
        return True
    if withdrawn and purpose in REQUIRED_PURPOSES:
        Credential.objects.filter(person=person, revoked_at=None).update(revoked_at=now)
        void_passes(person, now)
        void_carriers(person, "consent_withdrawn", now)
        companions.end_all(person, "consent_withdrawn", now)
    return bool(withdrawn)


def grant_consent(person: int, purpose: str, now: datetime) -> None:
    """Record an agreement to the present words of ``purpose``; an older version's agreement ends. Raises NotFound."""
    if purpose not in VERSIONS:
        raise NotFound()
    live = Consent.objects.filter(person=person, purpose=purpose, withdrawn_at=None)
    if live.filter(version=VERSIONS[purpose]).exists():
        return
    live.update(withdrawn_at=now)
    Consent.objects.create(person_id=person, purpose=purpose, version=VERSIONS[purpose], granted_at=now)


def grant_consents(person: int, purposes: Iterable[str], now: datetime) -> None:
    """Record agreements to the present words of all these purposes."""
    for purpose in sorted(purposes):
        grant_consent(person, purpose, now)
