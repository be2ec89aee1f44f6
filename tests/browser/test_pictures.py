"""The pages that no other story shows: the home page, a place's own code, the console's first page."""

import json
import time
import urllib.error
import urllib.request

from tests.house import House

from .conftest import DESK, PHONE, Desk, picture
from .steps import apply_as_somebody, open_code, sign_in


def _rotating_code(house: House) -> str:
    """The place code that the door's screen shows this minute; a device paired just now may have to ask again."""
    bearer = house.credentials()["device"]
    request = urllib.request.Request(house.address + "/g/v1/door", headers={"Authorization": f"Bearer {bearer}"})
    for _ in range(20):
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return str(json.load(answer)["place_token"])
        except urllib.error.HTTPError:
            time.sleep(0.5)
    raise AssertionError("the gate never knew the device")


def test_the_home_page_leads_to_the_application(windows: Desk) -> None:
    page = windows.window(PHONE).new_page()
    page.goto("/")
    assert page.locator("a[href='/apply']").count() >= 1
    picture(page, "home-phone")


def test_who_scans_the_code_of_a_place_is_admitted_by_themselves(windows: Desk, house: House) -> None:
    phone = windows.window(PHONE).new_page()
    apply_as_somebody(phone)
    open_code(phone)
    phone.goto(f"/p/{_rotating_code(house)}")
    phone.fill("#temperature", "36.5")
    phone.click("#enter")
    phone.wait_for_selector("#verdict:not([hidden])")
    assert (phone.inner_text("#word"), phone.inner_text("#colour_word")) == ("可以进", "绿码")
    assert "36.5" in phone.inner_text("#facts")
    picture(phone, "place-pass-phone")


def test_the_consoles_first_page_shows_the_day_and_the_progress(windows: Desk, house: House) -> None:
    desk = windows.window(DESK).new_page()
    sign_in(desk, house, "checkpoints")
    assert "今日核验" in desk.inner_text("body")
    picture(desk, "console-desk")
