"""Every page of the console that a role can open by a link speaks one language: no English word on a Chinese page, nor the reverse."""

import re
from html import unescape
from typing import Any

import pytest
from django.contrib import admin

from ankang.base.models import Region
from ankang.base.permissions import ADMINISTRATORS, ROLES
from ankang.places.services import enrol_device
from tests.places.builders import NOW, a_checkpoint, staff

pytestmark = pytest.mark.django_db

ALLOWED = {
    "api", "app", "csv", "css", "e-mail", "email", "english", "excel", "gbk", "http", "https", "id", "json", "k", "mb", "kb", "ndjson", "oidc",
    "pdf", "png", "qr", "sm", "sm2", "sm3", "toml", "totp", "url", "utf", "utf-8", "v", "xlsx", "webauthn", "x", "a", "m", "min", "s", "ankang",
    "docs", "runbook", "md", "gate", "code", "localhost", "openid", "connect", "bearer", "curl", "gb", "h", "usb", "iphone", "android", "tls",
    "e",
}  # fmt: skip
"""Names of formats, standards and the other language's own name; tests/console adds nothing else."""
_HIDDEN = re.compile(
    r"<(script|style|svg|code|pre|template|textarea|option)\b.*?</\1>"
    r"|<[^>]*class=\"[^\"]*(material-symbols|mono|sr-code)[^>]*>[^<]*|<!--.*?-->",
    re.S,
)
BOTH = ("/console/places/posters/",)
"""Posters speak both languages at once: they hang on walls."""
_TEXTS = re.compile(r">([^<>]+)<")
_HAN = re.compile(r"[\u4e00-\u9fff]{2,}")
_WORD = re.compile(r"[A-Za-z][A-Za-z-]+")
ADDRESS = re.compile(r'href="(/console/[^"#]*)')


def _texts(page: str) -> list[str]:
    body = page[page.index('<div id="main"') :] if '<div id="main"' in page else page
    return [unescape(text).strip() for text in _TEXTS.findall(_HIDDEN.sub(" ", body)) if text.strip()]


def _pages(client: Any, user: Any, lang: str) -> dict[str, str]:
    client.force_login(user)
    client.cookies["ankang_lang"] = "zh-hans" if lang == "zh" else "en"
    first = client.get("/console/").content.decode()
    links = sorted({unescape(link).split("?")[0] for link in ADDRESS.findall(first)})
    wanted = [link for link in links if link not in BOTH and not re.search(r"logout|login|\.(pdf|xlsx|csv)$", link)]
    answers = {link: client.get(link) for link in wanted}
    return {link: answer.content.decode() for link, answer in answers.items() if answer.status_code == 200}


@pytest.fixture
def everybody(db: None) -> Any:
    """Somebody with every role that one person may hold at once, and the administrators."""
    Region.objects.create(code="34", name="安徽省", name_en="Anhui", level="province")
    Region.objects.create(code="341881", name="宁国市", name_en="Ningguo", level="county", parent_id="34")
    door = a_checkpoint()
    door.name_en = "East gate"
    door.save()
    enrol_device(door, "#1", None, NOW)
    return [staff(*(set(ROLES) - set(ADMINISTRATORS)), region="34"), *(staff(role, region="34") for role in ADMINISTRATORS)]


def test_chinese_pages_hold_no_english_words(everybody: Any, client: Any) -> None:
    found: dict[str, set[str]] = {}
    for user in everybody:
        for link, page in _pages(client, user, "zh").items():
            for text in _texts(page):
                words = {word.lower() for word in _WORD.findall(text)} - ALLOWED
                if len(words) > 1 and not _HAN.search(text):
                    found.setdefault(link, set()).add(text)
    assert len(admin.site._registry) > 5
    assert [f"{link}: {text}" for link, texts in sorted(found.items()) for text in sorted(texts)] == []


def test_english_pages_hold_no_chinese_sentences(everybody: Any, client: Any) -> None:
    """Names of units stay Chinese where nobody gave them an English one; a run of four signs that is no name is a sentence."""
    names = re.compile(r"单位\d+|检查点\d+|安康码|中文|简体中文|管理员|.*\(or 姓名.*|.*(方案|通知|国家标准|联防联控).*")
    found: dict[str, set[str]] = {}
    for user in everybody:
        for link, page in _pages(client, user, "en").items():
            for text in _texts(page):
                if _HAN.search(names.sub("", text)):
                    found.setdefault(link, set()).add(text)
    assert [f"{link}: {text}" for link, texts in sorted(found.items()) for text in sorted(texts)] == []
