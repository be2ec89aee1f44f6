"""Place codes: what hangs or turns at a door, the door's six digits, and the proof that someone stands there.

Format: docs/code-format.md "Place codes" (architecture.md "Codes", row *place*). A place code travels as
``{public_url}/p/{text}``, so that any phone's camera opens the place's page.
"""

from collections.abc import Mapping
from hmac import compare_digest
from typing import NamedTuple

from ankang.core.base64url import from_base64url, to_base64url
from ankang.core.codes.faults import CodeFault
from ankang.core.epochs import minute_of
from ankang.core.sm import HmacSm3, Sm2Signer, kdf, sm2_verify
from ankang.core.verdicts import Reason

KIND_PRINTED = 0x21
KIND_ROTATING = 0x22
PRESENCE_SECONDS = 300

_HEAD = 8
_MAC = 8
_PRINTED_BYTES = _HEAD + 64
_ROTATING_BYTES = _HEAD + 4 + _MAC
_TEXT_MOST = 96
_PRESENCE_KIND = b"\x31"
_PRESENCE_MAC = 16
_TOLERANCE = 1
_CLOCK_SKEW = 60


class PlaceCode(NamedTuple):
    """A place code as read. ``minute`` is the absolute minute of a rotating code, None on a printed one."""

    checkpoint: int
    type: int
    kid: int
    generation: int
    minute: int | None
    signed: bytes
    proof: bytes


def place_mac_key(place_master: bytes) -> HmacSm3:
    """The key of rotating codes, door codes and presence tokens, from the place master (32 bytes)."""
    return HmacSm3(kdf(place_master, "place"))


def printed(checkpoint: int, type: int, kid: int, generation: int, signer: Sm2Signer) -> str:
    """The text of a printed place code, 96 characters; valid until its generation is withdrawn."""
    head = _head(KIND_PRINTED, checkpoint, type, kid, generation)
    return to_base64url(head + signer.sign(head))


def rotating(checkpoint: int, type: int, kid: int, generation: int, minute: int, place_key: HmacSm3) -> str:
    """The text of a rotating place code for one absolute minute, 27 characters."""
    signed = _head(KIND_ROTATING, checkpoint, type, kid, generation) + minute.to_bytes(4, "big")
    return to_base64url(signed + place_key.digest(signed)[:_MAC])


def parse(text: str) -> PlaceCode:
    """The place code behind ``text``; :class:`CodeFault` (INVALID) when its form is wrong. Needs no key."""
    data = _bytes_of(text)
    if data[:1] not in (b"\x21", b"\x22"):
        raise CodeFault(Reason.INVALID, "bad_kind")
    turns = data[0] == KIND_ROTATING
    expected = _ROTATING_BYTES if turns else _PRINTED_BYTES
    if len(data) != expected:
        raise CodeFault(Reason.INVALID, "truncated" if len(data) < expected else "oversized")
    end = _HEAD + 4 if turns else _HEAD
    return PlaceCode(
        checkpoint=int.from_bytes(data[1:5], "big"),
        type=data[5],
        kid=data[6],
        generation=data[7],
        minute=int.from_bytes(data[8:12], "big") if turns else None,
        signed=data[:end],
        proof=data[end:],
    )


def check(place: PlaceCode, public_keys: Mapping[int, bytes], place_key: HmacSm3, now: float) -> None:
    """Return when ``place`` is authentic and, if it turns, of this minute or a neighbour.

    Else :class:`CodeFault`.

    Whether checkpoint, type and generation are still those in use is the caller's to know.
    """
    if place.minute is None:
        _check_signature(place, public_keys)
    else:
        _check_turning(place, place.minute - minute_of(now), place_key)


def door_code(place_key: HmacSm3, checkpoint: int, minute: int) -> str:
    """The six digits that the door's staff read out in one absolute minute."""
    tag = place_key.digest(b"door\x00" + checkpoint.to_bytes(4, "big") + minute.to_bytes(4, "big"))
    return f"{int.from_bytes(tag[:8], 'big') % 1_000_000:06d}"


def check_door_code(place_key: HmacSm3, checkpoint: int, digits: str, now: float) -> bool:
    """Whether ``digits`` are the door's of this minute or the one before."""
    given, minute = digits.encode(errors="replace"), minute_of(now)
    return any(
        compare_digest(door_code(place_key, checkpoint, at).encode(), given) for at in (minute, minute - 1)
    )


def presence_token(place_key: HmacSm3, checkpoint: int, person: int, issued: int) -> str:
    """Proof, for 300 s, that this person opened this checkpoint's page at ``issued``; names neither.

    27 characters.
    """
    return to_base64url(issued.to_bytes(4, "big") + _presence_mac(place_key, checkpoint, person, issued))


def check_presence_token(place_key: HmacSm3, text: str, checkpoint: int, person: int, now: float) -> None:
    """Return when ``text`` is this person's fresh token for this checkpoint.

    Else :class:`CodeFault` (PRESENCE).
    """
    try:
        data = from_base64url(text) if len(text) <= _TEXT_MOST else b""
    except ValueError:
        data = b""
    issued = int.from_bytes(data[:4], "big")
    if not compare_digest(_presence_mac(place_key, checkpoint, person, issued), data[4:]):
        raise CodeFault(Reason.PRESENCE, "bad_token")
    if not -_CLOCK_SKEW <= now - issued <= PRESENCE_SECONDS:
        raise CodeFault(Reason.PRESENCE, "expired_token")


def _head(kind: int, checkpoint: int, type: int, kid: int, generation: int) -> bytes:
    return bytes((kind,)) + checkpoint.to_bytes(4, "big") + bytes((type, kid, generation))


def _bytes_of(text: str) -> bytes:
    if len(text) > _TEXT_MOST:
        raise CodeFault(Reason.INVALID, "oversized")
    try:
        return from_base64url(text)
    except ValueError:
        raise CodeFault(Reason.INVALID, "not_base64url") from None


def _check_signature(place: PlaceCode, public_keys: Mapping[int, bytes]) -> None:
    public = public_keys.get(place.kid)
    if public is None:
        raise CodeFault(Reason.INVALID, "unknown_key")
    if not sm2_verify(public, place.signed, place.proof):
        raise CodeFault(Reason.INVALID, "bad_signature")


def _check_turning(place: PlaceCode, lead: int, place_key: HmacSm3) -> None:
    if not compare_digest(place_key.digest(place.signed)[:_MAC], place.proof):
        raise CodeFault(Reason.INVALID, "bad_mac")
    if lead < -_TOLERANCE:
        raise CodeFault(Reason.EXPIRED, "expired_step")
    if lead > _TOLERANCE:
        raise CodeFault(Reason.NOT_YET_VALID, "future_step")


def _presence_mac(place_key: HmacSm3, checkpoint: int, person: int, issued: int) -> bytes:
    whose = checkpoint.to_bytes(4, "big") + person.to_bytes(8, "big")
    message = _PRESENCE_KIND + whose + issued.to_bytes(4, "big")
    return place_key.digest(message)[:_PRESENCE_MAC]
