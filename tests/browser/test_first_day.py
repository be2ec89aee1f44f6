"""The story of the product: apply, carry, verify, see; then without a network."""

from typing import Any

from tests.house import House

from .conftest import DESK, PHONE, Desk, picture
from .steps import (
    apply_as_somebody,
    close_answer,
    enrol_scanner,
    open_code,
    progress,
    read_qr,
    sign_in,
    verify_typed,
)

PLACE = "港口镇政府"


def _town(numbers: dict[str, Any], code: str) -> int:
    return int(next(row["applied"] for row in numbers["applications"]["towns"] if row["code"] == code))


def test_a_resident_applies_and_is_admitted_at_a_door_and_the_city_sees_it(windows: Desk, house: House) -> None:
    staff = windows.window(DESK).new_page()
    sign_in(staff, house, "checkpoints")
    before = _town(progress(staff), "341881-01")
    pairing = enrol_scanner(staff, PLACE, "前门手机")
    picture(staff, "pairing-desk")

    phone = windows.window(PHONE).new_page()
    apply_as_somebody(phone)
    picture(phone, "apply-done-phone")
    open_code(phone)
    picture(phone, "code-phone")
    code = read_qr(phone)
    assert code.startswith("AK1:")
    name = phone.inner_text("#name")

    door = windows.window(PHONE).new_page()
    door.goto(pairing)
    door.wait_for_selector("#desk:not([hidden])")
    picture(door, "scanner-phone")
    assert PLACE in door.inner_text("#here")
    assert verify_typed(door, code) == "放行"
    assert (door.inner_text("#answer_name"), door.inner_text("#answer_colour_word")) == (name, "绿码")
    picture(door, "scanner-admit-phone")
    close_answer(door)
    assert verify_typed(door, code) == "不放行"
    assert "刚在这里放行过" in door.inner_text("#answer_why")
    picture(door, "scanner-deny-phone")

    staff.goto("/console/passage/visit/")
    assert PLACE in staff.inner_text("#result_list")
    picture(staff, "visits-desk")
    assert _town(progress(staff), "341881-01") == before + 1
    staff.goto("/console/board/")
    staff.wait_for_selector(".board__chart svg")
    picture(staff, "board-desk")


def test_without_a_network_the_code_still_turns_and_the_scan_is_uploaded_once_later(
    windows: Desk, house: House
) -> None:
    staff = windows.window(DESK).new_page()
    sign_in(staff, house, "checkpoints")
    pairing = enrol_scanner(staff, PLACE, "后门手机")
    phone_window, door_window = windows.window(PHONE), windows.window(PHONE)
    phone, door = phone_window.new_page(), door_window.new_page()
    phone.clock.install()
    apply_as_somebody(phone)
    open_code(phone)
    phone.evaluate("navigator.serviceWorker.ready")
    door.goto(pairing)
    door.wait_for_selector("#desk:not([hidden])")
    door.evaluate("navigator.serviceWorker.ready")
    door.wait_for_selector("#list_age[data-age=good]", timeout=150_000)  # the first list of a new house comes with its first minute
    first = read_qr(phone)

    phone_window.set_offline(True)
    door_window.set_offline(True)
    phone.reload()
    open_code(phone)
    phone.clock.fast_forward(61_000)
    phone.wait_for_selector("#banner:not([hidden])")
    picture(phone, "code-offline-phone")
    second = read_qr(phone)
    assert second != first
    assert second.startswith("AK1:")

    door.reload()
    door.wait_for_selector("#desk:not([hidden])")
    assert verify_typed(door, second) == "放行"
    assert "离线" in door.inner_text("#answer_offline")
    picture(door, "scanner-offline-phone")
    close_answer(door)
    assert "1" in door.inner_text("#waiting")

    door_window.set_offline(False)
    door.wait_for_selector("#waiting", state="hidden", timeout=60_000)
    staff.goto("/console/passage/visit/?q=")
    rows = staff.locator("#result_list tbody tr")
    texts = [text for text in rows.all_inner_texts() if "离线" in text]
    assert len(texts) == 1
