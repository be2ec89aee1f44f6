"""Riders, buses and reports; builders name only what matters."""

import json
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.test import Client

from ankang.core import ride
from ankang.core.base64url import to_base64url
from ankang.demo.rides import RidePhone
from ankang.people.credentials import Resident, _read
from ankang.places.models import Device
from ankang.places.services import enrol_device, pair_device
from ankang.scenes.rides import services
from ankang.trust.keyring import keyring
from tests.people.conftest import a_document
from tests.places.builders import a_checkpoint

NOW = datetime.now(UTC).replace(microsecond=0)
MOMENT = int(NOW.timestamp())


class Rider:
    """A resident with a phone, signed in."""

    def __init__(self, applied: Callable[..., Any], number: int = 1) -> None:
        done = applied(document=a_document(number), phone=f"+861380000{number:04}")
        holder = _read(done.credential.token, NOW)
        assert holder is not None
        self.resident: Resident = holder
        self.token: str = done.credential.token
        self.phone = RidePhone()

    def browser(self, lang: str = "en") -> Client:
        """The phone's browser."""
        client = Client()
        client.cookies["ankang_lang"] = lang
        client.cookies["ankang_resident"] = self.token
        return client

    def ask(self, phone: RidePhone | None = None, **given: Any) -> Any:
        """Ask the API for an authorisation; the answer."""
        body = (phone or self.phone).wish() | given
        return post("/api/v1/me/ride", body, self.token)

    def ready(self) -> "Rider":
        """With an authorisation for today."""
        issued = services.issue_authorisation(self.resident, _point(self.phone), False, NOW)
        self.phone.take({"authorisation": to_base64url(issued.raw)})
        return self

    def code(self, at: int = MOMENT) -> bytes:
        """What the phone shows."""
        return self.phone.show(at)


class Bus:
    """A paired device at a checkpoint of its own."""

    def __init__(self, checkpoint: Any = None) -> None:
        self.checkpoint = checkpoint or a_checkpoint(type="station")
        paired = pair_device(enrol_device(self.checkpoint, "3路", None, NOW).token, "bus", NOW)
        self.token, self.device = paired.bearer, Device.objects.select_related("organisation").get(pk=paired.device.pk)

    def report(self, code: bytes, **given: Any) -> dict[str, Any]:
        """One ride as this bus tells it."""
        base = {
            "nonce": str(uuid.uuid4()),
            "code": to_base64url(code),
            "at": MOMENT,
            "checkpoint": self.checkpoint.pk,
            "direction": "entry",
            "verdict": "admit",
            "reason": "ok",
            "line": "3路",
            "vehicle": "皖P12345",
        }
        return base | given

    def send(self, *rides: Mapping[str, Any]) -> Any:
        """Upload; the answer."""
        return post("/api/v1/rides", {"rides": list(rides)}, self.token)

    def told(self, *rides: Mapping[str, Any]) -> list[tuple[str, str, str]]:
        """Upload; status, reason and detail of each."""
        answer = self.send(*rides)
        assert answer.status_code == 200, answer.content
        return [(one["status"], one["reason"], one["detail"]) for one in answer.json()["results"]]


def post(path: str, body: Any, token: str | None) -> Any:
    """POST JSON with a bearer, in English."""
    headers = {"Accept-Language": "en"} | ({"Authorization": f"Bearer {token}"} if token else {})
    return Client().post(path, json.dumps(body), content_type="application/json", headers=headers)


def authorities() -> dict[int, bytes]:
    """What a gate trusts."""
    return keyring().ride_authorities()


def fault_of(raw: bytes, at: float = MOMENT) -> str | None:
    """The fault for which a gate refuses ``raw``, or None."""
    answer = ride.RideGate(authorities()).check(raw, at)
    return None if answer.detail == "no_list" else answer.detail


def _point(phone: RidePhone) -> bytes:
    from ankang.core.sm import compressed

    return compressed(phone.signer.public)
