"""Ankang's custom field: the rider's code index of one epoch, so that a gate's list knows the colour (docs/ride-format.md §5)."""

from dataclasses import dataclass

from ankang.core.codes.layout import INDEX_SIZE

_KIND = 0x51  # kind 5, version 1
SIZE = 8


@dataclass(frozen=True, slots=True)
class Rider:
    """The same index as in the day pass of that epoch; it means nothing on another day."""

    epoch: int
    index: int


def write_rider(rider: Rider) -> bytes:
    """The eight bytes; ``ValueError`` or ``OverflowError`` for what does not fit."""
    if not 0 <= rider.index < INDEX_SIZE:
        raise ValueError("a code index has 30 bits")
    return bytes((_KIND,)) + rider.epoch.to_bytes(3, "big") + rider.index.to_bytes(4, "big")


def read_rider(custom: bytes) -> Rider | None:
    """The rider, or None: a custom field of another issuer says nothing to us."""
    if len(custom) != SIZE or custom[0] != _KIND or custom[4] > 0x3F:
        return None
    return Rider(int.from_bytes(custom[1:4], "big"), int.from_bytes(custom[4:], "big"))
