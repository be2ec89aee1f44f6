"""Known by name and birth date: the blind index over the pair, for who stands at a counter without papers (A6, G2).

Over the whole name and the whole day only: an index over names would tell whoever holds a dump which names repeat. Without both
there is none. ``Person.save`` and ``bulk`` write it; ``services.indexing`` fills in rows from before there was one.
"""

from datetime import date

from ankang.core.identifiers import birth_of
from ankang.core.names import NameFault, check_name
from ankang.trust.keyring import keyring

from .rules import name_key

NOT_KNOWN = b""
"""What stands in the column of who has no name or no birth date on file; NULL: nobody has looked yet."""
FIELDS = frozenset({"name", "document_kind", "document", "born"})
"""Who writes one of these writes the index."""


def name_born_blind(name: str, born: date) -> bytes:
    """The blind index (32 bytes) of a name and a birth date; letter case, spaces and other forms of a letter do not matter."""
    return keyring().blind("name and birth date", f"{born.isoformat()}:{name_key(_spelled(name))}")


def blind_of(name: str, document_kind: str, document: str, born: str | None) -> bytes:
    """What stands in the column for these: :data:`NOT_KNOWN` without a name or without a birth date (ISO day, or the document's)."""
    day = born_on(document_kind, document, born)
    return name_born_blind(name, day) if name and day else NOT_KNOWN


def born_on(document_kind: str, document: str, born: str | None) -> date | None:
    """The birth date by the document, or as it was given (ISO day)."""
    return birth_of(document_kind, document) or (date.fromisoformat(born) if born else None)


def _spelled(name: str) -> str:
    """The one spelling; names from before it was one stay as they are."""
    try:
        return check_name(name)
    except NameFault:
        return name
