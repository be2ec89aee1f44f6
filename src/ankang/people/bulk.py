"""Many people at once, for loading registers and the demonstration: binary COPY with everything encrypted."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Protocol

from django.db import connection

from ankang.trust.keyring import keyring

from .credentials import token_of
from .known_by import blind_of
from .models import Person
from .rules import CREDENTIAL_DAYS, DECLARATION, REQUIRED_PURPOSES
from .services import VERSIONS, document_blind

CHUNK = 5000


class Registrant(Protocol):
    """One person to register, every field already checked: document and phone in their one spelling, town a code."""

    @property
    def name(self) -> str: ...
    @property
    def document_kind(self) -> str: ...
    @property
    def document(self) -> str: ...
    @property
    def phone(self) -> str: ...
    @property
    def town(self) -> str: ...
    @property
    def address(self) -> str | None: ...


def register_in_bulk(rows: Iterable[Registrant], now: datetime, via: str = "register") -> list[int]:
    """Register ``rows`` and return their person numbers in the same order; who is on file already keeps theirs.

    Required consents and the declaration are recorded; nothing is emitted, so the caller gives the colours. A phone's
    seventh person fails on the database's constraint. Works in chunks of 5,000 in the caller's transaction.
    """
    ids: list[int] = []
    remaining = iter(rows)
    while chunk := list(islice(remaining, CHUNK)):
        ids.extend(_register_chunk(chunk, now, via))
    return ids


def issue_credentials_in_bulk(people: Sequence[int], device: str, now: datetime) -> dict[int, str]:
    """A bearer token of 180 days for each of ``people``, by person number; unknown numbers are left out."""
    expires = now + timedelta(days=CREDENTIAL_DAYS)
    names = dict(Person.objects.filter(pk__in=people).values_list("pk", "name"))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_credential (person_id, label, issued_at, expires_at) "
            "SELECT person, %s, %s, %s FROM unnest(%s::bigint[]) AS person RETURNING person_id, id",
            [device, now, expires, list(names)],
        )
        serials = cursor.fetchall()
    return {person: token_of(person, serial, names[person], now, expires) for person, serial in serials}


_STAGE = """
CREATE TEMPORARY TABLE people_stage (
    n int, document_kind text, document_enc bytea, document_blind bytea, name_enc bytea, name_born_blind bytea,
    phone_enc bytea, phone_blind bytea, address_enc bytea, town_id text
) ON COMMIT DROP
"""
_TYPES = ("int4", "text", *["bytea"] * 7, "text")

_INSERT = """
INSERT INTO people_person (document_kind, document_enc, document_blind, name_enc, name_born_blind, phone_enc,
                           phone_blind, phone_slot, address_enc, town_id, created_at, applied_via)
SELECT document_kind, document_enc, document_blind, name_enc, name_born_blind, phone_enc, phone_blind,
       taken + row_number() OVER (PARTITION BY phone_blind ORDER BY n), address_enc, town_id, %(now)s, %(via)s
FROM (SELECT DISTINCT ON (document_blind) s.*,
             (SELECT coalesce(max(p.phone_slot), 0) FROM people_person p WHERE p.phone_blind = s.phone_blind) AS taken
      FROM people_stage s
      WHERE NOT EXISTS (SELECT FROM people_person p WHERE p.document_blind = s.document_blind)
      ORDER BY document_blind, n) AS fresh
ORDER BY n
RETURNING id
"""

_CONSENTS = """
INSERT INTO people_consent (person_id, purpose, version, granted_at)
SELECT person, purpose, version, %(now)s
FROM unnest(%(people)s::bigint[]) AS person, unnest(%(purposes)s::text[], %(versions)s::int[]) AS c(purpose, version)
"""

_IDS = "SELECT p.id FROM people_stage s JOIN people_person p USING (document_blind) ORDER BY s.n"


def _register_chunk(rows: Sequence[Registrant], now: datetime, via: str) -> list[int]:
    sealed = list(_encrypted(rows))  # before the COPY: opening the keyring may need this very connection
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS people_stage")
        cursor.execute(_STAGE)
        with cursor.copy("COPY people_stage FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(_TYPES)
            for row in sealed:
                copy.write_row(row)
        cursor.execute(_INSERT, {"now": now, "via": via})
        fresh = [person for (person,) in cursor.fetchall()]
        purposes = sorted({*REQUIRED_PURPOSES, DECLARATION})
        versions = [VERSIONS[purpose] for purpose in purposes]
        cursor.execute(_CONSENTS, {"now": now, "people": fresh, "purposes": purposes, "versions": versions})
        cursor.execute(_IDS)
        return [person for (person,) in cursor.fetchall()]


def _encrypted(rows: Sequence[Registrant]) -> Iterator[tuple[object, ...]]:
    keys = keyring()

    def sealed(field: str, text: str) -> bytes:
        return keys.seal("people", text.encode(), f"person.{field}")

    for number, row in enumerate(rows):
        yield (
            number,
            row.document_kind,
            sealed("document", row.document),
            document_blind(row.document_kind, row.document),
            sealed("name", row.name),
            blind_of(row.name, row.document_kind, row.document, None),
            sealed("phone", row.phone),
            keys.blind("phone", row.phone),
            sealed("address", row.address) if row.address else None,
            row.town,
        )
