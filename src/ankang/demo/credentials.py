"""Bearer credentials for scripts, benchmarks and the simulator, made by the services of this very machine.

Over HTTP they come only by applying or pairing; whoever may run this may read the root key anyway.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from ankang.config.settings import load_settings
from ankang.core.colours import Colour
from ankang.health.models import Colour as ColourRow
from ankang.people.bulk import issue_credentials_in_bulk
from ankang.people.credentials import token_of
from ankang.people.models import Credential, Person
from ankang.places.models import Checkpoint, Device
from ankang.places.rules import CREDENTIAL_DAYS
from ankang.places.services import enrol_device, pair_device, place_url, renew_pairing
from ankang.trust.keyring import keyring

VIA = "demo"
SCRIPTS = "scripts"
DEMO_SITE = 8  # 港口镇政府
DEMO_DEVICE = "演示扫码枪"
MARGIN = timedelta(days=2)  # a credential that ends sooner is replaced


class NoDemonstration(Exception):
    """The demonstration was not loaded: run ``ankang demo seed``."""


@transaction.atomic
def demo_credentials() -> dict[str, Any]:
    """``{"resident", "device": bearers, "checkpoint": id, "place": printed place code, "address"}``.

    Always the same resident and device, and the same texts while they are valid. Raises NoDemonstration.
    """
    now, address = datetime.now(UTC), load_settings().address
    person = first_green()
    door = Checkpoint.objects.filter(site_no=DEMO_SITE, state="in_use").order_by("pk").first()
    if person is None or door is None:
        raise NoDemonstration("There is no demonstration in this database; run `ankang demo seed`.")
    return {
        "resident": resident_bearers([person], SCRIPTS, now)[person],
        "device": device_bearer(door, DEMO_DEVICE, now),
        "checkpoint": door.pk,
        "place": place_text(door),
        "address": address,
    }


def first_green() -> int | None:
    """The first resident of the demonstration with a green code, so that a script's scan is admitted."""
    green = ColourRow.objects.filter(colour=Colour.GREEN).values("person")
    residents = Person.objects.filter(applied_via=VIA, pk__in=green)
    return residents.order_by("pk").values_list("pk", flat=True).first()


def resident_bearers(people: Sequence[int], label: str, now: datetime) -> dict[int, str]:
    """A bearer for each of ``people``, by person number; live credentials of ``label`` are used again."""
    live = Credential.objects.filter(
        person__in=people, label=label, revoked_at=None, expires_at__gt=now + MARGIN
    )
    rows = live.order_by("pk").values_list("person_id", "pk", "person__name", "issued_at", "expires_at")
    bearers = {row[0]: token_of(*row) for row in rows}
    missing = [person for person in people if person not in bearers]
    return bearers | (issue_credentials_in_bulk(missing, label, now) if missing else {})


def device_bearer(door: Checkpoint, name: str, now: datetime) -> str:
    """The bearer of the scanner ``name`` at ``door``; enrolled and paired if it is not yet, or no longer."""
    device = Device.objects.filter(checkpoint=door, name=name, revoked_at=None, generation__gt=0).first()
    if device is None or device.enrolled_at is None:
        return pair_device(enrol_device(door, name, None, now).token, SCRIPTS, now).bearer
    ends = device.enrolled_at + timedelta(days=CREDENTIAL_DAYS)
    if ends <= now + MARGIN:
        return _pair_again(device, now)
    issued, expires = int(device.enrolled_at.timestamp()), int(ends.timestamp())
    return keyring().credentials().issue("device", device.pk, device.generation, issued, expires)


def place_text(door: Checkpoint) -> str:
    """The text of the door's printed place code, as it stands in the poster's address."""
    return place_url(door, "").rsplit("/", 1)[1]


def _pair_again(device: Device, now: datetime) -> str:
    return pair_device(renew_pairing(device.pk, None, now).token, SCRIPTS, now).bearer
