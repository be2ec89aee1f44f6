"""Which colour a person had at any past moment and why: computed again from what was known then.

The change feed says what was shown; this says what the evidence meant. Both are given, and whether they agree.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
from django.db import connection

from ankang.core.colours import Colour as CodeColour
from ankang.core.evidence import Evidence, a_record
from ankang.core.rules import evaluate

from ..errors import BadMoment
from ..models import Area, ColourChange
from ..models import Colour as ColourRow
from ..rules import next_state
from .areas import areas_known
from .colours import ReasonView, view_of
from .rulebook import release_at, rule_set_at

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)

_ALL = """
SELECT e.id::text, e.kind, e.occurred_at, e.attributes::text, e.recorded_at, e.source::text, r.at, r.reason
FROM health_evidence e LEFT JOIN health_retraction r ON r.person = e.person AND r.evidence = e.id
WHERE e.person = %s ORDER BY e.occurred_at, e.id
"""


class Filed(NamedTuple):
    """A record as it stands on file: from whom, since when, and whether and when it was retracted."""

    record: Evidence
    occurred_at: datetime
    recorded_at: datetime
    source: dict[str, Any]
    retracted_at: datetime | None
    retracted_because: str | None

    def known(self, at: datetime) -> bool:
        """Whether the record was on file at ``at``, and not retracted by then."""
        return self.recorded_at <= at and (self.retracted_at is None or self.retracted_at > at)


@dataclass(frozen=True)
class PersonFile:
    """All that is on file about one person, read once: records, changes of colour in order, and every area."""

    person: int
    filed: Sequence[Filed]
    changes: Sequence[ColourChange]
    areas: Sequence[Area]


@dataclass(frozen=True)
class PastColour:
    """The colour at ``moment`` by what was known at ``known_at``.

    ``since``/``until`` None: as far back as the evidence goes / not before new evidence came. ``evidence``: the records
    that counted. ``shown``: what the feed says was shown at the moment (None: not on file yet). ``agrees`` is None where
    there is nothing to compare: nobody on file, grey, or asked with the knowledge of another moment.
    """

    moment: datetime
    known_at: datetime
    colour: CodeColour
    since: datetime | None
    until: datetime | None
    reasons: tuple[ReasonView, ...]
    rule_set: str
    release_id: int
    evidence: tuple[Filed, ...]
    shown: CodeColour | None
    shown_since: datetime | None
    agrees: bool | None


class PastChange(NamedTuple):
    """One row of the feed with what was behind it."""

    change: ColourChange
    why: PastColour


class ColourSpell(NamedTuple):
    """From when to when a colour was shown; ``end`` None: to this day."""

    colour: CodeColour
    start: datetime
    end: datetime | None


def explain_at(person: int, moment: datetime, known_at: datetime | None = None) -> PastColour:
    """The colour of ``person`` at a past ``moment`` with its reasons, from what was known at ``known_at``
    (left out: at the moment itself).

    Evidence, retractions and areas count as far as they were on file; the rules are those in force at the moment.
    """
    return explain(person_file(person), moment, known_at)


def history_of(person: int) -> list[PastChange]:
    """Every change of colour, the latest first, each with the reasons of its moment."""
    file = person_file(person)
    return [PastChange(change, explain(file, change.at)) for change in reversed(file.changes)]


def spells_of(file: PersonFile) -> list[ColourSpell]:
    """What was shown from when to when, in order."""
    ends = [change.at for change in file.changes[1:]]
    pairs = zip(file.changes, [*ends, None], strict=False)
    return [ColourSpell(CodeColour(change.new), change.at, end) for change, end in pairs]


def person_file(person: int) -> PersonFile:
    """Read what :func:`explain` needs: three queries, whatever is asked afterwards."""
    changes = list(ColourChange.objects.filter(person=person).order_by("seq"))
    return PersonFile(person, _filed(person), changes, list(Area.objects.filter(state="in_force")))


def explain(file: PersonFile, moment: datetime, known_at: datetime | None = None) -> PastColour:
    """:func:`explain_at` from a file that was read already."""
    at = moment if known_at is None else known_at
    counted = tuple(filed for filed in file.filed if filed.known(at) and filed.occurred_at <= moment)
    rule_set = rule_set_at(moment)
    records = [filed.record for filed in file.filed if filed.known(at)]
    assessed = evaluate(records, rule_set, int(moment.timestamp()), areas_known(file.areas, at))
    state = next_state(None, assessed, rule_set.name, moment)
    shown = _shown(file, moment)
    colour = CodeColour(shown.new) if shown else None
    comparable = at == moment and colour not in (None, CodeColour.GREY)
    return PastColour(
        moment=moment,
        known_at=at,
        colour=state.colour,
        since=None if assessed.since is None else state.since,
        until=state.until,
        reasons=view_of(ColourRow(person=file.person, **state._asdict())).reasons,
        rule_set=rule_set.name,
        release_id=release_at(moment).pk,
        evidence=counted,
        shown=colour,
        shown_since=shown.at if shown else None,
        agrees=(colour is state.colour) if comparable else None,
    )


def check_past(moment: datetime, now: datetime) -> datetime:
    """The moment if it can be asked about. Raises BadMoment before 1970 and after now."""
    if not EARLIEST <= moment <= now:
        raise BadMoment()
    return moment


def _shown(file: PersonFile, moment: datetime) -> ColourChange | None:
    past = [change for change in file.changes if change.at <= moment]
    return past[-1] if past else None


def _filed(person: int) -> list[Filed]:
    with connection.cursor() as cursor:
        cursor.execute(_ALL, [person])
        return [
            Filed(
                a_record(identity, kind, int(occurred_at.timestamp()), msgspec.json.decode(attributes)),
                occurred_at,
                recorded_at,
                msgspec.json.decode(source),
                retracted_at,
                reason,
            )
            for identity, kind, occurred_at, attributes, recorded_at, source, retracted_at, reason in cursor
        ]
