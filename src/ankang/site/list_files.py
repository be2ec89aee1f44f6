"""``/lists/…``: the published lists for scanners without a network, straight from the folder (docs/list-format.md §10).

Public by design: an index means nothing outside a signed code, and decoys blur the numbers.
"""

import hashlib
import re
from pathlib import Path
from typing import Any

from ankang.gate.faults import NotFound

PREFIX = "/lists/"
_NAME = re.compile(r"/lists/(\d{6}/\d{1,9}/[1-4])/(\d{1,10}\.akl|\d{1,10}-\d{1,10}\.akd|latest\.json)", re.ASCII)
_HEADERS = [("x-content-type-options", "nosniff"), ("access-control-allow-origin", "*")]
_FOR_EVER = "public, max-age=31536000, immutable"


class ListFiles:
    """Answers GET and HEAD below ``/lists/``; a path is a file's address or it is nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def answer(self, scope: Any, protocol: Any) -> None:
        """Send the file; 304 when the client has it, 404 when there is none."""
        found = _NAME.fullmatch(scope.path) if scope.method in ("GET", "HEAD") else None
        path = self._folder / found[1] / found[2] if found else None
        if path is None or not path.is_file():
            body = NotFound(path=scope.path[:80]).body("en")
            protocol.response_bytes(404, [("content-type", "application/json"), ("cache-control", "no-store")], body)
        elif path.suffix == ".json":
            _changing(path, scope, protocol)
        else:
            _fixed(path, scope, protocol)


def _fixed(path: Path, scope: Any, protocol: Any) -> None:
    """A list or delta: its bytes never change, so its name is its tag."""
    etag = f'"{path.parent.parent.name}-{path.parent.name}-{path.name}"'
    headers = [*_HEADERS, ("content-type", "application/octet-stream"), ("cache-control", _FOR_EVER), ("etag", etag)]
    if scope.headers.get("if-none-match") == etag:
        protocol.response_empty(304, headers)
    elif scope.method == "HEAD":
        protocol.response_empty(200, headers)
    else:
        protocol.response_file(200, headers, str(path))


def _changing(path: Path, scope: Any, protocol: Any) -> None:
    """latest.json: a few kilobytes, asked again each time."""
    data = path.read_bytes()
    etag = f'"{hashlib.sha256(data).hexdigest()[:20]}"'
    headers = [*_HEADERS, ("content-type", "application/json"), ("cache-control", "no-cache"), ("etag", etag)]
    if scope.headers.get("if-none-match") == etag:
        protocol.response_empty(304, headers)
    elif scope.method == "HEAD":
        protocol.response_empty(200, headers)
    else:
        protocol.response_bytes(200, headers, data)
