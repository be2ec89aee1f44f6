"""Every citizens' page on a phone of 320 pixels: as an elder page and as it is for everybody (E9, I10).

Each page is opened once, as an elder page: what is read aloud is words, and nothing is wider than the screen. Then the same page
takes off the elder style: nothing is wider than the screen, and axe-core finds nothing serious. Whoever applies reads English,
whoever has much on file reads Chinese. The pages are those of the URL list: a new address fails here until some step opens it, or
it is said below why it shows no page of its own.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.urls.exceptions import Resolver404
from stdnum.cn import ric

from tests.house import House

from .conftest import PHONE, Desk, picture
from .somebody import somebody
from .steps import apply_as_somebody

ROOT = Path(__file__).parents[2]
AXE = (ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
SETTLED = "() => document.readyState === 'complete' && !/正在打开|Opening( your code)?…/.test(document.body.innerText)"
SCAN = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"], elementRef: false, preload: false });
  return found.violations.filter((one) => ["serious", "critical"].includes(one.impact))
    .map((one) => one.id + ": " + one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | "));
}"""
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
LISTEN = "window.heard = []; speechSynthesis.speak = (one) => { heard.push(one.text); };"
NOT_WORDS = re.compile(r"undefined|null|None(?! of )|NaN|[0-9a-f]{8}-[0-9a-f]{4}-|[\w+/=-]{30,}|[{}%*▶✓✕]|[a-z]_[a-z]|\w\.\w+_\w")
"""What an ear cannot use: identities, digests, names of variables, signs."""

ELSEWHERE = re.compile(r"api/|console/|staff/|docs/api/|\.well-known/|.*\.(json|pdf|csv|png|svg)$")
"""For programs, for staff, or a file."""
NO_PAGE = {
    "lang": "sets a cookie", "large": "sets a cookie", "demo/phone/messages": "a piece of a page",
    "en/claim": "leads to apply/entry, in English", "me/sign-out": "a form's target",
    "me/devices/<int:serial>/revoke": "a form's target", "me/family/back": "a form's target",
    "me/family/<int:guardianship>/show": "a form's target", "me/requests/<int:number>/withdraw": "a form's target",
}  # fmt: skip
PHONE_PAGES = {page["path"] for page in json.loads((ROOT / "src/ankang/site/phone/routes.json").read_text()) if page["csp"]}
"""What the gate serves: the code, a place, the scanner, its groups, a door's screen."""


SMALL = {"width": 320, "height": 844}
PLAIN = """() => {
  document.documentElement.classList.remove("large", "elder");
  document.querySelectorAll("link[href*=elder], .elder__bar").forEach((one) => one.remove());
}"""


