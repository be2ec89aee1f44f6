"""Who would have which colour: everybody concerned is evaluated, nothing is written."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction

from ankang.core.colours import Colour
from ankang.core.evidence import Evidence
from ankang.core.rules import Area, AreaIndex, RuleSet

from ..engine import Basis, Batch, Finding, Wanted, survey_here, survey_in_processes
from ..rules import State
from .bulk import listed_findings
from .dossiers import areas_on_file, bare_connection, basis_at, database_address

PROCESSES = 2
_NOT_DUE = """
SELECT person FROM health_colour
WHERE person = ANY(%s) AND colour <> 0 AND (until IS NULL OR until > %s) ORDER BY person
"""


_MISSING = """
SELECT p.id FROM people_person p WHERE NOT EXISTS (SELECT FROM health_colour c WHERE c.person = p.id) ORDER BY p.id
"""


class Move(NamedTuple):
    """A person whose colour would be another one than the stored one; ``was`` is grey for whoever has none yet."""

    person: int
    was: Colour
    state: State


class SurveyChunk(NamedTuple):
    """Everybody with a number up to ``upto`` has been looked at; ``seen`` of ``total`` were evaluated in this chunk."""

    upto: int
    seen: int
    moves: list[Move]
    total: int


class Audit(NamedTuple):
    """How many colours were compared with the evidence, and whose is not what the evidence says."""

    checked: int
    wrong: list[int]


def survey(
    rule_set: RuleSet,
    moment: datetime,
    areas: Sequence[Area] | None = None,
    extra: Mapping[int, Sequence[Evidence]] | None = None,
    after: int = 0,
    upto: int | None = None,
) -> Iterator[SurveyChunk]:
    """Evaluate everybody concerned with these rules at ``moment``, chunk by chunk in the order of person numbers.

    ``areas`` None: those in force. ``extra``: evidence that is not on file, by person. Outside a transaction two
    processes do it and see what was committed; inside one it is done here, through the transaction.
    """
    basis = Basis(rule_set, AreaIndex(areas_on_file() if areas is None else areas), moment)
    wanted = Wanted(after, **({} if upto is None else {"upto": upto}), colours_only=True)
    given = {person: list(records) for person, records in (extra or {}).items()}
    with closing(surveyed(basis, wanted, given)) as batches:
        for batch in batches:
            yield SurveyChunk(batch.upto, batch.seen, [_move(found) for found in batch.findings], batch.total)


def surveyed(
    basis: Basis, wanted: Wanted, extra: dict[int, list[Evidence]] | None = None, processes: int = PROCESSES
) -> Iterator[Batch]:
    """The batches of a survey, made by processes, or here when a transaction is open."""
    if connection.in_atomic_block:
        return survey_here(bare_connection(), basis, wanted, extra or {})
    return survey_in_processes(database_address(), basis, wanted, extra or {}, processes)


def audit_colours(now: datetime, progress: Callable[[int, int], None] | None = None) -> Audit:
    """Compare every stored colour with what the evidence says at ``now``.

    Wrong is a person on file without any colour, and a colour that no evidence explains, so somebody wrote it by
    hand. Not wrong is one that is merely due (its moment has passed, the next check turns it) and grey, which waits for
    its first check.
    """
    basis, suspects, seen = basis_at(now), [], 0
    for batch in surveyed(basis, Wanted(colours_only=True)):
        suspects += [found.person for found in batch.findings]
        seen += batch.seen
        if progress:
            progress(seen, batch.total)
    with transaction.atomic(), connection.cursor() as cursor:
        still = {found.person for found in listed_findings(suspects, basis) if found.old not in (None, found.colour)}
        cursor.execute(_NOT_DUE, [sorted(still), now])
        wrong = [person for (person,) in cursor]
        cursor.execute(_MISSING)
        wrong += [person for (person,) in cursor]
        cursor.execute("SELECT count(*) FROM health_colour")
        return Audit(cursor.fetchone()[0], wrong)


def _move(found: Finding) -> Move:
    return Move(found.person, Colour.GREY if found.old is None else Colour(found.old), found.state())
