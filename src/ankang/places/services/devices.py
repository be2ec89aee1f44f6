"""Devices: enter, pair once with a short-lived code, revoke. A credential dies with its generation."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, QuerySet

from ankang.base.errors import NotFound
from ankang.base.services import bump_revision
from ankang.trust.keyring import keyring

from ..errors import DeviceRevoked, PairingExpired, PairingUnknown, PairingUsed
from ..models import Checkpoint, Device, Organisation
from ..rules import CREDENTIAL_DAYS, PAIRING_MINUTES
from .organisations import check_words, organisations_of

_PAIRING_LABEL = "places.pairing"
_TOKEN_MOST = 100


@dataclass(frozen=True)
class Pairing:
    """A pairing code just made. ``token`` exists nowhere else; the table keeps its keyed digest."""

    device: Device
    token: str
    expires_at: datetime

    def address(self, public_url: str) -> str:
        """The address behind the pairing QR. What follows ``#`` never leaves the phone that opens it."""
        return f"{public_url}/scanner#pair={self.token}"


@dataclass(frozen=True)
class Paired:
    """A device that just paired, with its bearer credential."""

    device: Device
    bearer: str
    expires_at: datetime


def devices_of(by: Any, permission: str) -> QuerySet[Device]:
    """The devices on which ``by`` (a user; None is the system itself) holds ``permission``."""
    rows = Device.objects.filter(organisation__in=organisations_of(by, permission))
    return rows.select_related("organisation", "checkpoint")


def fetch_device(pk: int, by: Any, permission: str = "devices.view") -> Device:
    """The device, if ``by`` may; raises NotFound."""
    found = devices_of(by, permission).filter(pk=pk).first()
    if found is None:
        raise NotFound(details={"device": pk})
    return found


def enrol_device(
    place: Checkpoint | Organisation, name: str, by: Any, now: datetime, kind: str = "scanner", lane: str = ""
) -> Pairing:
    """Enter a device at a checkpoint, or at an organisation for all its doors, and make its pairing code.

    ``lane`` says which of a door's lanes it stands at; all lanes of a checkpoint share one replay window.

    Raises NotFound when ``by`` may not enrol there, BadInput for an empty name.
    """
    check_words(name=name, lane=lane)
    checkpoint = place if isinstance(place, Checkpoint) else None
    organisation = place.organisation if isinstance(place, Checkpoint) else place
    if not organisations_of(by, "devices.enrol").filter(pk=organisation.pk).exists():
        raise NotFound(details={"organisation": organisation.pk})
    device = Device.objects.create(
        organisation=organisation,
        checkpoint=checkpoint,
        name=name.strip(),
        kind=kind,
        lane=lane.strip(),
        created_at=now,
        created_by=getattr(by, "pk", None),
    )
    return _make_pairing(device, now)


def renew_pairing(pk: int, by: Any, now: datetime) -> Pairing:
    """Make a new pairing code, which voids the one before. The device works on until the new code is used.

    Raises NotFound and DeviceRevoked.
    """
    return _make_pairing(fetch_device(pk, by, "devices.enrol"), now)


def pair_device(token: str, label: str, now: datetime) -> Paired:
    """Use a pairing code, once, and give the device its credential; a credential it had before is void.

    Raises PairingUnknown, PairingUsed, PairingExpired and DeviceRevoked.
    """
    digest = keyring().blind(_PAIRING_LABEL, token[:_TOKEN_MOST])
    won = Device.objects.filter(
        pairing_digest=digest, pairing_used_at=None, pairing_expires_at__gt=now, revoked_at=None
    ).update(
        pairing_used_at=now,
        enrolled_at=now,
        generation=F("generation") + 1,
        label=label.strip()[:_TOKEN_MOST],
    )
    device = Device.objects.select_related("organisation", "checkpoint").filter(pairing_digest=digest).first()
    if not won:
        raise _pairing_problem(device)
    assert device is not None
    bump_revision("places")
    expires = now + timedelta(days=CREDENTIAL_DAYS)
    bearer = (
        keyring()
        .credentials()
        .issue("device", device.pk, device.generation, int(now.timestamp()), int(expires.timestamp()))
    )
    return Paired(device, bearer, expires)


def revoke_device(pk: int, by: Any, now: datetime) -> bool:
    """Take the device's credential and pairing code away for good; False when someone else already did."""
    fetch_device(pk, by, "devices.enrol")
    changed = Device.objects.filter(pk=pk, revoked_at=None).update(revoked_at=now, revoked_by=getattr(by, "pk", None))
    if changed:
        bump_revision("places")
    return changed == 1


def _make_pairing(device: Device, now: datetime) -> Pairing:
    token = secrets.token_urlsafe(24)
    expires = now + timedelta(minutes=PAIRING_MINUTES)
    changed = Device.objects.filter(pk=device.pk, revoked_at=None).update(
        pairing_digest=keyring().blind(_PAIRING_LABEL, token),
        pairing_expires_at=expires,
        pairing_used_at=None,
    )
    if not changed:
        raise DeviceRevoked(details={"device": device.pk})
    device.refresh_from_db()
    return Pairing(device, token, expires)


def _pairing_problem(device: Device | None) -> PairingUnknown | PairingUsed | PairingExpired | DeviceRevoked:
    if device is None:
        return PairingUnknown()
    if device.revoked_at is not None:
        return DeviceRevoked()
    return PairingUsed() if device.pairing_used_at is not None else PairingExpired()
