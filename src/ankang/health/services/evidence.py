"""Evidence comes in, or is taken back by a second record; the person is evaluated at once, in the same
transaction.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
from django.db import connection

from ankang.core.evidence import Attributes, EvidenceFault, Test, check_evidence, check_moments, stored

from ..errors import EvidenceNotFound, EvidenceRefused, EvidenceRetracted
from ..models import Evidence
from ..rules import CLOCK_SKEW
from .colours import check_person
from .feed import share_engine
from .merging import copies_of
from .negative_tests import forget_test, note_tests

_INSERT = """
INSERT INTO health_evidence (person, id, kind, occurred_at, recorded_at, source, attributes)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
_RETRACT = """
INSERT INTO health_retraction (person, evidence, reason, by, at) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (person, evidence) DO NOTHING RETURNING person
"""
_OTHER_RESULT = """
SELECT 1 FROM health_evidence e WHERE e.attributes->>'number' = %s AND e.kind = %s
    AND coalesce(e.attributes->>'lab', '') = %s AND e.attributes->>'result' <> %s
    AND NOT EXISTS (SELECT FROM health_retraction r WHERE r.person = e.person AND r.evidence = e.id) LIMIT 1
"""
SOURCE_FIELDS = ("organisation", "feed", "batch", "row")
_SOURCE_NAMES = frozenset(SOURCE_FIELDS)


def record_evidence(
    person: int,
    kind: str,
    occurred_at: datetime,
    attributes: Mapping[str, Any],
    source: Mapping[str, str],
    now: datetime,
) -> UUID:
    """Append a record about ``person`` and evaluate the person; returns the record's id.

    ``source`` names at least the ``organisation`` or the ``feed``, and may name ``batch`` and ``row``. Raises
    :class:`EvidenceRefused` for attributes that do not fit the kind, a result before its sampling, an unknown
    source, a fact in the future, or a laboratory number that stands for another result already.
    """
    share_engine()
    checked = checked_record(kind, occurred_at, attributes, source, now)
    _refuse_known_number(kind, checked)
    identity = uuid4()
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [person, identity, kind, occurred_at, now, _json(dict(source)), _json(stored(checked))])
    note_tests([(person, kind, checked)])
    check_person(person, now)
    return identity


def retract_evidence(person: int, evidence: UUID, reason: str, by: str, now: datetime) -> None:
    """Say that a record was a mistake, why, and who says so; the person is then as if it had never been.

    Raises :class:`EvidenceNotFound`, :class:`EvidenceRetracted`, or :class:`EvidenceRefused` when no reason
    is given.
    """
    if not reason.strip():
        raise EvidenceRefused({"fault": "bad_attribute", "detail": "a reason is needed"})
    share_engine()
    if not Evidence.objects.filter(person=person, id=evidence).exists():
        raise EvidenceNotFound()
    with connection.cursor() as cursor:
        cursor.execute(_RETRACT, [person, evidence, reason.strip(), by, now])
        if cursor.fetchone() is None:
            raise EvidenceRetracted()
    forget_test(person)
    check_person(person, now)
    for other, copy in copies_of(person, str(evidence)):
        retract_evidence(other, UUID(copy), reason, by, now)


def checked_record(
    kind: str,
    occurred_at: datetime,
    attributes: Mapping[str, Any] | Attributes,
    source: Mapping[str, str],
    now: datetime,
) -> Attributes:
    """The attributes as the kind's struct; those that are one were checked before.

    Raises :class:`EvidenceRefused` for anything wrong with the record itself.
    """
    if occurred_at > now + CLOCK_SKEW:
        raise EvidenceRefused({"fault": "in_the_future", "detail": occurred_at.isoformat()})
    if not source.keys() <= _SOURCE_NAMES or not (source.get("organisation") or source.get("feed")):
        raise EvidenceRefused({"fault": "bad_source", "detail": "organisation or feed; batch and row if any"})
    try:
        checked = attributes if isinstance(attributes, Attributes) else check_evidence(kind, attributes)
        check_moments(int(occurred_at.timestamp()), checked)
    except EvidenceFault as fault:
        raise EvidenceRefused({"fault": fault.code, "detail": fault.detail}) from None
    return checked


def _refuse_known_number(kind: str, checked: Attributes) -> None:
    """One number of one laboratory stands for one result; a wrong one is retracted before the right one comes."""
    if not isinstance(checked, Test) or not checked.number:
        return
    with connection.cursor() as cursor:
        cursor.execute(_OTHER_RESULT, [checked.number, kind, checked.lab, checked.result])
        if cursor.fetchone():
            detail = f"{checked.number!r} stands for another result already - at `$.number`"
            raise EvidenceRefused({"fault": "duplicate_number", "detail": detail})


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
