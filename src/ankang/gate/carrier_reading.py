"""Reading what people carry instead of a phone: the code on a sheet, its typed number, a card or a fob (A5).

A sheet's signature is checked once and remembered while the gate runs; its generation, and whether a card was reported
lost, come from memory each time. One person's sheets and cards together pass a door once a minute in one direction.
"""

from typing import Final

from ankang.core.cards import CARD, NFC, CardFault, card_blind, card_name, half_width, sheet_name
from ankang.core.codes import CodeFault, PaperCode, check_paper, parse_paper
from ankang.core.codes.paper import is_paper
from ankang.core.epochs import epoch_of, minute_of
from ankang.core.verdicts import Reason
from ankang.gate.carriers import Carried
from ankang.gate.faults import NotReady
from ankang.gate.keys import Keys
from ankang.gate.reading import Seen, read_any, read_good
from ankang.gate.state import State

AS_CARRIED: Final = 1 << 32
"""Added to the person number it is the index in the replay window: code indices have 30 bits."""
NO_PASS: Final = 1 << 40
"""What carriers say for "issued at": withdrawals of passes do not concern them."""
REMEMBERED: Final = 20_000
TYPED_MOST: Final = 64
"""Characters of what may be a typed number; whatever is longer is none."""

_INVALID, _REVOKED = Seen(Reason.INVALID), int(Reason.REVOKED)


def read_shown(state: State, keys: Keys, text: str, now: float, late: bool = False) -> Seen:
    """Whose it is, and whether it holds at ``now`` (unix seconds): a shown code, a sheet, a typed number or a card.
    NotReady before the carriers were ever loaded.

    ``late``: a scan of the past that is uploaded now; what was voided since still counted then.
    """
    seen = read_good(keys, text, now)
    if seen is not None:
        return seen
    if is_paper(text):
        return _read_paper(state, keys, text, now, late)
    return _read_number(state, keys, text, now, late) or read_any(keys, text, now)


def read_card(state: State, keys: Keys, text: str, now: float) -> Seen:
    """Whose card it is: a printed number, or ``nfc:`` and the identifier."""
    try:
        return _read_name(state, keys, card_name(text), now, late=False)
    except CardFault:
        return _INVALID


def _read_number(state: State, keys: Keys, text: str, now: float, late: bool) -> Seen | None:
    """A typed sheet number, or a card with its kind before it; None when it is neither."""
    text = half_width(text[:TYPED_MOST]) + text[TYPED_MOST:]
    start = text[:5].lower()
    is_card = start == CARD or start[:4] == NFC
    if not is_card and not text[:1].isdigit():
        return None
    try:
        return _read_name(state, keys, card_name(text) if is_card else sheet_name(text), now, late)
    except CardFault:
        return _INVALID


def _read_name(state: State, keys: Keys, name: str, now: float, late: bool) -> Seen:
    if keys.cards is None or state.carriers.revision < 0:
        raise NotReady
    carried = state.carriers.by_number(card_blind(keys.cards, name))
    if carried is None:
        return _INVALID
    if not _lives(carried, now, late):
        return _seen(_REVOKED, carried.person, now)
    expired = carried.expires and now >= carried.expires
    return _seen(int(Reason.EXPIRED if expired else Reason.OK), carried.person, now)


def _read_paper(state: State, keys: Keys, text: str, now: float, late: bool) -> Seen:
    try:
        code = parse_paper(text)
        _check(state, keys, code, now)
    except CodeFault as fault:
        if fault.detail != "expired_sheet":
            return Seen(int(fault.reason))
        return _seen(int(fault.reason), keys.permanent_person(code.index), now, code.name)
    if state.carriers.revision < 0:
        raise NotReady
    person = keys.permanent_person(code.index)
    sheet = state.carriers.sheet_of(person)
    if sheet is None:
        return _INVALID
    holds = sheet.generation == code.generation and _lives(sheet, now, late)
    holds = holds or (late and code.generation < sheet.generation and now < sheet.issued)
    return _seen(int(Reason.OK) if holds else _REVOKED, person, now, code.name)


def _check(state: State, keys: Keys, code: PaperCode, now: float) -> None:
    """Raises CodeFault. A signature that was good is good."""
    genuine = state.genuine_sheets
    if code.raw in genuine and epoch_of(now) <= code.expiry:
        return
    check_paper(code, keys.public, now)
    if len(genuine) >= REMEMBERED:
        genuine.clear()
    genuine.add(code.raw)


def _lives(carried: Carried, now: float, late: bool) -> bool:
    if late:
        return carried.issued <= now and not (carried.voided and carried.voided <= now)
    return not carried.voided


def _seen(reason: int, person: int, now: float, name: str = "") -> Seen:
    return Seen(reason, True, person, AS_CARRIED + person, minute_of(now), name.encode(), 0, NO_PASS)