def _addresses(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        address = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _addresses(entry, address)
        elif isinstance(entry, URLPattern) and getattr(entry.callback, "permission", "") in ("public", "resident"):
            yield address


def _pages() -> set[str]:
    """The address patterns of every page that a citizen may open."""
    ours = {address for address in _addresses(get_resolver()) if not ELSEWHERE.match(address)}
    return (ours - NO_PAGE.keys()) | {path.lstrip("/") for path in PHONE_PAGES}


def _pattern(url: str) -> str:
    """The pattern of the page at ``url``."""
    path = urlsplit(url).path
    if path.startswith("/p/"):
        return "p/{token}"
    try:
        return str(resolve(path).route)
    except Resolver404:
        return path.lstrip("/")


class Reader:
    """Somebody with a browser who looks at one page after the other and keeps what is wrong.

    ``seen``: the pages where they, or others before them, have been; axe looks at each page once, and at its faults.
    """

    def __init__(self, windows: Desk, house: House, lang: str, seen: set[str]) -> None:
        window = windows.window(SMALL, lang, bypass_csp=True, reduced_motion="reduce")
        window.add_init_script(LISTEN + AXE)
        window.add_cookies([{"name": "ankang_elder", "value": "1", "url": house.address}])
        self.window, self.page, self._house = window, window.new_page(), house
        self.seen = seen
        self.wrong: dict[str, list[str]] = {}

    def open(self, *paths: str) -> None:
        """Open and look at each; it must be that page and not lead elsewhere."""
        for path in paths:
            self.page.goto(path)
            assert urlsplit(self.page.url).path == path, f"{path} leads to {self.page.url}"
            self.look()

    def look(self, what: str = "") -> None:
        """At the page as it stands. ``what``: the state it is in."""
        page = self.page
        page.wait_for_function(SETTLED)
        first = _pattern(page.url) not in self.seen
        self.seen.add(_pattern(page.url))
        found = [*self._wider("as an elder page"), *self._read_aloud()]
        page.evaluate(PLAIN)
        found += self._wider("in plain style")
        if first or what:
            found += page.evaluate(SCAN)
        if found:
            self.wrong[f"{urlsplit(page.url).path} {what}"] = found

    def send(self, what: str = "") -> None:
        """Press the page's large button, and look at what comes."""
        self.page.click("form button.btn--block")
        self.look(what)

    def carry(self, bearer: str) -> None:
        """Be signed in as its holder."""
        self.window.add_cookies([{"name": name, "value": bearer, "url": self._house.address} for name in ("ankang_resident", "ankang_holder")])

    def _wider(self, style: str) -> list[str]:
        wide = self.page.evaluate(WIDER)
        return [f"{wide} pixels wider than the screen {style}"] if wide > 1 else []

    def _read_aloud(self) -> list[str]:
        button = self.page.locator("[data-read-aloud]")
        if not button.count():
            return []
        button.click()
        heard = self.page.evaluate("() => heard.splice(0)")
        return [f"reads {text!r}" for text in heard if NOT_WORDS.search(text)] or ([] if heard else ["reads nothing"])


def _a_child(number: int) -> str:
    digits = f"34188120150601{number:03}"
    return digits + ric.calc_check_digit(digits + "0")


def _public(reader: Reader, much: dict[str, Any]) -> None:
    """Whoever comes along."""
    reader.open("/", "/privacy", "/permissions", "/policies", "/rules", "/verify-reason", f"/places/{much['place']}")
    reader.open("/sign-in", "/apply/entry", "/demo/phone", "/code", "/p/nonsense", "/scanner", "/kiosk", "/group", "/nowhere")
    reader.page.goto("/verify-reason")
    reader.page.fill("#text", "AKR1:nonsense")
    reader.page.click("main form button")
    reader.look("not genuine")


def _apply(reader: Reader) -> None:
    """Apply step by step, each step first sent empty, for its faults."""
    page = reader.page
    reader.open("/apply")
    reader.send("faults")
    page.goto("/apply")
    page.click("section.card button")
    reader.look()
    reader.send("faults")
    page.goto("/apply/phone")
    page.click("section.card button")
    reader.look()
    page.fill("#id_code", page.inner_text(".message__code"))
    reader.send()
    reader.send("faults")
    page.select_option("select", "341881-01")
    for box in page.query_selector_all("input[type=checkbox]"):
        box.check()
    reader.send()
    page.wait_for_url("**/apply/done*")


def _newcomer(reader: Reader) -> None:
    """Who has applied a moment ago: everything is empty yet, and everything can be asked for."""
    page = reader.page
    reader.open("/code", "/me", "/me/consents", "/me/companions", "/me/family", "/me/carriers", "/me/groups", "/me/groups/join")
    reader.open("/me/rides", "/me/reads", "/me/health", "/me/reason", "/me/archive", "/me/archive/take")
    reader.open("/me/change", "/me/change/town", "/me/change/name", "/me/change/old-code", "/me/close")
    reader.open("/me/companions/add")
    reader.send("faults")
    page.fill("#id_name", "张三丰")
    page.fill("#id_document", _a_child(600))
    reader.send()
    reader.open("/me/family/new")
    reader.send("faults")
    for kind, phone in (("minor", ""), ("adult", "13900138700")):
        page.goto("/me/family/new")
        page.select_option("#id_kind", kind)
        page.fill("#id_name", "张三丰")
        page.fill("#id_document", _a_child(610) if kind == "minor" else _grown_up(620))
        page.select_option("#id_town", "341881-01")
        page.fill("#id_phone", phone)
        page.check("#id_agreed")
        reader.send()
    reader.open("/me/change/phone")
    page.fill("#id_phone", "13900138800")
    reader.send()
    reader.open("/me/consents/notices", "/me/consents/verification")
    page.click("main form button")
    page.wait_for_url("**/stopped")
    reader.look()


def _grown_up(number: int) -> str:
    digits = f"34188119800601{number:03}"
    return digits + ric.calc_check_digit(digits + "0")


def _holder(reader: Reader, much: dict[str, Any]) -> None:
    """Of whom much is on file."""
    page = reader.page
    reader.open("/code", "/me", "/me/family", f"/me/family/{much['ward']}/end", "/me/companions", "/me/groups", f"/me/groups/{much['group']}")
    reader.open("/me/carriers", "/me/carriers/sheet", "/me/health", "/me/reason")
    signed = page.get_attribute("a[href^='/me/reason/'][href$='.json']", "href")
    reader.open(signed.removesuffix(".json"), "/me/reads")
    reader.open(page.get_attribute("a[href$='/question']", "href"))
    reader.open("/me/archive/identity", "/me/archive/travel", "/me/archive/credit")
    reader.open(page.get_attribute("a[href^='/me/archive/correct/']", "href"))


def _sign_in(reader: Reader, name: str, document: str) -> None:
    reader.open("/sign-in")
    reader.send("faults")
    reader.page.fill("#id_name", name)
    reader.page.fill("#id_document", document)
    reader.send()


def test_every_citizens_page_is_for_everybody(windows: Desk, house: House) -> None:
    much = somebody(house)
    holder = Reader(windows, house, "zh-CN", set())
    holder.carry(much["bearer"])
    _holder(holder, much)
    newcomer = Reader(windows, house, "en-GB", holder.seen)
    _public(newcomer, much)
    _sign_in(newcomer, *much["friend"])
    _apply(newcomer)
    _newcomer(newcomer)
    newcomer.page.goto("/?elder=0")
    newcomer.look("for everybody")
    assert newcomer.wrong | holder.wrong == {}
    assert _pages() - newcomer.seen == set(), "no step opens these pages"


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
