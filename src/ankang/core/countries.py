"""Countries that issue passports, by ISO 3166-1 alpha-2, with their names; the names are Babel's (Unicode CLDR)."""

from functools import cache

from babel import Locale

_NO_COUNTRIES = frozenset(("EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"))
_OWN = frozenset(("CN", "HK", "MO", "TW"))
"""Their people have documents of their own kinds; Hong Kong and Macao passports are used abroad, not here."""


@cache
def countries(lang: str) -> dict[str, str]:
    """Name by code in ``lang`` (``zh…`` or English), sorted by name; without China, whose people have other documents."""
    names = Locale("zh", script="Hans") if lang.startswith("zh") else Locale("en")
    found = {
        code: name
        for code, name in names.territories.items()
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES | _OWN
    }
    return dict(sorted(found.items(), key=lambda item: item[1]))


def is_country(code: str) -> bool:
    """Whether ``code`` is of a country that issues passports to foreigners."""
    return code in countries("en")
