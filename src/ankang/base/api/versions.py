"""``ETag`` and ``If-Match``: an edit that would undo somebody else's is refused with 412 (E11, RFC 9110 13.1.1).

The tag is of what the reader was told, so it changes with everything the reader could see, and with nothing else.
"""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse

from ankang.core.sm import sm3

from ..errors import ChangedMeanwhile


def etag_of(shown: Mapping[str, Any]) -> str:
    """The tag of an answer, in quotes: SM3 of its canonical JSON, 32 hex digits."""
    said = json.dumps(shown, ensure_ascii=False, sort_keys=True, default=str, separators=(",", ":"))
    return f'"{sm3(said.encode()).hex()[:32]}"'


def tagged(response: HttpResponse, shown: dict[str, Any]) -> dict[str, Any]:
    """``shown``, with its tag in the answer's header."""
    response.headers["ETag"] = etag_of(shown)
    return shown


def check_unchanged(request: HttpRequest, shown: Mapping[str, Any]) -> None:
    """``shown`` is how it stands now, its row locked; without ``If-Match`` nothing is asked. Raises ChangedMeanwhile."""
    wanted = request.headers.get("If-Match")
    if wanted is None or wanted.strip() == "*":
        return
    now = etag_of(shown)
    if now not in {tag.strip() for tag in wanted.split(",")}:
        raise ChangedMeanwhile(details={"etag": now})
