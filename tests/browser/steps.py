"""What people do on the pages, as short steps that several stories share."""

import io
import json
import time
from collections.abc import Callable
from typing import Any

import zxingcpp
from PIL import Image
from playwright.sync_api import TimeoutError

from tests.house import House


def apply_as_somebody(page: Any, town: str = "341881-01") -> None:
    """Apply with the made-up person and number that the demonstration offers; ends on the last page."""
    page.goto("/apply")
    page.click("section.card button")
    page.click("section.card button")
    page.fill("#id_code", page.inner_text(".message__code"))
    page.click("form button.btn--block")
    page.select_option("select", town)
    for box in page.query_selector_all("input[type=checkbox]"):
        box.check()
    page.click("form button.btn--block")
    page.wait_for_url("**/apply/done*")


def again_until(attempt: Callable[[], object], seen: Callable[[], bool], seconds: float = 60) -> None:
    """Do what a person does when the house is a moment behind: the same once more, each second."""
    end = time.monotonic() + seconds
    attempt()
    while not seen():
        assert time.monotonic() < end, "It did not come"
        time.sleep(1)
        attempt()


def read_qr(page: Any, selector: str = "#qr") -> str:
    """The text of the QR code as a camera would read it from the screen; a camera looks again while it is being drawn."""
    found: set[str] = set()

    def look() -> None:
        image = Image.open(io.BytesIO(page.locator(selector).screenshot()))
        found.update(code.text for code in zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode))

    again_until(look, lambda: bool(found), 10)
    assert len(found) == 1, f"{len(found)} codes on the picture"
    return found.pop()


def open_code(page: Any, colour: str = "绿码") -> None:
    """Open the code page, and again while it is not yet of this colour: a page that is open asks only each minute."""

    def is_shown() -> bool:
        try:
            page.wait_for_function("word => document.querySelector('#word').textContent.includes(word)", arg=colour, timeout=8_000)
        except TimeoutError:
            return False
        return True

    again_until(lambda: page.goto("/code"), is_shown)


def sign_in(page: Any, house: House, account: str) -> None:
    """Sign in to the console with a demonstration account."""
    page.goto("/console/login/")
    page.fill("#id_username", account)
    page.fill("#id_password", str(house.accounts()["password"]))
    page.click("button[type=submit]")
    page.wait_for_url("**/console/")


def enrol_scanner(page: Any, place: str, name: str) -> str:
    """As checkpoint manager: enrol a scanner for ``place``; returns the address to open on it."""
    page.goto("/console/places/device/add/")
    page.select_option("#id_checkpoint", label=place)
    page.fill("#id_name", name)
    page.click("button[name=_save]")
    link = page.locator("a[href*='/scanner#pair=']")
    return str(link.get_attribute("href"))


def verify_typed(page: Any, code: str) -> str:
    """Type ``code`` into the scanner page; returns the word that fills the screen."""
    page.fill("#typed", code)
    page.press("#typed", "Enter")
    page.wait_for_selector("#answer:not([hidden])")
    return str(page.inner_text("#answer_word"))


def close_answer(page: Any) -> None:
    """Touch the answer away."""
    page.click("#answer")
    page.wait_for_selector("#answer", state="hidden")


def progress(page: Any) -> dict[str, Any]:
    """The numbers of the progress board, as its API gives them."""
    return dict(json.loads(page.request.get("/api/v1/progress").text()))
