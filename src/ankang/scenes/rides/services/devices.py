"""Which device reports? Its bearer credential is the one it uses at the gate (places)."""

from datetime import datetime

from django.http import HttpRequest

from ankang.core.credentials import CredentialFault
from ankang.places.models import Checkpoint, Device
from ankang.trust.keyring import keyring

from ..errors import DeviceStopped, DeviceUnknown


def device_of(request: HttpRequest, now: datetime) -> Device:
    """The device whose credential comes as ``Authorization: Bearer``. Raises DeviceUnknown, DeviceStopped."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.isascii():
        raise DeviceUnknown()
    try:
        credential = keyring().credentials().read(token.strip(), now.timestamp())
    except CredentialFault:
        raise DeviceUnknown() from None
    found = Device.objects.select_related("organisation").filter(pk=credential.subject).first()
    if credential.kind != "device" or found is None:
        raise DeviceUnknown()
    if found.revoked_at is not None:
        raise DeviceStopped()
    if found.generation != credential.serial:
        raise DeviceUnknown()
    return found


def doors_served(device: Device, wanted: set[int]) -> set[int]:
    """Those of ``wanted`` that the device may report of: its own checkpoint, or all of its organisation and below."""
    if device.checkpoint_id is not None:
        return wanted & {device.checkpoint_id}
    below = Checkpoint.objects.filter(pk__in=wanted, organisation__path__startswith=device.organisation.path)
    return set(below.values_list("pk", flat=True))
