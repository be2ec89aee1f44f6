"""What patterns, duties, fields and faults are called on this room's pages."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from ankang.base.models import AccessRecord
from ankang.people.reads import reader_offices
from ankang.people.words import READ_FIELDS, read_purpose_words
from ankang.staff.words import permission_words, role_words

PATTERN_WORDS: dict[str, Any] = {
    "kin": _("read of the own family"),
    "many_day": _("many people in a day"),
    "many_hour": _("many people in an hour"),
    "outside_hours": _("reads outside working hours"),
    "outside_region": _("reads outside the own region"),
    "own": _("read of the own record"),
    "questioned": _("a resident's question: not justified"),
    "same_name": _("mostly people of the own surname"),
    "watched": _("one person read by many"),
    "wrong_numbers": _("many tries that found nobody"),
}
COUNT_WORDS: dict[str, Any] = {
    "limit": _("limit"),
    "numbers": _("numbers"),
    "of": _("of"),
    "people": _("people"),
    "question": _("question"),
    "readers": _("readers"),
    "reads": _("reads"),
}
ALERT_STATE_WORDS: dict[str, Any] = {
    "open": _("waiting to be weighed"),
    "explained": _("explained"),
    "escalated": _("escalated"),
    "closed": _("closed"),
}
QUESTION_STATE_WORDS: dict[str, Any] = {
    "open": _("with the auditor"),
    "justified": _("answered: the read was right"),
    "unjustified": _("answered: the read was not right"),
}
OUTCOME_WORDS: dict[str, Any] = {
    "found": _("found"),
    "nobody": _("nobody found"),
    "outside": _("lives in another region"),
    "no_number": _("not a document number"),
}
SOUGHT_WORDS: dict[str, Any] = {"number": _("document or phone number"), "name": _("name and birth date")}
FIELD_WORDS: dict[str, Any] = {
    **READ_FIELDS,
    "colour": _("code colour with its reasons"),
    "reads": _("who looked at the person"),
}
FAULTS: dict[str, Any] = {
    "missing": _("Please write something here."),
    "too_long": _("This is too long: 1,000 characters at most."),
    "unknown": _("Choose from the list."),
}


def read_lines(rows: Iterable[AccessRecord]) -> list[dict[str, Any]]:
    """Reads for a page: the office and duty of the reader, purpose and fields in words."""
    rows = list(rows)
    offices = reader_offices(rows)
    return [
        {
            "row": row,
            "office": offices[row.id],
            "duty": role_words(row.role) if row.role else permission_words(row.duty),
            "purpose": read_purpose_words(row.purpose),
            "fields": _now(", ").join(str(FIELD_WORDS.get(field, field)) for field in row.fields),
        }
        for row in rows
    ]


def counts_in_words(counts: dict[str, Any]) -> str:
    """``{"people": 41, "limit": 40}`` → 41 people, limit 40."""
    return _now(", ").join(
        f"{COUNT_WORDS.get(name, name)} {value}"
        for name, value in sorted(counts.items(), key=lambda pair: (pair[0] in ("limit", "of"), pair[0]))
    )
