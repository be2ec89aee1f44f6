"""Whose row is it? Persons by document, or by phone where there is no document, in two queries a chunk."""

from collections import defaultdict
from collections.abc import Sequence

from ankang.base.reach import province_wide
from ankang.core.names import NameFault, check_name
from ankang.people.rules import same_name
from ankang.trust.keyring import keyring

from ..faults import RowFault
from .driver import binary_cursor
from .marking import Marked

_BY_DOCUMENT = "SELECT document_blind, person, name_enc, country FROM people_known_document WHERE document_blind = ANY(%b)"
_BY_PHONE = "SELECT phone_blind, id, name_enc, '' FROM people_person WHERE phone_blind = ANY(%b)"
_NAME = "姓名"
_PHONE = "手机号"

Known = dict[bytes, list[tuple[int, bytes, str]]]


def match_rows(rows: Sequence[Marked]) -> list[int | RowFault | None]:
    """For each row its person's number; None when nobody on file fits yet; or why it cannot be decided."""
    with province_wide():
        documents = _known(_BY_DOCUMENT, [row.document for row in rows if row.document])
        phones = _known(_BY_PHONE, [row.phone for row in rows if row.phone])
    return [
        _match(_of_country(row, documents[row.document]) if row.document else phones[row.phone or b""], row.name)
        for row in rows
    ]


def _of_country(row: Marked, people: list[tuple[int, bytes, str]]) -> list[tuple[int, bytes, str]]:
    """One passport number of two countries is two people, where the row names the country."""
    wanted = row.traveller.country if row.traveller and row.traveller.document_kind == "passport" else ""
    return [one for one in people if not wanted or one[2] in ("", wanted)]


def name_fits(given: str, sealed: bytes) -> bool:
    """Whether a name in a row is the one on file; no name in the row fits everybody."""
    return not given or is_named(given, keyring().unseal("people", sealed, "person.name").decode())


def is_named(given: str, on_file: str) -> bool:
    """Whether two spellings are one name; nothing given fits everybody."""
    if not given or given == on_file:
        return True
    try:
        return same_name(check_name(given), on_file)
    except NameFault:
        return False


def _known(query: str, blinds: list[bytes]) -> Known:
    found: Known = defaultdict(list)
    if blinds:
        with binary_cursor() as cursor:
            cursor.execute(query, [blinds], binary=True)
            for blind, person, name, country in cursor:
                found[bytes(blind)].append((person, bytes(name), country))
    return found


def _match(people: list[tuple[int, bytes, str]], name: str) -> int | RowFault | None:
    """One document is one person; of several with one phone, the name decides."""
    fitting = [person for person, sealed, _ in people if name_fits(name, sealed)]
    if len(fitting) == 1:
        return fitting[0]
    if len(fitting) > 1:
        return RowFault("ambiguous_person", _PHONE)
    return RowFault("name_differs", _NAME) if people else None
