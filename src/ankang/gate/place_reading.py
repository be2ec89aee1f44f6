"""Reading place codes: authentic, of this minute, of the poster edition in use."""

from typing import NamedTuple

from ankang.core.codes import CodeFault
from ankang.core.place_codes import PlaceCode, check, parse
from ankang.core.verdicts import Reason
from ankang.gate.faults import NotReady
from ankang.gate.state import Checkpoint, State

KEPT = 4_096
_signed_well: dict[tuple[bytes, bytes, bytes], None] = {}
"""Printed codes whose SM2 signature held (public key, signed part, signature): 0.7 ms are spent once a poster."""


class Place(NamedTuple):
    """The checkpoint a code names (its number even when unknown) and the reason against it, None when it holds."""

    number: int
    checkpoint: Checkpoint | None
    rotating: bool
    reason: Reason | None


def read_place(state: State, text: str, now: float) -> Place:
    """The place behind the text of a place code (or of its address ``…/p/{text}``)."""
    try:
        code = parse(text.rpartition("/p/")[2])
    except CodeFault as fault:
        return Place(0, None, False, fault.reason)
    checkpoint, rotating = state.checkpoints.get(code.checkpoint), code.minute is not None
    try:
        _check(state, code, now)
    except CodeFault as fault:
        return Place(code.checkpoint, checkpoint, rotating, fault.reason)
    if checkpoint is None:
        return Place(code.checkpoint, None, rotating, Reason.CLOSED)
    outdated = code.generation != checkpoint.row.generation
    return Place(code.checkpoint, checkpoint, rotating, Reason.REVOKED if outdated else None)


def _check(state: State, code: PlaceCode, now: float) -> None:
    if state.keys is None or not state.keys.places:
        raise NotReady
    public, key = state.keys.public.get(code.kid, b""), state.keys.places.get(code.kid)
    mark = (public, code.signed, code.proof)
    if mark in _signed_well:
        return
    if code.minute is not None and key is None:
        raise CodeFault(Reason.INVALID, "unknown_key")
    check(code, state.keys.public, key or next(iter(state.keys.places.values())), now)
    if code.minute is None:
        if len(_signed_well) >= KEPT:
            _signed_well.clear()
        _signed_well[mark] = None
