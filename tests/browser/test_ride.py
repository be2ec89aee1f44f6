"""The ride code on a phone: switched to, read from the screen, verified without a network, ended, and reported by a bus."""

import io
import json
import time
import uuid
from typing import Any

import zxingcpp
from PIL import Image

from ankang.core import codes, lists, ride
from ankang.core.base64url import to_base64url
from tests.house import House

from .conftest import PHONE, Desk, picture
from .steps import apply_as_somebody, open_code, read_qr


def ride_bytes(page: Any) -> bytes:
    """The bytes of the ride code as a gate's reader would read them from the screen."""
    page.wait_for_function("() => document.querySelector('#qr').width === 81")
    image = Image.open(io.BytesIO(page.locator("#qr").screenshot()))
    (found,) = {bytes(code.bytes) for code in zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)}
    return found


def a_gate(page: Any, house: House) -> ride.RideGate:
    """A transit gate that fetched its keys, revocations and the day's list once."""
    house.ankang("list", "publish")
    keys = page.request.get("/.well-known/ankang-ride-keys.json").json()
    authorities, signers = (
        {row["kid"]: bytes.fromhex(row["public"]) for row in keys[name]} for name in ("authorities", "keys")
    )
    held = []
    for path in sorted((house.folder / "data" / "lists").glob("*/*/1/*.akl")):
        header = lists.unpack(path.read_bytes())
        held.append(lists.take_list(path.read_bytes(), lists.Terms(header.issuer, header.epoch, signers)))
    revoked = ride.read_revoked(page.request.get(keys["revoked"]).body(), authorities, time.time())
    return ride.RideGate(authorities, held, revoked)


def test_a_phone_rides_without_a_network(windows: Desk, house: House) -> None:
    window = windows.window(PHONE, device_scale_factor=2)
    page = window.new_page()
    apply_as_somebody(page)
    open_code(page)
    passed = codes.parse(read_qr(page))
    page.click("#ride")
    first = ride_bytes(page)
    picture(page, "ride")
    gate = a_gate(page, house)
    answer = gate.check(first, time.time())
    assert (answer.verdict.slug, answer.colour.slug, answer.detail) == ("admit", "green", "")
    assert answer.code is not None
    rider = ride.read_rider(answer.code.authorisation.custom)
    assert rider == ride.Rider(passed.epoch, passed.index)

    _carried_off_line(page, window, gate, first)
    _told_by_a_bus(page, house, first)
    _ended_and_turned_on_again(page, answer.code)


def _carried_off_line(page: Any, window: Any, gate: ride.RideGate, first: bytes) -> None:
    """The cable is out, the page is opened anew: another code of the same authorisation, and the pass is still there."""
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("() => caches.match('/phone/ride.js').then(kept => !!kept)")
    window.set_offline(True)
    page.reload()
    page.click("#ride")
    second = ride_bytes(page)
    picture(page, "ride-offline")
    assert (second[:271] == first[:271], second[271:275] > first[271:275]) == (True, True)
    assert gate.check(second, time.time()).detail == "already_used"
    page.click("#pass")
    page.wait_for_function("() => document.querySelector('#qr').width === 57")
    assert read_qr(page).startswith("AK1:")
    window.set_offline(False)


def _told_by_a_bus(page: Any, house: House, code: bytes) -> None:
    """A bus reports the ride, twice; the rider sees it once."""
    made = house.credentials()
    told = {
        "nonce": str(uuid.uuid4()),
        "code": to_base64url(code),
        "at": time.time(),
        "checkpoint": made["checkpoint"],
        "verdict": "admit",
        "line": "3路",
        "vehicle": "皖P12345",
    }
    bearer = {"Authorization": f"Bearer {made['device']}", "Content-Type": "application/json"}
    answers = [page.request.post("/api/v1/rides", data=json.dumps({"rides": [told]}), headers=bearer) for _ in range(2)]
    assert [answer.json()["results"][0]["status"] for answer in answers] == ["recorded", "duplicate"]
    page.goto("/me")
    page.locator("#rides").scroll_into_view_if_needed()
    picture(page, "ride-me")
    page.click("a[href='/me/rides']")
    assert page.locator(".timeline li").all_inner_texts()[0].endswith("3路 · 皖P12345\n上车")
    picture(page, "ride-mine", full=True)
    page.set_viewport_size({"width": 1440, "height": 900})
    picture(page, "ride-mine-desk")
    page.set_viewport_size(PHONE)


def _ended_and_turned_on_again(page: Any, before: ride.RideCode) -> None:
    """The holder ends the ride codes; the phone says so and makes another one at a touch."""
    page.click("form button")
    page.goto("/code")
    page.click("#ride")
    page.wait_for_selector("text=这部手机上的乘车码已停用")
    picture(page, "ride-ended")
    page.click("text=重新启用")
    anew = ride.parse_ride(ride_bytes(page))
    assert anew.authorisation.account != before.authorisation.account
    page.click("#lang")
    page.wait_for_selector("text=Hold it to the gate")
    picture(page, "ride-en")
