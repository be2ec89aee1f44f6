"""Reading what the rules need: standing evidence by person, and the areas."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import connection

from ankang.core.evidence import Evidence, a_record
from ankang.core.rules import UNTOUCHED, Assessment, evaluate
from ankang.core.rules import Area as CoreArea

from .areas import known_areas
from .rulebook import rule_set_at

_STANDING = """
SELECT e.person, e.id::text, e.kind, floor(extract(epoch FROM e.occurred_at))::bigint, e.attributes::text
FROM health_evidence e
WHERE e.person = ANY(%s)
  AND NOT EXISTS (SELECT FROM health_retraction r WHERE r.person = e.person AND r.evidence = e.id)
"""


def assess_people(people: Sequence[int], now: datetime) -> dict[int, Assessment]:
    """Each person's assessment at ``now``; people without standing evidence are untouched (green)."""
    moment, rule_set, areas = int(now.timestamp()), rule_set_at(now), areas_on_file()
    on_file = standing_evidence(people)
    return {
        person: evaluate(on_file[person], rule_set, moment, areas) if person in on_file else UNTOUCHED
        for person in people
    }


def standing_evidence(people: Sequence[int]) -> dict[int, list[Evidence]]:
    """The evidence that was not retracted, by person."""
    found: dict[int, list[Evidence]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [list(people)])
        for person, identity, kind, occurred_at, attributes in cursor:
            found[person].append(a_record(identity, kind, occurred_at, msgspec.json.decode(attributes)))
    return dict(found)


def areas_on_file() -> list[CoreArea]:
    """Every assessed area in force, past ones too: a stay is judged by the level at its time."""
    return known_areas()
