"""A class at a door, companions on one phone, and the screen with the place code, in a real browser."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.house import House

from .conftest import DESK, PHONE, Desk, picture
from .steps import again_until, enrol_scanner, open_code, read_qr, sign_in, verify_typed

PLACE = "港口镇政府"
_CLASS = """
import json
from datetime import UTC, datetime
from ankang.cli.standing import django
with django():
    from django.contrib.auth.models import User
    from django.db import transaction
    from ankang.demo.credentials import resident_bearers
    from ankang.health.models import Colour
    from ankang.passage.groups import services
    from ankang.passage.groups.models import GroupMember
    from ankang.people import companions
    from ankang.people.models import Person
    from ankang.places.models import Checkpoint
    now = datetime.now(UTC)
    demo = Person.objects.filter(applied_via="demo").values("pk")
    people = [row.person for row in Colour.objects.filter(colour=1, person__in=demo, reasons=[]).order_by("-person")[:4]]
    home = Checkpoint.objects.get(name="港口镇政府").organisation_id
    with transaction.atomic():
        group = services.make_group(home, "二年级三班", "春游", User.objects.get(username="checkpoints"), now)
        for person in people:
            services.join_group(group.join_code, person, now)
        services.choose_leader(group, GroupMember.objects.get(group=group, person=people[0]).pk)
        companions.bind(people[0], people[1], "staff", now)
    print(json.dumps({"group": group.pk, "bearer": resident_bearers([people[0]], "browser", now)[people[0]]}))
"""


@pytest.fixture(scope="module")
def group(house: House) -> dict[str, Any]:
    """A class of four; its leader's bearer, who may bring one of them along."""
    done = subprocess.run(
        [sys.executable, "-c", _CLASS], env=house.environment, capture_output=True, text=True, check=True, timeout=60
    )
    return dict(json.loads(done.stdout))


def test_a_class_is_led_in_and_a_child_walks_along(windows: Desk, house: House, group: dict[str, Any]) -> None:
    manager, door, leader, screen = (windows.window(size).new_page() for size in (DESK, PHONE, PHONE, PHONE))
    leader.context.add_cookies([{"name": "ankang_resident", "value": group["bearer"], "url": house.address}])
    sign_in(manager, house, "checkpoints")
    door.goto(enrol_scanner(manager, PLACE, "班车门口"))
    door.wait_for_selector("#desk:not([hidden])")

    leader.goto(f"/me/groups/{group['group']}")
    leader.click("button[name=hours] >> nth=1")
    code = read_qr(leader, ".group-code svg")
    picture(leader, "group-leader")

    def type_the_code() -> None:
        door.fill("#typed", code)
        door.press("#typed", "Enter")
        door.wait_for_timeout(1_000)

    again_until(type_the_code, lambda: bool(door.locator("#members li").count()))
    assert door.locator("#members li").count() == 4
    door.click("#all")
    door.locator("#members input").nth(3).uncheck()
    door.click("#go")
    door.wait_for_selector("#results li")
    assert (door.inner_text("#verdict_word"), door.locator("#missing li").count()) == ("全部放行", 1)
    picture(door, "group-done")
    leader.reload()
    assert "今天已到 3 人，共 4 人" in leader.inner_text("h2")

    leader.goto("/me/companions")
    leader.check("input[name=pairs]")
    leader.click("button[value=along]")
    assert "与您同行至" in leader.inner_text("main")
    door.goto("/scanner")
    door.wait_for_selector("#desk:not([hidden])")
    door.locator("input[value=exit]").check(force=True)

    seen: list[tuple[str, int]] = []

    def show_the_code() -> None:
        door.wait_for_selector("#answer", state="hidden")
        open_code(leader)
        seen.append((verify_typed(door, read_qr(leader)), door.locator("#answer_company li").count()))

    again_until(show_the_code, lambda: seen[-1][1] > 0, 150)  # a gate that had not heard of them: the next minute's code
    assert seen[-1] == ("放行", 2)
    picture(door, "scanner-companions")

    screen.goto(enrol_scanner(manager, PLACE, "门口屏幕").replace("/scanner#", "/kiosk#"))
    screen.wait_for_selector("#stage:not([hidden])")
    assert "/p/" in read_qr(screen)
    picture(screen, "kiosk")
    screen.wait_for_function("async () => !!(await caches.match('/kiosk'))")
    screen.clock.install()
    screen.context.set_offline(True)
    screen.clock.fast_forward("03:00")
    screen.wait_for_selector("#gone:not([hidden])")
    assert screen.is_hidden("#qr")
    picture(screen, "kiosk-paused")
    screen.reload()  # the power was away as well
    screen.wait_for_selector("#gone:not([hidden]), #notice:not([hidden])")
    assert screen.is_hidden("#qr")
    picture(screen, "kiosk-started-offline")
