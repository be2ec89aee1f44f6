"""Fills in the index over name and birth date where it is missing (rows from before there was one), chunk by chunk.

Each chunk is for the caller to commit: stopped or killed, it goes on with who is still without. Again changes nothing.
"""

from django.db import connection

from ..known_by import blind_of
from ..models import Person

CHUNK = 1_000
_WRITE = """
UPDATE people_person SET name_born_blind = given.blind
FROM unnest(%s::bigint[], %s::bytea[]) AS given (person, blind) WHERE id = given.person
"""


def index_names(most: int = CHUNK) -> int:
    """Index up to ``most`` people that nobody has looked at; how many. Rows that somebody is writing are indexed by them."""
    rows = Person.objects.select_for_update(skip_locked=True).filter(name_born_blind=None).order_by("pk")[:most]
    blinds = {row.pk: blind_of(row.name, row.document_kind, row.document, row.born) for row in rows}
    if blinds:
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, [list(blinds), list(blinds.values())])
    return len(blinds)
