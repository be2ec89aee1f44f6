"""From a hospital's record to a red code, from a changed number in the rule table to a green one: every hand on the way."""

import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.conftest import DESK, PHONE, Desk, picture
from tests.house import House

SHANGHAI = ZoneInfo("Asia/Shanghai")
A_MOMENT = 20_000
A_MINUTE_OR_TWO = 150_000


def a_desk(windows: Desk, house: House, account: str) -> Any:
    """Somebody at the console."""
    page = windows.window(DESK).new_page()
    steps.sign_in(page, house, account)
    return page


def send_entry(page: Any, name: str, document: str) -> str:
    """One entry into the country ten days ago, by hand; returns the address of its batch."""
    ago = datetime.now(SHANGHAI) - timedelta(days=10)
    page.goto("/console/feeds/kinds/border-entries/record/")
    page.fill("[name=name]", name)
    page.fill("[name=document]", document)
    page.fill("[name=occurred_at]", f"{ago:%Y-%m-%dT%H:%M}")
    page.fill("[name=country]", "US")
    page.locator("form:has(#id_occurred_at) button.btn").first.click()
    page.wait_for_url(re.compile(r"/batches/\d+/"))
    return str(page.url)


def agree(page: Any) -> None:
    """Say yes to what the page shows."""
    page.fill("#approval-reason", "已核对")
    page.click(".approval__form button[value=yes]")
    page.wait_for_load_state()


def verdict_at_the_door(house: House, page: Any, code: str) -> tuple[str, str]:
    """Verdict and colour when the demonstration's scanner reads ``code``."""
    given = house.credentials()
    answer = page.request.post(
        "/g/v1/verify",
        headers={"Authorization": f"Bearer {given['device']}"},
        data={"code": code, "checkpoint": given["checkpoint"], "direction": "entry", "nonce": str(uuid4())},
    ).json()
    return answer["verdict"], answer["colour"]


def test_a_changed_number_in_the_rule_table_turns_phones_and_doors_at_the_set_moment(windows: Desk, house: House) -> None:
    phone = windows.window(PHONE).new_page()
    typed: dict[str, str] = {}
    phone.on("request", lambda request: typed.update(parse_qsl(request.post_data or "")))
    steps.apply_as_somebody(phone)
    name, document = typed["name"], typed["document"]
    steps.open_code(phone, "绿码")

    hospital = a_desk(windows, house, "hospital")
    batch = send_entry(hospital, name, document)
    health = a_desk(windows, house, "health")
    steps.again_until(lambda: health.goto("/console/approvals/"), lambda: "入境" in "".join(health.locator(".inbox").all_inner_texts()))
    health.goto(batch)
    agree(health)
    steps.open_code(phone, "红码")
    expect(phone.locator("body")).to_contain_text("境外", timeout=A_MOMENT)
    picture(phone, "rule-day-red")
    assert verdict_at_the_door(house, phone, steps.read_qr(phone)) == ("deny", "red")
    phone.goto("/me/health")
    expect(phone.locator("main")).to_contain_text("入境")

    author = a_desk(windows, house, "author")
    author.goto("/console/rules/")
    author.click("form[action='/console/rules/draft'] button")
    author.wait_for_url(re.compile(r"/rules/\d+/edit"))
    expect(author.locator("[name='r2.id']")).to_have_value("red.overseas")
    author.fill("[name='r2.within_days']", "7")
    author.fill("[name=note]", "入境后转码期限由14天改为7天")
    author.click("button[value=done]")
    author.wait_for_url(re.compile(r"/rules/\d+/$"))
    author.click("form[action*='dry-runs/ask'] button")
    expect(author.locator("body")).to_contain_text("码色变好", timeout=60_000)
    picture(author, "rule-day-dry-run", full=True)
    moment = datetime.now(SHANGHAI) + timedelta(seconds=80)
    author.fill("[name=wanted_at]", f"{moment:%Y-%m-%dT%H:%M}")
    author.click("form[action*='submit'] button")
    author.wait_for_load_state()
    release = author.url

    approver = a_desk(windows, house, "approver")
    approver.goto(release)
    expect(approver.locator("body")).to_contain_text("入境后转码期限由14天改为7天")
    agree(approver)
    steps.open_code(phone, "红码")

    expect(phone.locator("#word")).to_contain_text("绿码", timeout=A_MINUTE_OR_TWO)
    phone.wait_for_timeout(1_000)
    assert verdict_at_the_door(house, phone, steps.read_qr(phone)) == ("admit", "green")
    phone.goto("/rules")
    expect(phone.locator("body")).to_contain_text("zhejiang-2020-07/2")
    phone.goto("/me/health")
    expect(phone.locator("main")).to_contain_text("入境")
