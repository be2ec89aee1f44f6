"""How devices are in the console: the lamp, what they said of themselves, two machines under one number (B3)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from ankang.places.device_models import DeviceReport
from ankang.places.models import Device
from ankang.places.services import enrol_device, pair_device
from ankang.places.services.device_health import health_of, with_lamp

from .builders import NOW, a_checkpoint, staff

pytestmark = pytest.mark.django_db
LIST = "/console/places/device/"


def a_device(name: str, now: datetime, *reports: dict[str, Any]) -> Device:
    """A paired turnstile and what its machines said."""
    pairing = enrol_device(a_checkpoint(), name, None, NOW, "turnstile")
    pair_device(pairing.token, "box", NOW)
    for said in reports:
        given = {"hardware": "SN-0001", "at": now, "clock_offset": 0.2, "queue": 0, "faults": ""} | said
        fixed = {
            "first_at": now,
            "mode": "online",
            "list_age": 65,
            "version": "1.0",
            "battery": 80,
            "temperature": 41.0,
        }
        DeviceReport.objects.create(device=pairing.device, **fixed, **given)
    return Device.objects.get(pk=pairing.device.pk)


@pytest.mark.parametrize(
    ("lamp", "reports"),
    [
        ("never", []),
        ("well", [{}]),
        ("silent", [{"at": -400}]),
        ("faulty", [{"clock_offset": -95.0}]),
        ("faulty", [{"faults": "relay_silent"}]),
        ("faulty", [{"queue": 5_000}]),
        ("twins", [{}, {"hardware": "SN-0002", "at": -200}]),
        ("well", [{}, {"hardware": "SN-0000", "at": -86_400}]),
    ],
)
def test_each_lamp_says_what_is_the_matter(lamp: str, reports: list[dict[str, Any]]) -> None:
    now = timezone.now()
    moved = [said | ({"at": now + timedelta(seconds=said["at"])} if "at" in said else {}) for said in reports]
    device = a_device("东门 1 号", now, *moved)
    assert health_of(device, now).lamp == lamp
    lamps = ("never", "well", "silent", "faulty", "twins")
    assert [one for one in lamps if with_lamp(Device.objects.all(), one, now).exists()] == [lamp]


def test_the_console_shows_how_devices_are(client: Any) -> None:
    now = timezone.now()
    good = a_device("东门", now, {})
    copied = a_device("西门", now, {"queue": 12}, {"hardware": "SN-0002", "clock_offset": 3.0})
    client.force_login(staff("checkpoint_manager"))
    page = client.get(LIST, headers={"accept-language": "en"}).content.decode()
    assert all(word in page for word in ("● well", "◆ two machines under this number", "+0.2 s", "turnstile"))
    page = client.get(f"{LIST}{copied.pk}/change/", headers={"accept-language": "en"}).content.decode()
    assert all(
        word in page
        for word in ("SN-0001", "SN-0002", "12 visits waiting", "battery 80 %", "list 1 min old", "Revoke it")
    )
    page = client.get(f"{LIST}?health=twins", headers={"accept-language": "en"}).content.decode()
    assert (f"{LIST}{copied.pk}/" in page, f"{LIST}{good.pk}/" in page) == (True, False)
