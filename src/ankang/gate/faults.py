"""What a client may have done wrong, and how it is told: one small class a code, one renderer (style.md rule 5)."""

import json
from collections.abc import Mapping
from random import random


class Fault(Exception):
    """An HTTP error. The class's ``code`` is stable; ``zh`` and ``en`` are the sentences."""

    status = 500
    code = "internal"
    zh = "系统内部错误，请稍后重试。"
    en = "An internal error; please try again."

    def __init__(self, **details: object) -> None:
        super().__init__(self.code)
        self.details: Mapping[str, object] = details

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Headers beyond the content type."""
        return ()

    def body(self, lang: str) -> bytes:
        """``{"error", "message", "details"}`` in ``lang`` (``zh`` or ``en``)."""
        message = self.zh if lang == "zh" else self.en
        text = json.dumps({"error": self.code, "message": message, "details": self.details}, ensure_ascii=False)
        return text.encode()


class Unauthorized(Fault):
    status, code = 401, "unauthorized"
    zh, en = "请先登录或重新配对。", "Please sign in or pair the device again."

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        return (("www-authenticate", "Bearer"),)


class DeviceRevoked(Unauthorized):
    code = "device_revoked"
    zh, en = "此设备已停用，请联系管理员。", "This device was withdrawn; ask the administrator."


class CredentialRevoked(Unauthorized):
    code = "credential_revoked"
    zh, en = "此凭证已停用，请重新申领。", "This credential was withdrawn; please apply again."


class CrossSite(Fault):
    status, code = 403, "cross_site"
    zh, en = "不接受来自其他网站的请求。", "Requests from other sites are not accepted."


class NotFound(Fault):
    status, code = 404, "not_found"
    zh, en = "没有这个地址。", "There is nothing at this address."


class MethodNotAllowed(Fault):
    status, code = 405, "method_not_allowed"
    zh, en = "不支持此请求方法。", "This method is not supported here."

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """``Allow`` (RFC 9110 15.5.6); what can be read can be asked for without its body."""
        allowed = str(self.details["allow"])
        return (("allow", "GET, HEAD" if allowed == "GET" else allowed),)


class BodyTooLarge(Fault):
    status, code = 413, "body_too_large"
    zh, en = "请求内容过大。", "The request is too large."


class UnsupportedMediaType(Fault):
    status, code = 415, "unsupported_media_type"
    zh, en = "请求内容类型须为 application/json。", "The content type must be application/json."


class BadJson(Fault):
    status, code = 400, "bad_json"
    zh, en = "请求内容不是有效的 JSON。", "The request is not valid JSON."


class BadField(Fault):
    status, code = 422, "bad_field"
    zh, en = "请求中有一项缺失或不正确。", "A field is missing or wrong."


class _RetryLater(Fault):
    seconds = 1.0

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """``Retry-After`` with jitter, so that a crowd does not come back at once."""
        return (("retry-after", str(1 + int(random() * 2 * self.seconds))),)


class TooManyRequests(_RetryLater):
    status, code = 429, "too_many_requests"
    zh, en = "请求过于频繁，请稍后再试。", "Too many requests; please wait a moment."


class Overloaded(_RetryLater):
    status, code, seconds = 503, "overloaded", 4.0
    zh, en = "系统繁忙，请稍后再试。", "The system is busy; please try again shortly."


class NotReady(_RetryLater):
    status, code, seconds = 503, "not_ready", 4.0
    zh, en = "系统正在启动，请稍后再试。", "The system is starting; please try again shortly."


class Internal(Fault):
    pass
