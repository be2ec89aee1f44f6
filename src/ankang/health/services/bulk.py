"""Many people's colours at once: set-based, by COPY, one block of feed numbers for each chunk."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

import msgspec
from django.db import connection

from ankang.core.colours import Colour

from ..rules import Change, State, change_of, next_state
from .dossiers import assess_people
from .feed import append_changes, own_engine
from .rulebook import rule_set_at

CHUNK = 20_000

_STAGE = """
CREATE TEMPORARY TABLE IF NOT EXISTS health_stage (
    person bigint, colour smallint, since timestamptz, until timestamptz, reasons jsonb, rule_set text
) ON COMMIT DROP
"""
_COPY = "COPY health_stage (person, colour, since, until, reasons, rule_set) FROM STDIN"
_LOCK = """
SELECT person, colour, since, until, reasons::text, rule_set FROM health_colour
WHERE person = ANY(%s) ORDER BY person FOR UPDATE
"""
_UPDATE = """
UPDATE health_colour c
SET colour = s.colour, since = s.since, until = s.until, reasons = s.reasons, rule_set = s.rule_set,
evaluated_at = %s FROM health_stage s WHERE s.person = c.person
"""
_INSERT = """
INSERT INTO health_colour (person, colour, since, until, reasons, rule_set, evaluated_at)
SELECT person, colour, since, until, reasons, rule_set, %s FROM health_stage ORDER BY person
ON CONFLICT (person) DO NOTHING RETURNING person
"""

Progress = Callable[[int], None]


def check_people_in_bulk(people: Iterable[int], now: datetime, progress: Progress | None = None) -> int:
    """Evaluate many people as :func:`check_person` would; returns how many changed colour.

    ``progress`` is called with the number of people done after each chunk of 20,000. People who have no row
    yet get their first colour directly. The feed is locked from the first chunk's changes until the caller
    commits.
    """
    own_engine()
    changed = done = 0
    for chunk in _chunks(people):
        changes = _check_chunk(chunk, now)
        append_changes(changes, now)
        changed += len(changes)
        done += len(chunk)
        if progress:
            progress(done)
    return changed


def _chunks(people: Iterable[int]) -> Iterator[list[int]]:
    ordered = sorted(set(people))
    return (ordered[at : at + CHUNK] for at in range(0, len(ordered), CHUNK))


def _check_chunk(people: Sequence[int], now: datetime) -> list[Change]:
    """Re-evaluate who has a row, insert the rest.

    Rows are locked in the order of numbers, so two bulks cannot lock each other out.
    """
    stored = _locked(people)
    assessed, rule_set = assess_people(people, now), rule_set_at(now).name
    states = {person: next_state(stored.get(person), assessed[person], rule_set, now) for person in people}
    moved = {person: states[person] for person in stored if states[person] != stored[person]}
    _update(moved, now)
    new = {person: states[person] for person in people if person not in stored}
    inserted = _insert(new, now)
    overtaken = sorted(new.keys() - inserted)
    changes = _changes(moved, stored) + _changes({person: new[person] for person in sorted(inserted)}, {})
    return changes + (_check_chunk(overtaken, now) if overtaken else [])


def _locked(people: Sequence[int]) -> dict[int, State]:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [list(people)])
        return {
            person: State(Colour(colour), since, until, msgspec.json.decode(reasons), rule_set)
            for person, colour, since, until, reasons, rule_set in cursor
        }


def _update(states: dict[int, State], now: datetime) -> None:
    if states:
        _stage(states)
        with connection.cursor() as cursor:
            cursor.execute(_UPDATE, [now])


def _insert(states: dict[int, State], now: datetime) -> set[int]:
    """Insert the states; returns who had no row. Who got one meanwhile from somebody else is left out."""
    if not states:
        return set()
    _stage(states)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [now])
        return {person for (person,) in cursor}


def _changes(states: dict[int, State], was: dict[int, State]) -> list[Change]:
    found = (change_of(person, was.get(person), state) for person, state in states.items())
    return [change for change in found if change]


def _stage(states: dict[int, State]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        cursor.execute("TRUNCATE health_stage")
        with cursor.copy(_COPY) as copy:
            for person, (colour, since, until, reasons, rule_set) in states.items():
                text = msgspec.json.encode(reasons).decode() if reasons else "[]"
                copy.write_row((person, int(colour), since, until, text, rule_set))
