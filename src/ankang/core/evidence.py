"""Evidence: what is taken and what is refused (domain.md §2).

A record of evidence says: of this person, at this moment, this was so. From outside a moment may also come as
ISO 8601; what is stored is unix seconds.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, tzinfo
from functools import cache
from typing import Any

import msgspec

from ankang.core.evidence_kinds import (
    ATTRIBUTES,
    AntipyreticPurchase,
    Attributes,
    BorderEntry,
    CallAnswer,
    Consultation,
    Contact,
    Diagnosis,
    Discharge,
    Evidence,
    EvidenceKind,
    HomeVisit,
    Isolation,
    Stay,
    Symptom,
    Temperature,
    Test,
    Vaccination,
)
from ankang.core.names import has_control

__all__ = [
    "ATTRIBUTES",
    "AntipyreticPurchase",
    "Attributes",
    "BorderEntry",
    "CallAnswer",
    "Consultation",
    "Contact",
    "Diagnosis",
    "Discharge",
    "Evidence",
    "EvidenceFault",
    "EvidenceKind",
    "HomeVisit",
    "Isolation",
    "Stay",
    "Symptom",
    "Temperature",
    "Test",
    "Vaccination",
    "a_record",
    "check_evidence",
    "check_moments",
    "standing",
    "stored",
]


class EvidenceFault(ValueError):
    """Evidence that cannot be taken. ``code``: unknown_kind, bad_attribute, unknown_region, bad_order,
    result_before_sampling; ``detail`` in words, ending with the place: at `$.name`.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


def check_evidence(kind: str, attributes: Mapping[str, Any], zone: tzinfo | None = None) -> Attributes:
    """The attributes as the kind's struct. Raises :class:`EvidenceFault` that names the attribute.

    ``zone`` is what a moment without an offset is in; without it such a moment is refused.
    """
    try:
        struct = ATTRIBUTES[EvidenceKind(kind)]
    except ValueError:
        raise EvidenceFault("unknown_kind", str(kind)[:40]) from None
    try:
        checked = msgspec.convert(_with_moments(struct, attributes, zone), struct)
    except msgspec.ValidationError as fault:
        raise EvidenceFault("bad_attribute", str(fault)) from None
    for name in checked.__struct_fields__:
        if isinstance(value := getattr(checked, name), str) and has_control(value):
            raise EvidenceFault("bad_attribute", f"there is a control character in it - at `$.{name}`")
    check_sense(checked)
    return checked


def a_record(identity: str, kind: str, occurred_at: int, attributes: Mapping[str, Any]) -> Evidence:
    """A record from its parts as they are stored or sent. Raises :class:`EvidenceFault`."""
    return Evidence(identity, EvidenceKind(kind), occurred_at, check_evidence(kind, attributes))


def standing(records: Iterable[Evidence], retracted: Collection[str]) -> list[Evidence]:
    """The records that were not retracted: a retracted record counts as if it had never come."""
    return [record for record in records if record.id not in retracted]


def stored(attributes: Attributes) -> dict[str, Any]:
    """The attributes as they are stored: JSON values, defaults left out; :func:`check_evidence` reads them
    back.
    """
    plain: dict[str, Any] = msgspec.to_builtins(attributes)
    return plain


def check_moments(occurred_at: int, attributes: Attributes) -> None:
    """What the record's own moment says about its attributes: no result before its sampling.

    Raises :class:`EvidenceFault`.
    """
    if isinstance(attributes, Test) and attributes.sampled_at > occurred_at:
        raise EvidenceFault("result_before_sampling", "sampled after its result - at `$.sampled_at`")


def check_sense(attributes: Attributes) -> None:
    """What one attribute says about another. Raises :class:`EvidenceFault`."""
    match attributes:
        case Stay(region=region, country=country, since=since, until=until, ongoing=ongoing):
            if ongoing and until is not None:
                raise EvidenceFault("bad_order", "a stay that goes on has no end - at `$.until`")
            if country == "CN" and not region:
                raise EvidenceFault("bad_attribute", "a stay in the country needs its region - at `$.region`")
            if region and not _existed(region[:6]):
                raise EvidenceFault("unknown_region", region)
            _check_order(since, until, "until")
        case Isolation(start=start, end=end):
            _check_order(start, end, "end")


@cache
def _existed(code: str) -> bool:
    """Whether the region ever existed; the table is read when the first region is asked for."""
    from ankang.core.regions import ever_existed

    return ever_existed(code)


def _check_order(first: int | None, last: int | None, name: str) -> None:
    if first is not None and last is not None and last < first:
        raise EvidenceFault("bad_order", f"ends before it begins - at `$.{name}`")


_MOMENT_NAMES = ("sampled_at", "since", "until", "start", "end")
_MOMENTS = {
    struct: tuple(name for name in _MOMENT_NAMES if name in struct.__struct_fields__) for struct in ATTRIBUTES.values()
}


def _with_moments(struct: type[Attributes], attributes: Mapping[str, Any], zone: tzinfo | None) -> dict[str, Any]:
    """The attributes with every ISO 8601 moment turned into unix seconds."""
    numbers = dict(attributes)
    for name in _MOMENTS[struct]:
        if isinstance(numbers.get(name), str | datetime):
            numbers[name] = _seconds(numbers[name], name, zone)
    return numbers


def _seconds(moment: str | datetime, name: str, zone: tzinfo | None) -> int:
    try:
        aware = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    except ValueError:
        aware = None
    if aware is not None and aware.tzinfo is None and zone is not None:
        aware = aware.replace(tzinfo=zone)
    if aware is None or aware.tzinfo is None:
        raise EvidenceFault("bad_attribute", f"a moment with its offset from UTC is expected - at `$.{name}`")
    return int(aware.timestamp())
