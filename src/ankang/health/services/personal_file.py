"""My health file (I2): all that is on file about one person, for that person alone, to read and to take along."""

import json
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

import msgspec
from django.utils.timezone import get_current_timezone

from ankang.core.colours import Colour as CodeColour
from ankang.core.statements import StatedReason
from ankang.people.services import masked_people

from .colours import ColourView, colour_of
from .history import ColourSpell, Filed, PersonFile, explain, person_file, spells_of
from .statements import StoredStatement, reasons_by_rule, statement_of, statements_of

FORMAT = "ankang-health-file/1"


class FiledRecord(NamedTuple):
    """One record with its number on the page, and whether the colour rests on it now."""

    number: int
    filed: Filed
    matters: bool


class HealthFile(NamedTuple):
    """Everything about one person at one moment. ``records``: newest first, numbered in that order."""

    person: int
    now: datetime
    colour: ColourView
    statement: StoredStatement | None
    records: list[FiledRecord]
    spells: list[ColourSpell]
    read: PersonFile

    @property
    def reasons(self) -> tuple[StatedReason, ...]:
        """Why the colour is what it is, one a rule; the signed words where there are such."""
        return self.statement.said.reasons if self.statement else tuple(reasons_by_rule(self.colour.reasons))


class PastSpell(NamedTuple):
    """A colour that was shown on a day: from when to when, and why; ``reasons`` None when what was known then says
    something else than what was shown.
    """

    colour: CodeColour
    start: datetime
    end: datetime | None
    reasons: list[StatedReason] | None
    rule_set: str


def health_file(person: int, now: datetime) -> HealthFile:
    """Read the file of ``person``; signs the present reason if the job was not there yet."""
    read, colour = person_file(person), colour_of(person)
    matters = {reason.evidence for reason in colour.reasons}
    newest_first = sorted(read.filed, key=lambda filed: (filed.occurred_at, filed.record.id), reverse=True)
    records = [
        FiledRecord(number, filed, filed.record.id in matters)
        for number, filed in enumerate(newest_first, 1)
    ]
    return HealthFile(person, now, colour, statement_of(person, now), records, spells_of(read), read)


def colours_on(file: HealthFile, wanted: datetime) -> list[PastSpell]:
    """Every colour that was shown on the day of ``wanted`` (Shanghai), each with the reasons known at its moment."""
    zone = get_current_timezone()
    start = datetime.combine(wanted.astimezone(zone).date(), time(), zone)
    end = min(start + timedelta(days=1), file.now)
    return list(_past(file, start, end))


def _past(file: HealthFile, start: datetime, end: datetime) -> Iterator[PastSpell]:
    for spell in file.spells:
        if spell.start < end and (spell.end is None or spell.end > start):
            past = explain(file.read, max(spell.start, start))
            agrees = past.colour is spell.colour or spell.colour is CodeColour.GREY
            reasons = reasons_by_rule(past.reasons) if agrees else None
            yield PastSpell(spell.colour, spell.start, spell.end, reasons, past.rule_set)


def take_along(file: HealthFile) -> str:
    """The whole file as JSON for its holder: moments in unix seconds, the signed reasons as they can be checked."""
    who = masked_people([file.person])[file.person]
    content = {
        "format": FORMAT,
        "made_at": _seconds(file.now),
        "holder": {"name": who.name, "document_kind": who.document_kind, "document": who.document, "town": who.town},
        "colour": colour_as_data(file.colour, file.reasons),
        "evidence": [_record(record) for record in file.records],
        "colours": [
            {"colour": spell.colour.slug, "from": _seconds(spell.start), "to": _seconds(spell.end)}
            for spell in reversed(file.spells)
        ],
        "statements": [json.loads(statement.file) for statement in statements_of(file.person)],
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def colour_as_data(colour: ColourView, reasons: tuple[StatedReason, ...]) -> dict[str, Any]:
    """The colour with its reasons as JSON values."""
    return {
        "colour": colour.colour.slug,
        "since": _seconds(colour.since),
        "until": _seconds(colour.until),
        "rule_set": colour.rule_set,
        "reasons": [msgspec.to_builtins(reason) for reason in reasons],
    }


def _record(record: FiledRecord) -> dict[str, Any]:
    filed = record.filed
    gone = {"at": _seconds(filed.retracted_at), "reason": filed.retracted_because} if filed.retracted_at else None
    return {
        "id": filed.record.id,
        "kind": filed.record.kind.value,
        "occurred_at": _seconds(filed.occurred_at),
        "recorded_at": _seconds(filed.recorded_at),
        "source": filed.source,
        "attributes": msgspec.to_builtins(filed.record.attributes),
        "retracted": gone,
        "counts_for_colour_now": record.matters,
    }


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())
