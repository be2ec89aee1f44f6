"""The phone pages (code, scanner, scan-a-place), kept in memory, compressed ahead of time by ``web/``."""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "phone"
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_HEADERS = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("x-frame-options", "DENY"),
    ("vary", "accept-encoding"),
]


@dataclass(frozen=True)
class PhonePage:
    """One file: its bytes by content encoding (``""`` = plain) and the headers that go with it."""

    bodies: dict[str, bytes]
    headers: list[tuple[str, str]]
    etag: str

    def answer(self, scope: Any, protocol: Any) -> None:
        """Send the smallest form the client takes; 304 when it has it already."""
        if scope.headers.get("if-none-match") == self.etag:
            protocol.response_empty(304, [*self.headers, ("etag", self.etag)])
            return
        encoding = self._encoding(scope.headers.get("accept-encoding") or "")
        headers = [*self.headers, ("etag", self.etag)]
        if encoding:
            headers.append(("content-encoding", encoding))
        if scope.method == "HEAD":
            protocol.response_empty(200, headers)
        else:
            protocol.response_bytes(200, headers, self.bodies[encoding])

    def _encoding(self, accepted: str) -> str:
        offered = {part.split(";")[0].strip() for part in accepted.split(",")}
        return next((name for name, _ in _ENCODINGS if name in offered and name in self.bodies), "")


class PhonePages:
    """All phone pages by address. ``routes.json`` (made by the build) lists pattern, file, type, policy and cache."""

    def __init__(self, routes: list[tuple[re.Pattern[str], PhonePage]]) -> None:
        self._routes = routes

    @classmethod
    def load(cls, folder: Path = FOLDER) -> "PhonePages":
        """Read the built pages; no pages at all when the build has not run (``ankang doctor`` says so)."""
        table = folder / "routes.json"
        if not table.exists():
            return cls([])
        return cls([(_pattern(row["path"]), _page(folder, row)) for row in json.loads(table.read_text())])

    def find(self, path: str) -> PhonePage | None:
        """The page at ``path``, or None."""
        return next((page for pattern, page in self._routes if pattern.fullmatch(path)), None)


def _pattern(path: str) -> re.Pattern[str]:
    """``/p/{token}`` → a pattern whose braces match one path segment of at most 200 characters."""
    return re.compile(re.sub(r"\\\{\w+\\\}", "[^/]{1,200}", re.escape(path)))


def _page(folder: Path, row: dict[str, str]) -> PhonePage:
    file = folder / row["file"]
    bodies = {"": file.read_bytes()}
    for name, suffix in _ENCODINGS:
        compressed = file.with_name(file.name + suffix)
        if compressed.exists():
            bodies[name] = compressed.read_bytes()
    headers = [("content-type", row["content_type"]), ("cache-control", row["cache"]), *_HEADERS]
    if row.get("csp"):
        headers.append(("content-security-policy", row["csp"]))
    return PhonePage(bodies, headers, f'"{hashlib.sha256(bodies[""]).hexdigest()[:20]}"')
