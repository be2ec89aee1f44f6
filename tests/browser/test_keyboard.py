"""A day at the console without the mouse: work is found, decided and exported by keys alone, and one always sees where one is (I8)."""

import re
from typing import Any

from tests.house import House

from .conftest import DESK, Desk, picture
from .steps import again_until

WHERE = """() => {
  const on = document.activeElement, style = getComputedStyle(on), box = on.getBoundingClientRect();
  const marked = style.outlineStyle !== "none" || style.boxShadow !== "none";
  const inside = box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const words = (on.ariaLabel || on.innerText || on.labels?.[0]?.innerText || on.name || "").trim().replace(/\\s+/g, " ");
  return { body: on === document.body, seen: marked && inside, words: words.slice(0, 60) };
}"""


class Keys:
    """Somebody who only types; ``lost``: the stops where one could not see where one was."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.lost: list[str] = []

    def here(self) -> str:
        """The words of what is in focus; empty when nothing is."""
        at = self.page.evaluate(WHERE)
        if not at["body"] and not at["seen"]:
            self.lost.append(f"{self.page.url}: {at['words']}")
        return str(at["words"]) if not at["body"] else ""

    def press(self, *keys: str) -> str:
        """Press one after the other; the words of where one is then."""
        for key in keys:
            self.page.keyboard.press(key)
        return self.here()

    def tab_to(self, words: str, most: int = 90) -> None:
        """Tab until one is at what begins with ``words``."""
        assert any(re.match(words, self.press("Tab")) for _ in range(most)), f"Tab never comes to {words} on {self.page.url}"

    def go(self, key: str, address: str) -> None:
        """Press a key that leads to another page."""
        with self.page.expect_navigation(url=re.compile(address)):
            self.page.keyboard.press(key)


def test_staff_find_decide_and_export_without_a_mouse(windows: Desk, house: House) -> None:
    page = windows.window(DESK, "en-GB").new_page()
    keys = Keys(page)
    page.goto("/console/login/")
    page.keyboard.type("approver")
    keys.press("Tab")
    page.keyboard.type(str(house.accounts()["password"]))
    keys.go("Enter", "/console/$")

    assert keys.press("Tab") == "Skip to the content"
    assert keys.press("?").startswith("Keyboard shortcuts")
    picture(page, "console-keys-desk")
    assert keys.press("Escape") == "Keyboard shortcuts"
    assert keys.press("/") == "Search the console"
    page.keyboard.type("Ningguo")
    keys.go("Enter", "/console/search/")
    again_until(lambda: keys.go("h", "/console/$"), lambda: "Contacts" in keys.press("j"))  # a new house is still reading its batch
    keys.go("o", "/console/approvals/")
    assert "Contacts" in keys.press("j")
    picture(page, "approvals-desk")
    keys.go("Enter", "/console/feeds/batches/")
    assert keys.press("i") != ""
    keys.tab_to("Remark")
    page.keyboard.type("The list is of last week.")
    assert keys.press("Control+Enter") == "Agree"  # two answers: nothing is sent before one is chosen
    assert keys.press("Tab") == "Refuse"
    keys.go("Enter", "/console/feeds/batches/")
    assert page.get_by_text("Your decision is on record.").is_visible()
    keys.go("h", "/console/$")
    assert "Contacts" not in keys.press("j")

    keys.tab_to(r"\w+ Colours$")
    keys.go("Enter", "/console/health/colour/")
    keys.tab_to("Export …")
    keys.go("Enter", "/console/exports/ask")
    keys.tab_to("Export$")
    with page.expect_download() as file:
        page.keyboard.press("Enter")
    assert re.search(r"\.(csv|xlsx)$", file.value.suggested_filename)
    keys.tab_to("Back to the list", 5)
    keys.go("Enter", "/console/health/colour/")
    assert keys.lost == []
