"""What the front tells a reader by itself, as a page of the house: in the reader's language and size of print, without Django."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from html import escape

from .phone_pages import FOLDER

LANGUAGES = ("zh", "en")
VARY = "Accept, Accept-Language, Cookie"
_BRAND = {"zh": "安康码", "en": "Ankang code"}
_TAGS = {"zh": "zh-CN", "en": "en"}
_UNBUILT = (
    '<!doctype html><html lang="<!--lang-->"<!--large-->><meta charset="utf-8"><title><!--title--></title>'
    "<h1><!--title--></h1><p><!--told--></p><p><!--ways--></p></html>"
)
"""Before ``make build``."""


def reader_language(asked: Mapping[str, str]) -> str:
    """``zh`` or ``en``: the reader's own choice, else the first language of theirs that we speak. ``asked``: names in lower case."""
    chosen = _cookies(asked).get("ankang_lang", "")
    for tag in (chosen, *asked.get("accept-language", "").split(",")):
        short = tag.strip().partition(";")[0][:2].lower()
        if short in LANGUAGES:
            return short
    return "zh"


def spare_page(asked: Mapping[str, str], title: str, told: str, ways: Mapping[str, str]) -> tuple[list[tuple[str, str]], str]:
    """Headers and page. ``asked``: headers, names in lower case; ``ways``: words of each button by its address, the best first."""
    page, policy = _template()
    lang, cookies = reader_language(asked), _cookies(asked)
    large = cookies.get("ankang_large") == "1" or cookies.get("ankang_elder") == "1"
    fill = {
        "lang": _TAGS[lang],
        "large": ' class="large"' if large else "",
        "brand": _BRAND[lang],
        "title": escape(title),
        "told": escape(told),
        "ways": " ".join(f'<a class="btn" href="{escape(address)}">{escape(words)}</a>' for address, words in ways.items()),
    }
    headers = [
        ("content-type", "text/html; charset=utf-8"),
        ("cache-control", "no-store"),
        ("vary", VARY),
        ("content-security-policy", policy),
        ("referrer-policy", "same-origin"),
        ("x-content-type-options", "nosniff"),
    ]
    return headers, re.sub(r"<!--(\w+)-->", lambda slot: fill[slot[1]], page)


@cache
def _template() -> tuple[str, str]:
    """The page with its slots, and the policy that allows its own style and nothing else."""
    built = FOLDER / "spare.html"
    page = built.read_text(encoding="utf-8") if built.exists() else _UNBUILT
    styles = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    sums = " ".join(f"'sha256-{b64encode(hashlib.sha256(one.encode()).digest()).decode()}'" for one in styles) or "'none'"
    return page, f"default-src 'none'; style-src {sums}; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def _cookies(asked: Mapping[str, str]) -> dict[str, str]:
    pairs = (part.partition("=") for part in asked.get("cookie", "").split("; "))
    return {name: value for name, _, value in pairs}
