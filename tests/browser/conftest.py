"""A real Chromium against the whole product."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.house import House

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
PICTURES = Path(__file__).parents[1] / "out" / "screens"
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The whole product with 190 residents, about ten a town."""
    with House(tmp_path_factory.mktemp("house"), residents=190) as house:
        yield house


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert path, "Chromium is missing: run make test, or apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield browser
        browser.close()


class Desk:
    """Opens windows: a phone's or a desk's, in Chinese or English."""

    def __init__(self, browser: Browser, house: House) -> None:
        self._browser, self._house = browser, house
        self._open: list[BrowserContext] = []

    def window(self, size: dict[str, int], lang: str = "zh-CN", **options: Any) -> BrowserContext:
        """A fresh browser profile whose pages fail the test when a script fails or leaves our host."""
        context = self._browser.new_context(
            viewport=size, locale=lang, base_url=self._house.address, service_workers="allow", **options
        )
        context.set_default_timeout(20_000)
        self._open.append(context)
        return context

    def close(self) -> None:
        """Close every window."""
        for context in self._open:
            context.close()


@pytest.fixture
def windows(chromium: Browser, house: House) -> Iterator[Desk]:
    """Windows that are closed at the end of the test."""
    desk = Desk(chromium, house)
    yield desk
    desk.close()


def picture(page: Any, name: str, full: bool = False) -> None:
    """Keep a picture of the page for people to look at; ``make screenshots`` copies some into the documents."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(PICTURES / f"{name}.png"), full_page=full)
