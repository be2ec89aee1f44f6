"""The code with which a group's leader shows a group at a door: which group, whose, and since which minute (issue 5, crowds).

``AKG1:`` and base64url of: group 5 bytes ‖ absolute minute 4 bytes ‖ leader 4 bytes ‖ MAC 8 bytes. Both MACs are HMAC-SM3 under
the key of place codes: the last over ``group`` ‖ 0x00 ‖ the bytes before it, that of the leader over ``leader`` ‖ 0x00 ‖ group ‖ person
(8 bytes). It names nobody; who leads a group, and who belongs to it, only the gates know.
"""

from collections.abc import Iterable
from hmac import compare_digest
from typing import NamedTuple

from ankang.core.base64url import from_base64url, to_base64url
from ankang.core.codes.faults import CodeFault
from ankang.core.epochs import minute_of
from ankang.core.sm import HmacSm3
from ankang.core.verdicts import Reason

PREFIX = "AKG1:"
GOOD_MINUTES = 10
"""A code is taken for so many minutes after its own; a bus does not queue again because one was slow."""
_GROUP, _MINUTE, _LEADER, _MAC, _TEXT_MOST = 5, 4, 4, 8, 64
_BODY = _GROUP + _MINUTE + _LEADER


class GroupCode(NamedTuple):
    """A genuine code of this minute; whose it is, :func:`is_led_by` says."""

    group: int
    leader: bytes


def group_code(place_key: HmacSm3, group: int, leader: int, minute: int) -> str:
    """The text that ``leader`` (a person number) shows for a group, made in an absolute minute."""
    body = group.to_bytes(_GROUP, "big") + minute.to_bytes(_MINUTE, "big") + _leader(place_key, group, leader)
    return PREFIX + to_base64url(body + _mac(place_key, body))


def read_group_code(place_keys: Iterable[HmacSm3], text: str, now: float) -> GroupCode:
    """What ``text`` shows at ``now``; :class:`CodeFault` when it is forged, too old or of the future."""
    try:
        data = from_base64url(text[len(PREFIX) :]) if text.startswith(PREFIX) and len(text) <= _TEXT_MOST else b""
    except ValueError:
        data = b""
    body, mac = data[:_BODY], data[_BODY:]
    if len(data) != _BODY + _MAC or not any(compare_digest(_mac(key, body), mac) for key in place_keys):
        raise CodeFault(Reason.INVALID, "bad_group_code")
    age = minute_of(now) - int.from_bytes(body[_GROUP : _GROUP + _MINUTE], "big")
    if not -1 <= age <= GOOD_MINUTES:
        raise CodeFault(Reason.EXPIRED if age > 0 else Reason.NOT_YET_VALID, "wrong_minute")
    return GroupCode(int.from_bytes(body[:_GROUP], "big"), body[-_LEADER:])


def is_led_by(place_keys: Iterable[HmacSm3], code: GroupCode, leader: int) -> bool:
    """Whether this person showed it; not so when somebody else was chosen meanwhile."""
    return any(compare_digest(_leader(key, code.group, leader), code.leader) for key in place_keys)


def _mac(place_key: HmacSm3, body: bytes) -> bytes:
    return place_key.digest(b"group\x00" + body)[:_MAC]


def _leader(place_key: HmacSm3, group: int, leader: int) -> bytes:
    return place_key.digest(b"leader\x00" + group.to_bytes(_GROUP, "big") + leader.to_bytes(8, "big"))[:_LEADER]
