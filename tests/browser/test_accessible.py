"""Every citizen page on a phone, in Chinese, in English and as an elder page: axe-core finds nothing serious (E9, I10)."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tests.house import House

from .conftest import PHONE, Desk, picture
from .steps import apply_as_somebody

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
SETTLED = "() => document.readyState === 'complete' && !/正在打开|Opening/.test(document.body.innerText)"
SCAN = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"], elementRef: false });
  return found.violations.filter((one) => ["serious", "critical"].includes(one.impact))
    .map((one) => one.id + ": " + one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | "));
}"""
LEAVES = ("lang", "large", "docs", "staff", "me/sign-out", "en/", "demo/phone/messages", "favicon.ico", "console", "api", ".well-known")
"""Addresses that lead elsewhere (en/ in another language), or are no page."""
MORE = (
    "code", "p/nonsense", "nowhere", "me/archive/identity", "me/archive/travel", "me/consents/verification", "me/consents/notices",
)  # fmt: skip
MODES = {"zh": ("zh-CN", ""), "en": ("en-GB", ""), "elder": ("zh-CN", "1")}


def _addresses(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        address = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _addresses(entry, address)
        elif isinstance(entry, URLPattern) and getattr(entry.callback, "permission", "") in ("public", "resident"):
            yield address


def _pages() -> list[str]:
    """Every page for citizens whose address needs no number, and some that do."""
    plain = [address for address in _addresses(get_resolver()) if not re.search(r"[<(^]|\.(json|pdf|csv|png|svg)$", address)]
    return [f"/{address}" for address in dict.fromkeys((*plain, *MORE)) if not address.startswith(LEAVES)]


def _scan(page: Any) -> list[str]:
    """What axe finds on the page as it stands."""
    page.wait_for_function(SETTLED)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    return list(page.evaluate(SCAN))


def _found(page: Any, path: str) -> list[str] | None:
    """What axe finds; None: the address shows no page of its own (a file, a form's target, a step that leads back)."""
    answer = page.request.get(path)
    if answer.status == 405 or "text/html" not in answer.headers.get("content-type", "") or not answer.url.endswith(path):
        return None
    page.goto(path)
    return _scan(page)


def _walk(page: Any, paths: list[str]) -> dict[str, list[str]]:
    """What is wrong on each of these; addresses without a page of their own leave ``paths``, so that no one asks again."""
    found = {path: _found(page, path) for path in paths}
    assert sum(one is not None for one in found.values()) > len(paths) / 2
    paths[:] = [path for path, one in found.items() if one is not None]
    return {path: wrong for path, wrong in found.items() if wrong}


def _apply(page: Any) -> dict[str, list[str]]:
    """Apply step by step, each step scanned, and each first sent empty, for its faults."""
    found: dict[str, list[str]] = {}
    page.goto("/apply")
    page.click("form button.btn--block")
    found["who, faults"] = _scan(page)
    page.goto("/apply")
    page.click("section.card button")
    found["phone"] = _scan(page)
    page.click("section.card button")
    found["code"] = _scan(page)
    page.fill("#id_code", page.inner_text(".message__code"))
    page.click("form button.btn--block")
    found["details"] = _scan(page)
    page.click("form button.btn--block")
    found["details, faults"] = _scan(page)
    page.select_option("select", "341881-01")
    for box in page.query_selector_all("input[type=checkbox]"):
        box.check()
    page.click("form button.btn--block")
    page.wait_for_url("**/apply/done*")
    return {step: wrong for step, wrong in found.items() if wrong}


def test_axe_finds_nothing_serious_on_any_citizen_page(windows: Desk, house: House) -> None:
    found: dict[str, dict[str, list[str]]] = {}
    paths = [path for path in _pages() if not path.startswith("/me")]
    own = [path for path in _pages() if path.startswith(("/me", "/code", "/apply/done"))]
    for mode, (locale, elder) in MODES.items():
        window = windows.window(PHONE, locale, bypass_csp=True)
        page = window.new_page()
        page.goto(f"/?elder={elder}" if elder else "/")
        found[mode] = _walk(page, paths)
        found[f"{mode}, applying"] = _apply(page)
        picture(page, f"apply-done-{mode}", full=True)
        found[f"{mode}, signed in"] = _walk(page, own)
        page.goto("/")
        picture(page, f"home-{mode}-signed-in", full=True)
        page.close()
    assert {mode: wrong for mode, wrong in found.items() if wrong} == {}


def _reached(page: Any, most: int = 60) -> list[str]:
    """What Tab reaches, in order: the ids or words of each stop."""
    stops: list[str] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            "() => { const on = document.activeElement; return on === document.body ? '' : "
            "(on.id || on.getAttribute('aria-label') || on.innerText || on.name || '').trim().slice(0, 40); }"
        )
        if not stop or (stops and stop == stops[0]):
            break
        stops.append(stop)
    return stops


def test_elders_reach_everything_by_the_keyboard_alone(windows: Desk, house: House) -> None:
    page = windows.window(PHONE).new_page()
    page.goto("/?elder=1")
    picture(page, "elder-home", full=True)
    assert page.locator("html.large.elder").count() == 1
    stops = _reached(page)
    ways = [stops.index(next(stop for stop in stops if stop.startswith(word))) for word in ("申领安康码", "我已有安康码", "拨打 12345")]
    assert ways == sorted(ways)
    page.goto("/apply")
    stops = _reached(page)
    wanted = ["id_name", "id_document_kind", "id_document"]
    assert [stop for stop in stops if stop in wanted] == wanted
    apply_as_somebody(page)
    page.goto("/me")
    picture(page, "elder-me", full=True)
    stops = _reached(page)
    links = page.evaluate(
        "() => [...document.querySelectorAll('main a[href], main button')].filter((one) => one.offsetParent).length"
    )
    assert len(stops) >= links
    page.goto("/code")
    page.wait_for_function(SETTLED)
    assert {"large", "lang"} <= set(_reached(page))
    page.goto("/?elder=0")
    assert page.locator("html.elder").count() == 0
