"""My rides on my own page."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest

from ankang.scenes.rides import services, views

from .rides_ground import NOW, Bus, Rider

pytestmark = pytest.mark.django_db


def test_my_page_leads_to_my_rides_which_says_where_and_what(applied: Callable[..., Any]) -> None:
    rider, bus = Rider(applied).ready(), Bus()
    browser = rider.browser()
    assert "On your code, touch “Ride”" in browser.get("/me").content.decode()
    assert "No ride yet." in browser.get("/me/rides").content.decode()
    bus.told(bus.report(rider.code()), bus.report(rider.code(), verdict="deny", reason="colour", vehicle=""))
    page = browser.get("/me/rides").content.decode()
    assert [text in page for text in ("3路 · 皖P12345", "got on", "turned away")] == [True] * 3
    assert "3路 · 皖P12345" in browser.get("/me").content.decode()


def test_a_showing_reported_again_stands_there_as_refused_with_the_reason(applied: Callable[..., Any]) -> None:
    rider, bus = Rider(applied).ready(), Bus()
    code = rider.code()
    bus.told(bus.report(code), bus.report(code))
    page = rider.browser().get("/me/rides").content.decode()
    assert (page.count("got on"), page.count("refused: Just admitted here")) == (1, 1)
    rides = rider.browser().get("/api/v1/me/rides").json()["items"]
    assert sorted((ride["verdict"], ride["reason"]) for ride in rides) == [("admit", "ok"), ("deny", "already_used")]


def test_my_rides_come_in_pages_with_nothing_twice_and_nothing_left_out(
    applied: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    rider, bus = Rider(applied).ready(), Bus()
    bus.told(*(bus.report(rider.code(), line=f"{number}路") for number in range(5)))
    browser = rider.browser()
    found, address = [], "/api/v1/me/rides?limit=2"
    for _ in range(3):
        page = browser.get(address).json()
        found += [ride["line"] for ride in page["items"]]
        address = f"/api/v1/me/rides?limit=2&cursor={page['next']}"
    assert (sorted(found), page["next"]) == ([f"{number}路" for number in range(5)], None)
    assert browser.get("/api/v1/me/rides?cursor=x").json()["error"] == "bad_cursor"
    monkeypatch.setattr(views, "SHOWN", 3)
    first = browser.get("/me/rides")
    earlier = re.findall(r'href="(\?cursor=[^"]+)"', first.content.decode())[0]
    second = browser.get("/me/rides" + html.unescape(earlier)).content.decode()
    assert (first.content.decode().count("<time"), second.count("<time")) == (3, 2)
    assert ("Newest rides" in second, "Earlier rides" in second) == (True, False)
    assert browser.get("/me/rides?cursor=x").status_code == 400


def test_one_button_ends_all_my_ride_codes(applied: Callable[..., Any]) -> None:
    rider = Rider(applied).ready()
    answer = rider.browser("zh-hans").post("/me/rides", follow=True)
    assert "都已停用" in answer.content.decode()
    assert not services.live_authorisations(rider.resident, NOW).exists()


def test_a_stranger_is_sent_to_sign_in(client: Any) -> None:
    answer = client.get("/me/rides")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in?next=/me/rides")
