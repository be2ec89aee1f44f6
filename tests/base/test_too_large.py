"""What is too large is refused in words a person can read, and as JSON to a program."""

import pytest

from ankang.site.too_large import too_large

BROWSER = {"Accept": "text/html,application/xhtml+xml", "Host": "code.test"}


def test_a_browser_gets_a_page_with_the_way_back() -> None:
    asked = BROWSER | {"Accept-Language": "zh-CN,en;q=0.5", "Referer": "https://code.test/me/family/pictures?a=1"}
    status, headers, page = too_large("/me/family/pictures", asked)
    assert (status, dict(headers)["content-type"]) == (413, "text/html; charset=utf-8")
    assert all(words in page for words in ('lang="zh"', "最多可提交 2 MB", '<a href="/me/family/pictures?a=1">返回上一页'))


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
