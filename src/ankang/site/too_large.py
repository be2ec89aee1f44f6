"""The answer to a body above the limit: a page in words for a browser, JSON for a program. Pure."""

from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from ankang.base.limits import MAX_BODY

from .spare_page import VARY, reader_language, spare_page

_WORDS = {
    "zh": (
        "提交的内容太大",
        "一次最多可提交 {limit} MB，您的内容没有被接收。请换小一些的文件，照片可先缩小或截图，再试一次。",
        "返回上一页",
    ),
    "en": (
        "What you sent is too large",
        "At most {limit} MB can be sent at once, and nothing of it was taken. Choose a smaller file, or make the picture smaller"
        " (a screenshot will do), and try again.",
        "Go back",
    ),
}
_JSON = {
    "zh": '{"error":"body_too_large","message":"提交的内容太大。","details":{}}',
    "en": '{"error":"body_too_large","message":"What you sent is too large.","details":{}}',
}


def too_large(path: str, headers: Mapping[str, str]) -> tuple[int, list[tuple[str, str]], str]:
    """Status, headers and body of the answer; ``headers``: names in any case."""
    asked = {name.lower(): value for name, value in headers.items()}
    lang = reader_language(asked)
    if path.startswith("/api/") or "text/html" not in asked.get("accept", ""):
        headers_of_json = [("content-type", "application/json"), ("cache-control", "no-store"), ("vary", VARY)]
        return 413, headers_of_json, _JSON[lang]
    title, told, back = _WORDS[lang]
    page_headers, page = spare_page(asked, title, told.format(limit=MAX_BODY // 1024 // 1024), {_came_from(asked): back})
    return 413, page_headers, page


def _came_from(asked: Mapping[str, str]) -> str:
    """The page of ours that held the form, as a path; the first page when nothing says which."""
    try:
        came = urlsplit(asked.get("referer", ""))
    except ValueError:
        return "/"
    if not came.netloc or came.netloc != asked.get("host"):
        return "/"
    path = "/" + quote(came.path.lstrip("/\\"), safe="/%")
    return f"{path}?{quote(came.query, safe='=&%')}" if came.query else path
