"""Errors a user may meet. The class name gives the stable code, ``status`` the HTTP status, ``zh``/``en`` the sentence.

Rendered by one middleware: JSON ``{"error", "message", "details"}`` for the API, a page for people.
"""

import re
from typing import Any, ClassVar


class Problem(Exception):
    """Base of all errors shown to users; a subclass is one stable error code."""

    status: ClassVar[int] = 400
    zh: ClassVar[str] = "请求有误。"
    en: ClassVar[str] = "The request is wrong."

    def __init__(self, details: dict[str, Any] | None = None) -> None:
        super().__init__(self.code)
        self.details = details or {}

    @property
    def code(self) -> str:
        """The stable code: ``CodeExpired`` → ``code_expired``."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()

    def message(self, lang: str) -> str:
        """The sentence in the reader's language (``zh…`` or else English)."""
        return self.zh if lang.startswith("zh") else self.en

    def body(self, lang: str) -> dict[str, Any]:
        """The JSON shape of every error of the house."""
        return {"error": self.code, "message": self.message(lang), "details": self.details}


class BadRequest(Problem):
    """The request cannot be read at all: a foreign encoding, a broken form, JSON that is none."""

    zh, en = "提交的内容无法读取，请返回后重新填写。", "We could not read what you sent. Go back and try again."


class BadJson(Problem):
    """A body that should be JSON and is none."""

    zh, en = "提交的内容不是有效的 JSON。", "The body is not valid JSON."


class BadCursor(Problem):
    """A cursor that this list did not give, or that was changed on the way; begin again without one."""

    zh, en = "翻页标记无效，请从第一页重新开始。", "This cursor is not valid. Begin again at the first page."


class NotSignedIn(Problem):
    status = 401
    zh, en = "请先登录。", "Please sign in first."


class NotAllowed(Problem):
    status = 403
    zh, en = "您的岗位没有此项权限。", "Your duties do not include this."


class ConfirmYourself(Problem):
    """A sensitive act, and the last proof of identity is more than five minutes old."""

    status = 403
    zh, en = "此操作需要您重新验证身份。", "This step needs you to confirm that it is you."


class FormExpired(Problem):
    """A form whose token is missing or old."""

    status = 403
    zh, en = "页面打开太久，已经过期。请返回上一页，刷新后再提交。", "This page was open too long. Go back, reload it, and send it again."


class NotFound(Problem):
    status = 404
    zh, en = "没有找到您要的内容。", "What you are looking for is not here."


class MethodNotAllowed(Problem):
    """The address is there, with other methods; the header ``Allow`` names them."""

    status = 405
    zh, en = "此地址不支持这种请求方式。", "This address does not take that method."


class ChangedMeanwhile(Problem):
    """``If-Match`` names an older version; ``details.etag``: how it stands now."""

    status = 412
    zh, en = "这项内容刚被他人修改，请重新读取后再保存。", "Somebody changed this meanwhile. Read it again, then save."


class IdempotencyKeyReused(Problem):
    """The key came before with another request; a new request needs a new key."""

    status = 409
    zh, en = "这个幂等键已用于另一个请求。", "This idempotency key was used for another request."


class InProgress(Problem):
    """The first request with this key is still being worked on; ask again in a moment."""

    status = 409
    zh, en = "同一请求正在处理，请稍后再试。", "The same request is being worked on. Try again in a moment."


class UnsupportedMediaType(Problem):
    """The body is of another content type than the operation reads."""

    status = 415
    zh, en = "请求内容的类型不受支持。", "This type of content is not supported here."


class BadInput(Problem):
    """Fields that cannot be accepted; ``details.fields`` names each with its fault code."""

    status = 422
    zh, en = "有内容需要更正。", "Something needs correcting."


class TooManyRequests(Problem):
    """Try again after ``details.retry_after`` seconds."""

    status = 429
    zh, en = "操作太频繁，请稍后再试。", "Too many attempts. Please wait a moment and try again."


class BodyTooLarge(Problem):
    status = 413
    zh, en = "提交的内容太大。", "What you sent is too large."


class InternalError(Problem):
    status = 500
    zh, en = "系统出了点问题，您的资料没有丢失，请稍后再试。", "Something went wrong on our side. Nothing was lost; please try again."


class ServiceDown(Problem):
    status = 503
    zh, en = "服务正在恢复，请稍后再试；您的安康码仍可使用。", "The service is coming back. Your code still works; please try again soon."
