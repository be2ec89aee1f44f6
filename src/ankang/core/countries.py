"""Countries that issue passports, by ISO 3166-1 alpha-2, with their names; the names are Babel's (Unicode CLDR)."""

import unicodedata
from functools import cache

from babel import Locale

_NO_COUNTRIES = frozenset(("EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"))
_OWN = frozenset(("CN", "HK", "MO", "TW"))
"""Their people have documents of their own kinds; Hong Kong and Macao passports are used abroad, not here."""
_HOMOPHONES = str.maketrans("汶珀斐梵瑙秘", "问破匪饭闹必")
"""Characters of country names that GB/T 2312 orders by their radical, or by another of their sounds."""


@cache
def countries(lang: str) -> dict[str, str]:
    """Name by code in ``lang`` (``zh…`` or English), sorted as its readers look for them; without China, whose people have
    other documents.
    """
    names = Locale("zh", script="Hans") if lang.startswith("zh") else Locale("en")
    found = {
        code: name
        for code, name in names.territories.items()
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES | _OWN
    }
    order = _by_sound if lang.startswith("zh") else _by_letters
    return dict(sorted(found.items(), key=lambda item: order(item[1])))


def is_country(code: str) -> bool:
    """Whether ``code`` is of a country that issues passports to foreigners."""
    return code in countries("en")


def _by_sound(name: str) -> bytes:
    """Pinyin order: GB/T 2312 sorts its common characters by their sound."""
    return name.translate(_HOMOPHONES).encode("gb18030")


def _by_letters(name: str) -> str:
    """Alphabetical order, in which Å is an A and case does not matter."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign)).casefold()
