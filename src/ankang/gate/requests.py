"""Shapes of what clients send (issue 2, item 6), decoded strictly; fields we do not know are ignored."""

import re
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from ankang.core.verdicts import Direction
from ankang.gate.faults import BadField, BadJson

Temperature = Annotated[float, Meta(ge=30, le=45)]
GroupNumber = Annotated[int, Meta(ge=1, le=2**63 - 1)]
CheckpointId = Annotated[int, Meta(ge=1, le=2**32 - 1)]
DirectionWord = Literal["entry", "exit"]
DIRECTIONS = {"entry": int(Direction.ENTRY), "exit": int(Direction.EXIT)}


class VerifyRequest(Struct, gc=False):
    """A code shown at a door, or ``card``: a card or fob that was read; temperature in °C.

    ``temperatures``: those of the companions, in the order in which they are answered.
    """

    checkpoint: CheckpointId
    direction: DirectionWord
    nonce: UUID
    code: str | None = None
    card: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    temperature: Temperature | None = None
    temperatures: Annotated[list[Temperature | None], Meta(max_length=6)] | None = None


class GroupRequest(Struct):
    """Those who are present of a group, ticked by staff: ``group`` is its number (as a JSON number or as its
    digits) or the code that its leader shows.

    ``temperatures`` in °C, in the order of ``present``.
    """

    group: GroupNumber | Annotated[str, Meta(min_length=1, max_length=64)]
    checkpoint: CheckpointId
    direction: DirectionWord
    nonce: UUID
    present: Annotated[list[Annotated[int, Meta(ge=1, le=2**63 - 1)]], Meta(max_length=200)]
    temperatures: Annotated[list[Temperature | None], Meta(max_length=200)] | None = None


class Proof(Struct, gc=False):
    """Proof of presence on a printed place code: token and position (degrees, metres), or the door's digits."""

    token: Annotated[str, Meta(max_length=96)] | None = None
    latitude: Annotated[float, Meta(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Meta(ge=-180, le=180)] | None = None
    accuracy: Annotated[float, Meta(ge=0, le=1e6)] | None = None
    door_code: Annotated[str, Meta(max_length=12)] | None = None


class ScanRequest(Struct):
    """A place code scanned by a resident."""

    place: str
    nonce: UUID
    temperature: Temperature | None = None
    proof: Proof | None = None
    direction: DirectionWord = "entry"


class OfflineScan(Struct, gc=False):
    """A scan that a device decided by itself at ``at`` (unix seconds)."""

    code: str
    checkpoint: CheckpointId
    direction: DirectionWord
    nonce: UUID
    at: Annotated[float, Meta(ge=0, le=2**33)]
    verdict: Literal["admit", "deny", "refer"]
    reason: str = "ok"
    temperature: Temperature | None = None


class VisitsRequest(Struct):
    """Scans made off line."""

    scans: Annotated[list[OfflineScan], Meta(max_length=200)]


class PassRequest(Struct, gc=False):
    """A phone asks for a day pass; ``anchor`` is base64url of 16 bytes."""

    anchor: Annotated[str, Meta(max_length=64)]
    epoch: Literal["next"] | None = None


class PresenceRequest(Struct, gc=False):
    """A phone opened a place's page."""

    place: str


T = TypeVar("T")
_FIELD = re.compile(r"field `([^`]+)`|at `\$\.?([^`]*)`")


class Shape:
    """A decoder of one shape that raises our faults."""

    __slots__ = ("_decode",)

    def __init__(self, kind: type[Any]) -> None:
        self._decode = msgspec.json.Decoder(kind).decode

    def read(self, body: bytes) -> Any:
        """The request in ``body``; raises BadJson or BadField."""
        try:
            return self._decode(body)
        except msgspec.ValidationError as error:
            found = _FIELD.findall(str(error))
            field = ".".join(part for pair in reversed(found) for part in pair if part)
            raise BadField(field=field or "$", problem=str(error).split(" - at")[0]) from None
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise BadJson from None
        except RecursionError:
            raise BadJson from None


VERIFY, SCAN, VISITS = Shape(VerifyRequest), Shape(ScanRequest), Shape(VisitsRequest)
GROUP = Shape(GroupRequest)
PASS, PRESENCE = Shape(PassRequest), Shape(PresenceRequest)


def tenths(temperature: float | None) -> int:
    """°C as tenths; 0 when it was not taken."""
    return 0 if temperature is None else round(temperature * 10)
