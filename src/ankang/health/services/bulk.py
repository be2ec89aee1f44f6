"""Many people's colours at once: who can be anything but green is evaluated, what differs is written by COPY."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import psycopg
from django.db import connection

from ankang.core.evidence import Evidence
from ankang.core.rules import UNTOUCHED, evaluate

from ..engine import Basis, Finding, a_stored_row, could_turn, finding_of
from .dossiers import bare_connection, basis_at, ended_among, standing_evidence
from .feed import own_engine
from .keeping import keep_states

CHUNK = 20_000

_GREEN = "SELECT person, colour = 1 AND until IS NULL FROM health_colour WHERE person = ANY(%s)"
_CONCERNED = """
SELECT person FROM health_colour WHERE person = ANY(%s) AND (colour <> 1 OR until IS NOT NULL)
UNION SELECT e.person FROM health_evidence e WHERE e.person = ANY(%s) AND {could_turn}
"""
_LOCK = """
SELECT person, colour, since, until, reasons::text, rule_set FROM health_colour
WHERE person = ANY(%s) ORDER BY person FOR UPDATE
"""
_NEW = """
SELECT a.person FROM unnest(%s::bigint[]) a (person)
WHERE NOT EXISTS (SELECT FROM health_colour c WHERE c.person = a.person)
"""

Progress = Callable[[int], None]


def check_people_in_bulk(people: Iterable[int], now: datetime, progress: Progress | None = None) -> int:
    """Evaluate many people as :func:`check_person` would; returns how many changed colour.

    ``progress`` is called with the number of people done after each chunk of 20,000. People who have no row
    yet get their first colour directly. The feed is locked from the first chunk's changes until the caller
    commits.
    """
    own_engine()
    basis, changed, done = basis_at(now), 0, 0
    for chunk in _chunks(people):
        changed += _check_chunk(chunk, basis)
        done += len(chunk)
        if progress:
            progress(done)
    return changed


def check_people_with(records: Mapping[int, Sequence[Evidence]], now: datetime) -> int:
    """The same for people whose standing evidence is at hand, by person; returns how many changed colour."""
    own_engine()
    basis = basis_at(now)
    people = sorted(records)
    ended = ended_among(people)
    rows, rule_set, moment, areas = _lastingly_green(people), basis.rule_set, int(now.timestamp()), basis.areas
    concerned = [
        person
        for person in people
        if person not in ended
        and (rows.get(person) is False or evaluate(records[person], rule_set, moment, areas) is not UNTOUCHED)
    ]
    new = [person for person in people if person not in rows]
    changed, overtaken = keep_states(_findings(concerned, new, records, basis), now)
    return changed + (_check_chunk(overtaken, basis) if overtaken else 0)


def listed_findings(people: Sequence[int], basis: Basis) -> list[Finding]:
    """Whose state should be another one than the stored one, of these people.

    Locks the rows of those concerned: a recolouring under way sees by it that they were evaluated.
    """
    concerned = sorted(_concerned(people, basis))
    with connection.cursor() as cursor:
        cursor.execute(_NEW, [list(people)])
        new = [person for (person,) in cursor.fetchall()]
    return _findings(concerned, new, None, basis)


def _findings(
    concerned: Sequence[int],
    new: Iterable[int],
    records: Mapping[int, Sequence[Evidence]] | None,
    basis: Basis,
) -> list[Finding]:
    """The findings of those concerned, and of those who have no row yet; records None: read the evidence."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [concerned])
        rows = {person: a_stored_row(*row) for person, *row in cursor.fetchall()}
    rows |= dict.fromkeys(new)
    if records is None:
        records = standing_evidence(list(rows))
    found = (finding_of(person, rows[person], records.get(person, ()), basis) for person in sorted(rows))
    return [finding for finding in found if finding is not None]


def _chunks(people: Iterable[int]) -> Iterator[list[int]]:
    ordered = sorted(set(people))
    return (ordered[at : at + CHUNK] for at in range(0, len(ordered), CHUNK))


def _check_chunk(people: Sequence[int], basis: Basis) -> int:
    changed, overtaken = keep_states(listed_findings(people, basis), basis.moment)
    return changed + (_check_chunk(overtaken, basis) if overtaken else 0)


def _lastingly_green(people: Sequence[int]) -> dict[int, bool]:
    """Of those who have a row: whether it is a green that does not end by itself."""
    with connection.cursor() as cursor:
        cursor.execute(_GREEN, [list(people)])
        return dict(cursor.fetchall())


def _concerned(people: Sequence[int], basis: Basis) -> set[int]:
    """Those of the people who may be, or may have to become, anything but a lasting green; nobody whose record ended."""
    sql, params = could_turn(basis.rule_set, basis.areas, int(basis.moment.timestamp()))
    given: list[Any] = [list(people), list(people), *params]
    with psycopg.ClientCursor(bare_connection()) as cursor:
        cursor.execute(_CONCERNED.format(could_turn=sql), given)
        return {person for (person,) in cursor} - ended_among(people)
