"""What stands on things that people carry instead of a phone: card numbers, NFC identifiers, numbers of printed sheets.

Each has one spelling (:func:`card_name`), so that a number that was typed and one that a reader sent are the same card.
Names are kept as HMAC-SM3 only (:func:`card_blind`), under a key of their own: gates hold it, and it finds nothing else.
"""

import re
import unicodedata
from typing import Final

from stdnum.iso7064 import mod_11_10

from ankang.core.sm import HmacSm3

NFC: Final = "nfc:"
CARD: Final = "card:"
SHEET: Final = "sheet:"
SHEET_DIGITS: Final = 12

_UID_LENGTHS = (8, 14, 20)  # ISO/IEC 14443-3: 4, 7 or 10 bytes
_SEPARATORS = re.compile(r"[\s:.\-–—]+")
_NUMBER = re.compile(r"[0-9A-Z]{4,32}")
_LONGEST = 64


class CardFault(ValueError):
    """A card number that cannot be one; ``detail``: ``bad_number``, ``bad_uid``, ``bad_length`` or ``bad_check``."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


def card_name(text: str) -> str:
    """The one spelling of a card: ``nfc:`` and the identifier in lower-case hex, or ``card:`` and the printed number.

    ``nfc:04:A2:1B:3C`` (bytes in the order in which the card sends them, any separators) and ``nfc:1008443908`` (ten
    digits: the four bytes as a *little-endian* number, as most keyboard readers type it) are the same fob. Without
    ``nfc:`` it is the printed number: digits and letters, 4 to 32; spaces and dashes do not count. Raises CardFault.
    """
    if len(text) > _LONGEST:
        raise CardFault("bad_length")
    kind, value = _split(half_width(text))
    plain = _SEPARATORS.sub("", value)
    if kind == NFC:
        return NFC + _uid(plain)
    number = plain.upper()
    if not _NUMBER.fullmatch(number):
        raise CardFault("bad_number")
    return CARD + number


def half_width(text: str) -> str:
    """What a Chinese keyboard types in full width (``５``, ``：``) as ASCII (Unicode NFKC)."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def is_register_number(text: str) -> bool:
    """Whether this is a card, or the number of a sheet: only who holds the register can tell whose."""
    text = half_width(text[:_LONGEST]) + text[_LONGEST:]
    start = text[:5].lower()
    try:
        if start == CARD or start[:4] == NFC:
            return bool(card_name(text))
        return text[:1].isdigit() and bool(sheet_name(text))
    except CardFault:
        return False


def sheet_name(text: str) -> str:
    """The one spelling of the number on a sheet: ``sheet:`` and twelve digits, the last one checked. Raises CardFault."""
    digits = _SEPARATORS.sub("", half_width(text[:_LONGEST]))
    if len(digits) != SHEET_DIGITS or not digits.isascii() or not digits.isdigit():
        raise CardFault("bad_length")
    if not mod_11_10.is_valid(digits):
        raise CardFault("bad_check")
    return SHEET + digits


def sheet_number(key: HmacSm3, person: int, generation: int) -> str:
    """The twelve digits of a person's sheet: eleven from HMAC-SM3, and a check digit (ISO 7064 MOD 11,10).

    They say nothing about the person and cannot be guessed from another sheet's.
    """
    digest = key.digest(b"sheet-number\0" + person.to_bytes(8, "big") + bytes((generation,)))
    digits = f"{int.from_bytes(digest[:16], 'big') % 10**11:011}"
    return digits + mod_11_10.calc_check_digit(digits)


def in_groups(number: str) -> str:
    """``123456789012`` → ``1234 5678 9012``."""
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


def card_blind(key: HmacSm3, name: str) -> bytes:
    """The blind index of a card's name, 32 bytes. Gates keep the first eight."""
    return key.digest(b"card\0" + name.encode())


def _split(text: str) -> tuple[str, str]:
    lower = text.strip().lower()
    for kind in (NFC, CARD):
        if lower.startswith(kind):
            return kind, lower[len(kind) :]
    return CARD, lower


def _uid(plain: str) -> str:
    if len(plain) == 10 and plain.isascii() and plain.isdigit():
        if int(plain) >= 1 << 32:
            raise CardFault("bad_uid")
        return int(plain).to_bytes(4, "little").hex()
    if len(plain) not in _UID_LENGTHS or not re.fullmatch(r"[0-9a-f]+", plain):
        raise CardFault("bad_uid")
    return plain
