"""A resident's phone with a ride code: its own key pair for the day, an authorisation, a code a minute off line.

What the code page does in the browser, this does for ``ankang demo ride`` and the tests.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction

from ankang.core.base64url import from_base64url, to_base64url
from ankang.core.ride import Authorisation, parse_authorisation, show
from ankang.core.sm import Sm2Signer, compressed, sm2_generate
from ankang.core.verdicts import Direction, Reason, Verdict
from ankang.people.credentials import Resident
from ankang.people.models import Credential
from ankang.places.models import Checkpoint, Device
from ankang.scenes.rides.rules import Report
from ankang.scenes.rides.services import issue_authorisation, record_rides

from .credentials import DEMO_DEVICE, DEMO_SITE, SCRIPTS, NoDemonstration, device_bearer, first_green, resident_bearers

LINE, VEHICLE = "3路", "皖P·演示"


class RidePhone:
    """One phone. The private key is made here and never sent."""

    def __init__(self) -> None:
        self.signer = Sm2Signer(*sm2_generate())
        self.raw = b""

    def wish(self, ahead: bool = False) -> dict[str, str]:
        """What to post to ``/api/v1/me/ride``."""
        return {"public_key": to_base64url(compressed(self.signer.public)), **({"epoch": "next"} if ahead else {})}

    def take(self, answer: Mapping[str, Any]) -> "RidePhone":
        """Hold the authorisation of the server's answer; raises CodeFault when it is none."""
        self.raw = from_base64url(answer["authorisation"])
        parse_authorisation(self.raw)
        return self

    @property
    def authorisation(self) -> Authorisation:
        """What the issuer said of this phone's key."""
        return parse_authorisation(self.raw)

    def show(self, now: float) -> bytes:
        """The code of this moment (unix seconds), 340 bytes; no server is asked."""
        return show(self.raw, int(now), self.signer)


@transaction.atomic
def demo_ride(report: bool = False) -> bytes:
    """The ride code that the demonstration's resident shows at this moment; with ``report`` a bus has told of it too.

    Raises NoDemonstration.
    """
    now = datetime.now(UTC)
    person, door = first_green(), Checkpoint.objects.filter(site_no=DEMO_SITE, state="in_use").order_by("pk").first()
    if person is None or door is None:
        raise NoDemonstration("There is no demonstration in this database; run `ankang demo seed`.")
    resident_bearers([person], SCRIPTS, now)
    signed_in = Credential.objects.filter(person=person, label=SCRIPTS, revoked_at=None).latest("pk")
    phone = RidePhone()
    # Another phone than yesterday's run of this command: it takes the place of that one's authorisation.
    holder = Resident(person, signed_in.pk, now + timedelta(days=1))
    phone.raw = issue_authorisation(holder, compressed(phone.signer.public), False, now).raw
    code = phone.show(now.timestamp())
    if report:
        device_bearer(door, DEMO_DEVICE, now)
        _report(code, door, now)
    return code


def _report(code: bytes, door: Checkpoint, now: datetime) -> None:
    device = (
        Device.objects.select_related("organisation")
        .filter(checkpoint=door, name=DEMO_DEVICE, revoked_at=None)
        .latest("pk")
    )
    seen = Report(uuid4(), code, now.timestamp(), door.pk, Direction.ENTRY, Verdict.ADMIT, Reason.OK, LINE, VEHICLE)
    record_rides(device, [seen], now)
