"""Masking 脱敏: what a door, a list or a log may show of a name, a document number and a phone (requirement
G2).
"""

from importlib import resources

from ankang.core.names import is_han

MASKED_NAME_BYTES = 9
_STAR = "*"
_COMPOUND_SURNAMES = frozenset(
    resources.files("ankang.core").joinpath("data/compound-surnames.txt").read_text(encoding="utf-8").split()
)


def mask_name(name: str) -> str:
    """王小明 → 王*明, 王明 → 王*, 欧阳锋 → 欧阳*, JOHN SMITH → J*H; at most 9 UTF-8 bytes, whole code points.

    Takes the first and the last letter; a name of two letters, or a compound surname with one character,
    keeps only the surname; a single letter is hidden altogether.
    """
    letters = [character for character in name if character.isalpha()]
    if len(letters) < 2:
        return _STAR
    if len(letters) == 2:
        return letters[0] + _STAR
    if len(letters) == 3 and "".join(letters[:2]) in _COMPOUND_SURNAMES and is_han(letters[2]):
        return "".join(letters[:2]) + _STAR
    return letters[0] + _STAR + letters[-1]


def mask_document(number: str) -> str:
    """342501199003078912 → 3425************12; shorter numbers keep two characters at each end; under 6 all
    hidden.
    """
    if len(number) < 6:
        return _STAR * len(number)
    head = 4 if len(number) >= 15 else 2
    return number[:head] + _STAR * (len(number) - head - 2) + number[-2:]


def mask_phone(phone: str) -> str:
    """+8613812345678 → 138****5678; other countries keep their prefix and the last four digits."""
    number = phone.removeprefix("+86")
    if len(number) < 8:
        return _STAR * len(number)
    return number[:3] + _STAR * (len(number) - 7) + number[-4:]
