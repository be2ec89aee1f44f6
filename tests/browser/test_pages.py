"""Every page that needs no sign-in, on a phone and on a desk, in Chinese and in English."""

from typing import Any

import pytest

from tests.house import House

from .conftest import DESK, PHONE, Desk, picture

SIZES = {"phone": PHONE, "desk": DESK}
PAGES = {
    "home": "/",
    "apply": "/apply",
    "sign-in": "/sign-in",
    "code": "/code",
    "scanner": "/scanner",
    "place": "/p/nonsense",
    "privacy": "/privacy",
    "console": "/console/login/",
}
# What a stranger's phone is told on these pages; a browser writes each refused request to its console.
REFUSED = {
    "/code": ("/g/v1/me",),
    "/scanner": ("/g/v1/door",),
    "/p/nonsense": ("/p/nonsense", "/g/v1/place", "/g/v1/me"),
}
TAGS = {"zh": ("zh-hans", "zh-cn"), "en": ("en",)}
SETTLED = "() => document.readyState === 'complete' && !/正在打开|Opening/.test(document.body.innerText)"
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def _watch(page: Any, house: House, path: str) -> list[str]:
    """Collects what goes wrong on ``page``: errors of scripts, words on the console, requests that leave the house."""
    wrong: list[str] = []
    refused = tuple(house.address + one for one in REFUSED.get(path, ()))

    def heard(message: Any) -> None:
        where = message.location["url"]
        if message.type == "error" and not (refused and where.startswith(refused) and "status of 4" in message.text):
            wrong.append(f"{message.text} {where}")

    def requested(request: Any) -> None:
        if not request.url.startswith((house.address + "/", "data:", "blob:" + house.address)):
            wrong.append(f"left for {request.url}")

    page.on("console", heard)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.context.on("request", requested)
    return wrong


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_open_page_fits_speaks_the_readers_language_and_stays_in_the_house(
    windows: Desk, house: House, lang: str
) -> None:
    window = windows.window(PHONE, "en-GB" if lang == "en" else "zh-CN")
    found: dict[str, tuple[bool, list[int], list[str]]] = {}
    for name, path in PAGES.items():
        page = window.new_page()
        wrong, wide = _watch(page, house, path), []
        page.goto(path)
        page.wait_for_function(SETTLED)
        for size, box in SIZES.items():
            page.set_viewport_size(box)
            wide.append(max(0, page.evaluate(OVERFLOW)))
            picture(page, f"{name}-{size}-{lang}")
        spoken = page.evaluate("() => document.documentElement.lang.toLowerCase()")
        found[path] = (spoken in TAGS[lang], wide, wrong)
        page.close()
    assert found == dict.fromkeys(PAGES.values(), (True, [0, 0], []))
