"""Reading what the rules need: standing evidence by person, the areas, the rules of a moment."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import psycopg
from django.db import connection
from django.db.models import QuerySet

from ankang.core.evidence import Evidence
from ankang.core.rules import Area as CoreArea
from ankang.core.rules import AreaIndex
from ankang.people.models import Person
from ankang.people.rules import STATES_LEFT

from ..engine import COLUMNS, NOT_RETRACTED, Basis, standing_records
from .areas import known_areas
from .rulebook import rule_set_at

_STANDING = f"SELECT {COLUMNS} FROM health_evidence e WHERE e.person = ANY(%s) AND {NOT_RETRACTED}"


def basis_at(now: datetime) -> Basis:
    """The rules in force at ``now`` and every area in force: what colours are computed from besides evidence."""
    return Basis(rule_set_at(now), AreaIndex(areas_on_file()), now)


def standing_evidence(people: Sequence[int]) -> dict[int, list[Evidence]]:
    """The evidence that was not retracted, by person."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [list(people)])
        return standing_records(cursor.fetchall())


def ended_among(people: Sequence[int]) -> set[int]:
    """Those of the people whose record ended (moved away, died, closed, merged): no colour is computed for them."""
    return set(ended_people().filter(pk__in=people).values_list("pk", flat=True))


def ended_people() -> "QuerySet[Person]":
    """Everybody whose record ended."""
    return Person.objects.filter(state__in=STATES_LEFT).order_by().only("pk")


def areas_on_file() -> list[CoreArea]:
    """Every assessed area in force, past ones too: a stay is judged by the level at its time."""
    return known_areas()


def bare_connection() -> "psycopg.Connection[Any]":
    """Django's connection as the driver sees it, for what the engine does through it."""
    connection.ensure_connection()
    found = connection.connection
    assert isinstance(found, psycopg.Connection)
    return found


def database_address() -> dict[str, str]:
    """How another process reaches the same database; it holds the password."""
    given = connection.get_connection_params()
    return {name: str(given[name]) for name in ("dbname", "user", "password", "host", "port") if given.get(name)}
