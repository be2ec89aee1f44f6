"""A yellow code says why: on the phone, in the health file, on paper; and anybody can check that it was not invented."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.house import House

from .conftest import DESK, PHONE, Desk, picture
from .steps import open_code, read_qr

# Run inside the house: a green resident of the demonstration gets a fever; prints the bearer of their phone.
_FEVER = """
import sys
from datetime import UTC, datetime, timedelta
from ankang.cli.standing import django
with django():
    from django.db import transaction
    from ankang.demo.credentials import resident_bearers
    from ankang.health.models import Colour
    from ankang.health.services import record_evidence
    from ankang.people.models import Person
    with transaction.atomic():
        people = Person.objects.filter(applied_via="demo").values("pk")
        person = Colour.objects.filter(colour=1, person__in=people, reasons=[]).order_by("-person").first().person
        now = datetime.now(UTC)
        where = {"organisation": "宁国市人民医院"}
        record_evidence(person, "symptom", now - timedelta(days=1), {"code": "fever", "note": sys.argv[1]}, where, now)
        print(resident_bearers([person], "browser", now)[person])
"""
NOTE = "<img src=x onerror=document.title='broken'>"


@pytest.fixture(scope="module")
def bearer(house: House) -> str:
    """The phone of a resident who has had a fever since yesterday."""
    order = [sys.executable, "-c", _FEVER, NOTE]
    done = subprocess.run(order, env=house.environment, capture_output=True, text=True, check=True, timeout=120)
    return done.stdout.strip().splitlines()[-1]


def _phone(windows: Desk, house: House, bearer: str, lang: str = "zh-CN", size: dict[str, int] = PHONE) -> Any:
    """A window that is signed in as the resident, and what it asked the control plane for."""
    window = windows.window(size, lang, accept_downloads=True)
    window.add_cookies([{"name": "ankang_resident", "value": bearer, "url": house.address}])
    return window


def test_the_code_page_says_why_asks_once_and_remembers_without_a_network(
    windows: Desk, house: House, bearer: str
) -> None:
    window = _phone(windows, house, bearer)
    asked: list[str] = []
    window.on("request", lambda request: asked.append(request.url.removeprefix(house.address)))
    phone = window.new_page()
    open_code(phone, "黄码")
    phone.wait_for_selector("#told:not([hidden])")
    told = phone.inner_text("#told")
    assert "有发热症状。怎样解除：" in told
    picture(phone, "code-why-phone")
    phone.evaluate("navigator.serviceWorker.ready")
    phone.reload()
    phone.wait_for_selector("#told:not([hidden])")
    phone.wait_for_timeout(3000)
    assert asked.count("/api/v1/me/colour") == 1

    window.set_offline(True)
    phone.reload()
    phone.wait_for_selector("#told:not([hidden])")
    assert phone.inner_text("#told") == told
    phone.click("#lang")
    assert "Fever. How it ends:" in phone.inner_text("#told")
    phone.click("#large")
    assert phone.is_visible("#told")


def test_the_listen_button_reads_the_reason_too(windows: Desk, house: House, bearer: str) -> None:
    window = _phone(windows, house, bearer)
    window.add_init_script("speechSynthesis.speak = (said) => { window.heard = said.text; }")
    phone = window.new_page()
    open_code(phone, "黄码")
    phone.wait_for_selector("#told:not([hidden])")
    phone.click("#speak")
    heard = phone.evaluate("window.heard")
    assert ("您的码是黄码" in heard, "有发热症状" in heard) == (True, True)


def test_a_green_phone_asks_for_no_reason(windows: Desk, house: House) -> None:
    window = _phone(windows, house, house.credentials()["resident"])
    asked: list[str] = []
    window.on("request", lambda request: asked.append(request.url.removeprefix(house.address)))
    phone = window.new_page()
    open_code(phone)
    phone.wait_for_timeout(2000)
    assert [url for url in asked if url.startswith("/api/")] == []
    assert phone.is_hidden("#told")


def test_the_reason_is_kept_checked_and_found_out_when_a_digit_is_changed(
    windows: Desk, house: House, bearer: str
) -> None:
    phone = _phone(windows, house, bearer).new_page()
    phone.goto("/me")
    phone.click("a[href='/me/health']")
    assert "有发热症状" in phone.inner_text(".told")
    assert NOTE in phone.inner_text("#records + p + ol")
    assert "broken" not in phone.title()
    picture(phone, "my-health-phone", full=True)
    phone.click(".life__mark")
    assert phone.url.endswith("#record-1")
    phone.click("a[href='/me/reason']")
    picture(phone, "reason-phone", full=True)
    with phone.expect_download() as download:
        phone.click("text=下载签名文件")
    file = download.value.path().read_text()
    compact = read_qr(phone, ".check__qr")

    office = windows.window(DESK).new_page()
    published = office.request.get("/.well-known/ankang-keys.json").text()
    assert house.ankang("reason", "keys") == published
    paper, keys = house.folder / "reason.txt", house.folder / "keys.json"
    paper.write_text(compact)
    keys.write_text(published)
    assert house.ankang("reason", "verify", str(paper), "--keys", str(keys)).startswith("GENUINE. ")
    since = str(json.loads(file)["statement"]["since"])
    texts = {
        file: "真实有效",
        compact: "真实有效",
        file.replace(since, str(int(since) + 1)): "不真实",
        compact.replace(compact[200:203], compact[203:206], 1): "",
        file.replace('"kid": 1', '"kid": 99'): "密钥不是我们的",
    }
    for text, answer in texts.items():
        office.goto("/verify-reason")
        office.fill("#text", text)
        office.click("main form button")
        verdict = office.inner_text(".verdict h2")
        assert answer in verdict
        assert ("真实有效" in verdict) == (answer == "真实有效")
    office.goto("/verify-reason")
    office.set_input_files("#file", {"name": "reason.json", "mimeType": "application/json", "buffer": file.encode()})
    office.click("main form button")
    assert "真实有效" in office.inner_text(".verdict h2")
    assert "有发热症状" in office.inner_text(".stated")
    picture(office, "verify-reason-desk", full=True)


def test_the_paper_is_one_sheet_whose_code_a_camera_reads(windows: Desk, house: House, bearer: str) -> None:
    page = _phone(windows, house, bearer, size=DESK).new_page()
    page.goto("/me/reason")
    page.emulate_media(media="print")
    assert not page.is_visible(".btn")
    picture(page, "reason-print", full=True)
    sheets = page.pdf(format="A4", prefer_css_page_size=True).count(b"/Type /Page\n")
    assert sheets == 1
    assert read_qr(page, ".check__qr").startswith("AKR1:")


@pytest.mark.parametrize("lang", ["zh-CN", "en-GB"])
def test_the_pages_fit_a_phone_in_both_languages_and_in_large_print(
    windows: Desk, house: House, bearer: str, lang: str
) -> None:
    window = _phone(windows, house, bearer, lang)
    for large in ("0", "1"):
        window.add_cookies([{"name": "ankang_large", "value": large, "url": house.address}])
        for path in ("/me", "/me/health", "/me/reason", "/verify-reason", "/code"):
            page = window.new_page()
            wrong: list[str] = []
            page.on("console", lambda message, wrong=wrong: wrong.append(message.text) if message.type == "error" else None)
            page.goto(path)
            page.wait_for_load_state("networkidle") if path != "/code" else page.wait_for_selector("#told:not([hidden])")
            over = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert (path, large, over, wrong) == (path, large, 0, [])
            picture(page, f"citizen{path.replace('/', '-')}-{lang[:2]}{'-large' if large == '1' else ''}", full=True)
            page.close()


