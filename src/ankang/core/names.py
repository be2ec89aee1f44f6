"""Names of persons as they may be given on an application: Han with all its extensions, or Latin, nothing
else.
"""

import re
import unicodedata
from itertools import pairwise

SHORTEST, LONGEST = 2, 50
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
MIDDLE_DOT = "·"

_DOTS = dict.fromkeys("•‧・･∙⋅．", MIDDLE_DOT)
_APOSTROPHES = dict.fromkeys("\u2019\u02bc\uff07`", "'")
_HYPHENS = dict.fromkeys("\u2010\u2011\uff0d", "-")
_WIDE = {chr(code): chr(code - 0xFEE0) for code in (*range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_CLEAN = str.maketrans({**_DOTS, **_APOSTROPHES, **_HYPHENS, **_WIDE, "\u3000": " ", "\u00a0": " "})
_UNSEEN = dict.fromkeys((*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))
"""Variation selectors: how a character is drawn, not which it is; some input methods add them."""
_LATIN_BLOCKS = ((0x41, 0x5A), (0x61, 0x7A), (0xC0, 0x1BF), (0x1C4, 0x24F), (0x1E00, 0x1EFF))
"""Alphabets of languages. Left out are phonetic letters, clicks and small capitals, which only look like letters."""
_JOINERS = frozenset(" -'" + MIDDLE_DOT)
_HAN = ((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x323AF), (0x3007, 0x3007))


class NameFault(ValueError):
    """A name that cannot be taken. ``code``: too_short, too_long, bad_characters, mixed_scripts,
    bad_joiner.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check_name(name: str) -> str:
    """The name in its one spelling: NFC, trimmed, single spaces, ``·`` for every kind of middle dot.

    2 to 50 characters, Han or Latin letters, joined by a space, ``·``, ``-`` or ``'``. Raises
    :class:`NameFault`.
    """
    if len(name) > 4 * LONGEST:
        raise NameFault("too_long")
    tidy = " ".join(unicodedata.normalize("NFC", _spelled(name)).split())
    _check_characters(tidy)
    _check_joiners(tidy)
    if len(tidy) > LONGEST:
        raise NameFault("too_long")
    return tidy


def _spelled(name: str) -> str:
    """Other forms of the same letters as the letters themselves: full width, radicals ⼈ for 人, ligatures, variants."""
    plain = name.translate(_CLEAN).translate(_UNSEEN)
    return "".join(unicodedata.normalize("NFKC", one) if _is_form(one) else one for one in plain)


def _is_form(character: str) -> bool:
    code = ord(character)
    return 0x2E80 <= code <= 0x2FDF or 0xFB00 <= code <= 0xFB06


def is_han(character: str) -> bool:
    """Whether the code point is a Chinese character, the rare ones of the extensions too."""
    code = ord(character)
    return any(low <= code <= high for low, high in _HAN)


def is_latin(character: str) -> bool:
    """Whether the code point is a letter of a Latin alphabet, accents included, width and look-alike forms
    not.
    """
    code = ord(character)
    return character.isalpha() and any(low <= code <= high for low, high in _LATIN_BLOCKS)


def _check_characters(name: str) -> None:
    letters = [character for character in name if character not in _JOINERS]
    strange = [character for character in letters if not (is_han(character) or is_latin(character))]
    if strange:
        both = len(strange) < len(letters) and all(character.isalpha() for character in strange)
        raise NameFault("mixed_scripts" if both else "bad_characters")
    if len(letters) < SHORTEST:
        raise NameFault("too_short")


def _check_joiners(name: str) -> None:
    """A joiner stands between letters; only an abbreviation's space may follow another joiner."""
    if name[0] in _JOINERS or (name[-1] in _JOINERS and name[-1] != "'"):
        raise NameFault("bad_joiner")
    if any(a in _JOINERS and b in _JOINERS for a, b in pairwise(name)):
        raise NameFault("bad_joiner")


def has_control(text: str) -> bool:
    """Whether there is a character that nobody sees: a control character other than tab and line end, or one that turns
    the direction of writing.
    """
    return _CONTROL.search(text) is not None
