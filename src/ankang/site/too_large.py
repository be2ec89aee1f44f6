"""The answer to a body above the limit: a page in words for a browser, JSON for a program. Pure."""

from collections.abc import Mapping
from html import escape
from urllib.parse import quote, urlsplit

from ankang.base.limits import MAX_BODY

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
    lang = _language(asked)
    common = [("cache-control", "no-store"), ("vary", "Accept, Accept-Language, Cookie")]
    if path.startswith("/api/") or "text/html" not in asked.get("accept", ""):
        return 413, [("content-type", "application/json"), *common], _JSON[lang]
    title, told, back = _WORDS[lang]
    page = (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><h1>{title}</h1><p>{told.format(limit=MAX_BODY // 1024 // 1024)}</p>"
        f'<p><a href="{escape(_came_from(asked))}">{back}</a></p></html>'
    )
    return 413, [("content-type", "text/html; charset=utf-8"), *common], page


def _language(asked: Mapping[str, str]) -> str:
    """The reader's own choice (cookie ``ankang_lang``), else the first language of theirs that we speak, else Chinese."""
    chosen = [part.partition("=")[2] for part in asked.get("cookie", "").split("; ") if part.startswith("ankang_lang=")]
    for tag in [*chosen, *asked.get("accept-language", "").split(",")]:
        short = tag.strip().partition(";")[0][:2].lower()
        if short in _WORDS:
            return short
    return "zh"


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
