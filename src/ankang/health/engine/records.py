"""Records of evidence as they are stored, read fast: what was checked when it came need not be checked again."""

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from ankang.core.evidence import ATTRIBUTES, Evidence, EvidenceKind, a_record

Row = tuple[int, str, str, int, str]
"""Person, id, kind, moment in unix seconds, attributes as JSON text."""
_KINDS = {kind.value: (kind, msgspec.json.Decoder(ATTRIBUTES[kind]).decode) for kind in EvidenceKind}

COLUMNS = """
e.person, e.id::text, e.kind, floor(date_part('epoch', e.occurred_at))::bigint, e.attributes::text
"""
NOT_RETRACTED = """
NOT EXISTS (SELECT FROM health_retraction r WHERE r.person = e.person AND r.evidence = e.id)
"""


def a_stored_record(identity: str, kind: str, occurred_at: int, attributes: str) -> Evidence:
    """The record; raises :class:`EvidenceFault` for one that would not be taken today."""
    known, decode = _KINDS[kind]
    try:
        return Evidence(identity, known, occurred_at, decode(attributes))
    except msgspec.ValidationError:
        return a_record(identity, kind, occurred_at, msgspec.json.decode(attributes))


def standing_records(rows: Iterable[Row]) -> dict[int, list[Evidence]]:
    """Rows by person."""
    found: dict[int, list[Evidence]] = defaultdict(list)
    for person, identity, kind, occurred_at, attributes in rows:
        found[person].append(a_stored_record(identity, kind, occurred_at, attributes))
    return dict(found)
