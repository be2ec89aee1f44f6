"""The code with which a group's leader shows a group at a door: which group, and since which minute (issue 5, crowds).

``AKG1:`` and base64url of: group 5 bytes ‖ absolute minute 4 bytes ‖ MAC 8 bytes. The MAC is HMAC-SM3 under the key of place
codes, over ``group`` ‖ 0x00 ‖ the bytes before it. It names nobody; who belongs to the group only the gates know.
"""

from collections.abc import Iterable
from hmac import compare_digest

from ankang.core.base64url import from_base64url, to_base64url
from ankang.core.codes.faults import CodeFault
from ankang.core.epochs import minute_of
from ankang.core.sm import HmacSm3
from ankang.core.verdicts import Reason

PREFIX = "AKG1:"
GOOD_MINUTES = 10
"""A code is taken for so many minutes after its own; a bus does not queue again because one was slow."""
_BODY, _MAC, _TEXT_MOST = 9, 8, 64


def group_code(place_key: HmacSm3, group: int, minute: int) -> str:
    """The text of a group's code, made in an absolute minute."""
    body = group.to_bytes(5, "big") + minute.to_bytes(4, "big")
    return PREFIX + to_base64url(body + _mac(place_key, body))


def read_group_code(place_keys: Iterable[HmacSm3], text: str, now: float) -> int:
    """The group that ``text`` shows at ``now``; :class:`CodeFault` when it is forged, too old or of the future."""
    try:
        data = from_base64url(text[len(PREFIX) :]) if text.startswith(PREFIX) and len(text) <= _TEXT_MOST else b""
    except ValueError:
        data = b""
    body, mac = data[:_BODY], data[_BODY:]
    if len(data) != _BODY + _MAC or not any(compare_digest(_mac(key, body), mac) for key in place_keys):
        raise CodeFault(Reason.INVALID, "bad_group_code")
    age = minute_of(now) - int.from_bytes(body[5:], "big")
    if not -1 <= age <= GOOD_MINUTES:
        raise CodeFault(Reason.EXPIRED if age > 0 else Reason.NOT_YET_VALID, "wrong_minute")
    return int.from_bytes(body[:5], "big")


def _mac(place_key: HmacSm3, body: bytes) -> bytes:
    return place_key.digest(b"group\x00" + body)[:_MAC]
