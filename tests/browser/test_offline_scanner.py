"""With the network cable out: a door admits green phones and green paper, refuses red ones, and says when it cannot tell."""

import io
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser

from tests.house import House

from .conftest import _FLAGS as FLAGS
from .conftest import DESK, PHONE, PICTURES, Desk, picture
from .steps import close_answer, enrol_scanner, open_code, read_qr, sign_in, verify_typed

PLACE = "港口镇政府"
OLD = re.compile(r"数据已 [34] 小时 \d+ 分")
"""After 3 hours and 12 minutes; a list is up to two minutes older, and after 04:00 one made ahead up to an hour."""
WIDE = {"width": 1440, "height": 900}

# Run inside the house: bearers of a green and of a red resident, and a sheet of each, signed as the house signs sheets.
_PEOPLE = """
import json
from datetime import UTC, datetime, timedelta
from ankang.cli.standing import django
with django():
    from django.db import transaction
    from ankang.core import codes, lists
    from ankang.core.epochs import epoch_of
    from ankang.core.permutation import SIZE, permanent_key
    from ankang.demo.credentials import resident_bearers
    from ankang.health.models import Colour
    from ankang.health.services import record_evidence
    from ankang.people.carriers import issue_sheet, print_sheet, report_lost
    from ankang.people.models import Person
    from ankang.trust.keyring import keyring
    with transaction.atomic():
        now = datetime.now(UTC)
        demo = Person.objects.filter(applied_via="demo").values("pk")
        greens = Colour.objects.filter(colour=1, person__in=demo, reasons=[]).order_by("person")
        green, red, *crowd = (row.person for row in greens[:9])
        where = {"organisation": "宁国市人民医院"}
        record_evidence(red, "diagnosis", now - timedelta(hours=1), {"status": "confirmed"}, where, now)
        kid, signer = keyring().code_signing()
        space = lists.SpacePermutation(permanent_key(keyring().all("epoch")[-1].secret), SIZE)
        until = epoch_of(now.timestamp()) + 300
        def paper(person):
            return codes.sign_paper(codes.encode_paper(kid, space.index(person), 1, until, "纸*码"), signer)
        found = {"crowd": [paper(person) for person in crowd[:-1]]}
        sheet = issue_sheet(crowd[-1], None, now)
        found["lost"] = print_sheet(sheet).text
        report_lost(sheet.pk, crowd[-1], None, now)
        for word, person in (("green", green), ("red", red)):
            found[word] = {"bearer": resident_bearers([person], "browser", now)[person], "paper": paper(person)}
    print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def people(house: House) -> dict[str, Any]:
    """Bearer and paper code of a green and of a red resident, six more green sheets; the lists are published."""
    order = [sys.executable, "-c", _PEOPLE]
    done = subprocess.run(order, env=house.environment, capture_output=True, text=True, check=True, timeout=120)
    house.ankang("list", "publish")
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def phone_code(windows: Desk, house: House, person: dict[str, str], word: str) -> str:
    """This minute's code on the resident's phone."""
    window = windows.window(PHONE)
    window.add_cookies([{"name": "ankang_resident", "value": person["bearer"], "url": house.address}])
    page = window.new_page()
    open_code(page, word)
    return read_qr(page)


def scanner(windows: Desk, name: str, **options: Any) -> tuple[Any, Any, Any]:
    """A paired scanner that holds today's list: its window, its page, and the staff's page."""
    staff = windows.window(DESK).new_page()
    sign_in(staff, windows._house, "checkpoints")
    pairing = enrol_scanner(staff, PLACE, name)
    window = windows.window(PHONE, **options)
    door = window.new_page()
    door.clock.install()
    door.goto(pairing)
    door.wait_for_selector("#list_age[data-age=good]", timeout=60_000)
    door.evaluate("navigator.serviceWorker.ready")
    return window, door, staff


def offline_visits(staff: Any) -> list[str]:
    """The visits of today that doors judged by themselves, as the console lists them."""
    staff.goto("/console/passage/visit/?q=")
    return [text for text in staff.locator("#result_list tbody tr").all_inner_texts() if "离线" in text]


def reported(staff: Any, name: str) -> str:
    """The line of a device in the console, once its page has reported; gates write reports every few seconds."""
    for _ in range(20):
        staff.goto("/console/places/device/")
        line = str(staff.locator("#result_list tbody tr", has_text=name).first.inner_text())
        if "scanner " in line:
            return line
        staff.wait_for_timeout(1000)
    return line


def answer(door: Any, code: str) -> tuple[str, str]:
    """What the door says to a code, in big and in small; touched away."""
    word = verify_typed(door, code)
    why = str(door.inner_text("#answer_why"))
    close_answer(door)
    return word, why


def test_with_the_cable_out_green_is_admitted_red_refused_and_the_visits_arrive_once(
    windows: Desk, house: House, people: dict[str, Any]
) -> None:
    window, door, staff = scanner(windows, "断网手机")
    before = len(offline_visits(staff))
    assert "更新" in door.inner_text("#list_age")
    green, red = (
        phone_code(windows, house, people[colour], word) for colour, word in (("green", "绿码"), ("red", "红码"))
    )
    window.set_offline(True)
    door.reload()
    door.wait_for_selector("#list_age[data-age=good]")
    picture(door, "scanner-cable-out-phone")

    assert verify_typed(door, green) == "放行"
    assert "离线核验 · 名单" in door.inner_text("#answer_offline")
    picture(door, "scanner-cable-out-admit-phone")
    close_answer(door)
    assert verify_typed(door, red) == "不放行"
    assert (door.inner_text("#answer_colour_word"), "此码色" in door.inner_text("#answer_why")) == ("红码", True)
    picture(door, "scanner-cable-out-deny-phone")
    close_answer(door)
    assert answer(door, green) == ("不放行", "刚在这里放行过，请过一分钟再核验。")
    assert answer(door, people["green"]["paper"]) == ("放行", "请通行。")
    assert answer(door, people["green"]["paper"])[0] == "不放行"
    assert answer(door, people["red"]["paper"])[0] == "不放行"
    assert answer(door, people["lost"]) == ("不放行", "此码已停用，请对方重新申领。")
    assert verify_typed(door, "ｎｆｃ：０４ａ２１ｂ３ｃ") == "无法核验"
    assert "要连上网络" in door.inner_text("#answer_why")
    close_answer(door)
    assert "8" in door.inner_text("#waiting")
    door.fill("#typed", "AKG1:anything")
    door.press("#typed", "Enter")
    door.wait_for_selector("#fault:not([hidden])")
    assert "团体点名要连上网络" in door.inner_text("#fault")
    picture(door, "scanner-cable-out-group-phone")
    door.click("#group")
    assert door.url.endswith("/scanner")

    window.set_offline(False)
    door.wait_for_selector("#waiting", state="hidden", timeout=60_000)
    rows = offline_visits(staff)
    assert len(rows) == before + 8
    door.reload()
    door.wait_for_selector("#list_age[data-age=good]")
    assert offline_visits(staff) == rows
    assert re.search(r"scanner \d+\.\d+\.\d+-[0-9a-f]{8}", reported(staff, "断网手机"))


def test_a_door_says_how_old_its_data_are_and_after_a_day_verifies_nobody(
    windows: Desk, people: dict[str, Any]
) -> None:
    window, door, _ = scanner(windows, "旧名单手机")
    assert re.search(r"放行规则第 \d+ 版 · \d\d:\d\d 收到", door.inner_text("#policy_age"))
    window.set_offline(True)
    door.clock.fast_forward("03:12:00")
    door.wait_for_selector("#list_age[data-age=aged]")
    assert OLD.search(door.inner_text("#list_age"))
    assert OLD.search(door.inner_text("#banner"))
    picture(door, "scanner-list-aged-phone")
    assert verify_typed(door, people["green"]["paper"]) == "放行"
    assert OLD.search(door.inner_text("#answer_offline"))
    picture(door, "scanner-aged-admit-phone")
    close_answer(door)

    door.clock.fast_forward("20:50:00")
    door.wait_for_selector("#list_age[data-age=old]")
    assert "离线时无法核验" in door.inner_text("#list_age")
    picture(door, "scanner-list-old-phone")
    assert verify_typed(door, people["green"]["paper"]) == "无法核验"
    assert "太久没有更新" in door.inner_text("#answer_why")
    picture(door, "scanner-cannot-verify-phone")
    close_answer(door)
    door.click("#lang")
    assert "nobody can be verified" in door.inner_text("#list_age")
    picture(door, "scanner-list-old-phone-en")
    assert verify_typed(door, people["red"]["paper"]) == "Cannot verify"
    picture(door, "scanner-cannot-verify-phone-en")


def test_the_page_installs_like_an_app(windows: Desk, people: dict[str, Any]) -> None:
    """What browsers ask before they offer to install: manifest, icons of both sizes and a maskable one, a worker, the page off line."""
    window, door, _ = scanner(windows, "装好的手机")
    manifest = door.request.get(door.get_attribute("link[rel=manifest]", "href")).json()
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/scanner", "/", "standalone")
    sizes = {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]}
    assert {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")} <= sizes
    for icon in manifest["icons"][:2]:
        got = door.request.get(icon["src"])
        assert (got.headers["content-type"], Image.open(io.BytesIO(got.body())).size) == (
            "image/png",
            (int(icon["sizes"][:3]),) * 2,
        )
    door.set_viewport_size(WIDE)
    picture(door, "scanner-desk")
    window.set_offline(True)
    door.reload()
    door.wait_for_selector("#list_age[data-age=good]")
    assert door.inner_text("#here") == PLACE
    picture(door, "scanner-offline-desk")
    assert verify_typed(door, "nfc:04a21b3c") == "无法核验"
    picture(door, "scanner-cannot-verify-desk")


def test_a_clock_that_is_set_back_verifies_nobody(windows: Desk, people: dict[str, Any]) -> None:
    window, door, _ = scanner(windows, "慢钟手机")
    window.set_offline(True)
    door.evaluate("localStorage.setItem('ankang.latest', String(Date.now() / 1000 + 600))")
    word, why = answer(door, people["green"]["paper"])
    assert (word, "调回" in why) == ("无法核验", True)


_TAMPER = """change => new Promise((done, fail) => {
  const open = indexedDB.open('ankang-lists');
  open.onsuccess = () => {
    const store = open.result.transaction('held', 'readwrite').objectStore('held');
    const all = store.openCursor();
    all.onsuccess = () => {
      const row = all.result;
      if (!row) return;
      const kept = row.value;
      if (change === 'cut') kept.held.content.positions = kept.held.content.positions.slice(0, -1);
      if (change === 'ahead') { kept.mark.sequence += 1000000; delete kept.held; }
      row.update(kept);
      row.continue();
    };
    store.transaction.oncomplete = () => { open.result.close(); done(); };
  };
  open.onerror = () => fail(open.error);
})"""


def test_a_damaged_list_is_fetched_anew_and_an_older_one_than_was_held_is_refused(
    windows: Desk, people: dict[str, Any]
) -> None:
    window, door, _ = scanner(windows, "坏名单手机")
    door.evaluate(_TAMPER, "cut")
    window.set_offline(True)
    door.reload()
    door.wait_for_selector("#list_age[data-age=none]")
    assert answer(door, people["green"]["paper"])[0] == "无法核验"
    window.set_offline(False)
    door.wait_for_selector("#list_age[data-age=good]", timeout=60_000)

    door.evaluate(_TAMPER, "ahead")
    door.reload()
    door.wait_for_selector("#list_fault:not([hidden])")
    assert "比手里的旧" in door.inner_text("#list_fault")
    picture(door, "scanner-list-refused-phone")


def test_each_publication_reaches_a_door_that_stays_open(windows: Desk, house: House, people: dict[str, Any]) -> None:
    _, door, _ = scanner(windows, "常开手机")
    fetched: list[str] = []
    door.on("response", lambda told: fetched.append(told.url) if "/lists/" in told.url and told.ok else None)
    for _ in range(3):  # lists of few withdrawals weigh less than what changed in them
        house.ankang("list", "publish")
        door.wait_for_timeout(1_500)  # gates look each second
        door.evaluate("dispatchEvent(new Event('online'))")
        door.wait_for_timeout(1_500)
        assert door.is_hidden("#list_fault"), door.inner_text("#list_fault")
    assert {int(url.split("/")[-2]) for url in fetched} == {1, 2, 3, 4}


def test_a_list_of_another_province_is_refused(windows: Desk, people: dict[str, Any]) -> None:
    window, door, _ = scanner(windows, "外省名单手机")
    kept = door.evaluate("JSON.parse(localStorage.getItem('ankang.door')).issuer")
    assert kept >= 100_000

    def elsewhere(route: Any) -> None:
        told = route.fetch().json()
        for one in told["lists"]:
            one["issuer"], one["sequence"] = 330000, one["sequence"] + 1
        route.fulfill(json=told)

    window.route("**/g/v1/lists*", elsewhere)
    door.reload()
    door.wait_for_selector("#list_fault:not([hidden])")
    assert "别的省" in door.inner_text("#list_fault")
    assert door.get_attribute("#list_age", "data-age") == "good"


def test_two_tabs_admit_a_showing_once(windows: Desk, house: House, people: dict[str, Any]) -> None:
    window, door, _ = scanner(windows, "两个窗口")
    second = window.new_page()
    second.goto("/scanner")
    second.wait_for_selector("#list_age[data-age=good]", timeout=60_000)
    green = phone_code(windows, house, people["green"], "绿码")
    window.set_offline(True)
    assert answer(door, green)[0] == "放行"
    assert answer(second, green) == ("不放行", "刚在这里放行过，请过一分钟再核验。")


def test_a_gate_that_is_silent_is_not_waited_for(windows: Desk, people: dict[str, Any]) -> None:
    window, door, _ = scanner(windows, "慢网手机")
    window.route("**/g/v1/verify", lambda route: None)
    assert verify_typed(door, people["green"]["paper"]) == "放行"
    assert "离线核验" in door.inner_text("#answer_offline")


def filmed(codes: list[str], path: Path) -> None:
    """A film of the codes, two a second, then seven seconds of nothing: upright, mirrored, dim, and dim and mirrored in turn."""
    side, rate = 480, 10
    frames = []
    for number, code in enumerate(codes):
        barcode = zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.QRCode)
        drawn = Image.fromarray(np.array(zxingcpp.write_barcode_to_image(barcode, scale=5, add_quiet_zones=True)))
        ground = Image.new("L", (side, side), 255)
        ground.paste(drawn, ((side - drawn.width) // 2, (side - drawn.height) // 2))
        luma = np.asarray(ground)[:, :: -1 if number % 2 else 1]
        if number % 4 >= 2:
            luma = 16 + luma // 8
        frames += [luma] * (rate // 2)
    frames += [np.full((side, side), 90, np.uint8)] * (7 * rate)
    grey = bytes([128]) * (side * side // 2)
    with path.open("wb") as film:
        film.write(f"YUV4MPEG2 W{side} H{side} F{rate}:1 Ip A1:1 C420jpeg\n".encode())
        for luma in frames:
            film.write(b"FRAME\n" + np.ascontiguousarray(luma).tobytes() + grey)


_CLOCK = """() => {
  window.__at = [];
  new MutationObserver(() => window.__at.push([performance.now(), Number(document.querySelector('#n_admit').textContent)]))
    .observe(document.querySelector('#n_admit'), { childList: true, characterData: true, subtree: true });
}"""


def test_the_camera_reads_a_queue_of_two_codes_a_second_also_mirrored_and_dim(
    house: House, chromium: Browser, people: dict[str, Any], tmp_path: Path
) -> None:
    codes = people["crowd"]
    filmed(codes, tmp_path / "queue.y4m")
    fake = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    flags = [*FLAGS, *fake, f"--use-file-for-fake-video-capture={tmp_path / 'queue.y4m'}"]
    browser = chromium.browser_type.launch(executable_path=shutil.which("chromium"), args=flags)
    try:
        windows = Desk(browser, house)
        window, door, _ = scanner(windows, "镜头手机", permissions=["camera"])
        window.set_offline(True)
        door.evaluate(_CLOCK)
        if door.is_visible("#start"):
            door.click("#start")
        all_in = f"() => document.querySelector('#n_admit').textContent === '{len(codes)}'"
        door.wait_for_function(all_in, timeout=90_000)
        moments = {count: at for at, count in door.evaluate("window.__at")}
        pace = (len(codes) - 1) * 1000 / (moments[len(codes)] - moments[1])
        (PICTURES.parent / "camera.txt").write_text(f"{len(codes)} codes in a row, {pace:.2f} a second\n")
        picture(door, "scanner-camera-phone")
    finally:
        browser.close()
