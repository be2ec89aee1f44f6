"""What is too large is refused in words a person can read, and as JSON to a program."""

import re
from base64 import b64encode
from hashlib import sha256

import pytest

from ankang.site.spare_page import spare_page
from ankang.site.too_large import too_large

BROWSER = {"Accept": "text/html,application/xhtml+xml", "Host": "code.test"}


def test_a_browser_gets_a_page_with_the_way_back() -> None:
    asked = BROWSER | {"Accept-Language": "zh-CN,en;q=0.5", "Referer": "https://code.test/me/family/pictures?a=1"}
    status, headers, page = too_large("/me/family/pictures", asked)
    assert (status, dict(headers)["content-type"]) == (413, "text/html; charset=utf-8")
    assert all(words in page for words in ('lang="zh-CN"', "最多可提交 2 MB", 'href="/me/family/pictures?a=1">返回上一页'))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"Accept-Language": "en-GB"}, "What you sent is too large"),
        ({"Accept-Language": "fr, en;q=0.5"}, "What you sent is too large"),
        ({"Accept-Language": "fr"}, "提交的内容太大"),
        ({"Accept-Language": "zh", "Cookie": "a=b; ankang_lang=en"}, "What you sent is too large"),
    ],
)
def test_it_speaks_the_readers_language(more: dict[str, str], words: str) -> None:
    assert words in too_large("/apply", BROWSER | more)[2]


@pytest.mark.parametrize("came", ["https://evil.test/x", "//evil.test", "https://[", "", "https://code.test//evil.test"])
def test_the_way_back_stays_in_the_house(came: str) -> None:
    page = too_large("/apply", BROWSER | {"Referer": came})[2]
    assert 'href="/"' in page or 'href="/evil.test"' in page


def test_a_program_gets_json_in_one_language() -> None:
    for path, asked in (("/api/v1/rides", BROWSER), ("/apply", {"Accept": "*/*"})):
        status, headers, body = too_large(path, asked | {"Accept-Language": "en"})
        assert (status, dict(headers)["content-type"]) == (413, "application/json")
        assert body == '{"error":"body_too_large","message":"What you sent is too large.","details":{}}'


def test_what_the_front_tells_is_a_page_of_the_house_that_asks_for_no_other_file() -> None:
    asked = {"accept-language": "en", "cookie": "a=b; ankang_large=1"}
    headers, page = spare_page(asked, "<b>", "Wait & see", {"/code": "Open", "/x?a='1'": "Again"})
    style = b64encode(sha256(page.partition("<style>")[2].partition("</style>")[0].encode()).digest()).decode()
    assert f"style-src 'sha256-{style}'" in dict(headers)["content-security-policy"]
    assert re.findall(r"<(?:link|script|img)[^>]*>", page) == ['<link rel="icon" href="/phone/icon.svg">']
    assert '<html lang="en" class="large">' in page
    assert "<h1>&lt;b&gt;</h1><p>Wait &amp; see</p>" in page
    assert re.findall(r'class="btn" href="([^"]*)">(\w+)', page) == [("/code", "Open"), ("/x?a=&#x27;1&#x27;", "Again")]
