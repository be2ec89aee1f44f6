"""People's evidence as JSON, one person a line, read fast and checked strictly.

``{"person": "…", "evidence": [{"kind": …, "occurred_at": …, "attributes": {…}, "id": …}]}``. Moments are ISO 8601
(without an offset: Shanghai) or unix seconds; ``id`` may be left out, then it is the record's position, from 0.
"""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

import msgspec

from ankang.core.evidence import EvidenceFault, check_evidence, check_moments, check_sense
from ankang.core.evidence_kinds import (
    ATTRIBUTES,
    Attributes,
    Evidence,
    EvidenceKind,
    Isolation,
    Moment,
    Stay,
    Test,
)
from ankang.core.rules.conditions import choices
from ankang.core.rules.wording import in_plain_words

SHANGHAI = timezone(timedelta(hours=8))
LIMIT = 1 << 20
BOM = b"\xef\xbb\xbf"
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
EARLIEST, LATEST = 0, 4_102_444_800


class PersonLine(NamedTuple):
    """One line: whose, and the evidence in the order given."""

    person: str
    evidence: list[Evidence]


class LineFault(ValueError):
    """A line that cannot be used: which field, and what is wrong with it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.field = field
        self.message = message


class LineReader:
    """Reads lines; records later than ``latest`` (unix seconds) cannot be facts yet and are refused."""

    def __init__(self, latest: int) -> None:
        """``latest``: the present, with what clocks may differ."""
        self.latest = latest
        self._decode, self._other = _decoder(Moment), _decoder(Moment | datetime)

    def read(self, raw: bytes) -> PersonLine:
        """The person on a line. Raises :class:`LineFault`."""
        try:
            line = self._decode(raw)
        except _UNREADABLE:
            try:
                line = self._other(raw)
            except _UNREADABLE:
                return self._checked(*_read_slowly(raw))
            self._decode, self._other = self._other, self._decode
        try:
            records = [_record(position, row) for position, row in enumerate(line.evidence)]
        except EvidenceFault:
            return self._checked(*_read_slowly(raw))
        return self._checked(line.person, records)

    def _checked(self, person: str, records: list[Evidence]) -> PersonLine:
        if not person:
            raise LineFault("person", "is empty")
        for position, record in enumerate(records):
            if record.occurred_at > self.latest:
                raise LineFault(f"evidence[{position}].occurred_at", "lies in the future")
        if len(records) > 1:
            _check_unique(records)
        return PersonLine(person, records)


def seconds(value: object, field: str) -> int:
    """A moment as unix seconds, from a number or ISO 8601 text. Raises :class:`LineFault`."""
    moment: object = value
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value.strip())
        except ValueError:
            raise LineFault(field, f"{value[:40]!r} is no moment: ISO 8601 or unix seconds") from None
    if isinstance(moment, datetime):
        moment = int((moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)).timestamp())
    if not isinstance(moment, int) or isinstance(moment, bool):
        raise LineFault(field, "a moment is expected: ISO 8601 text or whole unix seconds")
    if not EARLIEST <= moment <= LATEST:
        raise LineFault(field, "lies outside 1970 to 2100 (unix seconds, not milliseconds?)")
    return moment


def _decoder(moment: Any) -> Callable[[bytes], Any]:
    """A decoder for a whole line whose moments are of this type."""
    rows = [
        msgspec.defstruct(
            f"{kind.name}_row",
            [
                ("occurred_at", moment),
                *([("attributes", shape, msgspec.field(default_factory=shape))] if not _required(shape) else []),
                *([("attributes", shape)] if _required(shape) else []),
                ("id", str | None, None),
            ],
            tag_field="kind",
            tag=kind.value,
            forbid_unknown_fields=True,
            namespace={"of_kind": kind, "real": real},
        )
        for kind, real in ATTRIBUTES.items()
        for shape in (_shape(real, moment),)
    ]
    row: Any = rows[0]
    for other in rows[1:]:
        row = row | other
    line = msgspec.defstruct("Line", [("person", str), ("evidence", list[row])], forbid_unknown_fields=True)
    return msgspec.json.Decoder(line).decode


def _required(shape: type[msgspec.Struct]) -> bool:
    return any(field.required for field in msgspec.structs.fields(shape))


def _shape(real: type[Attributes], moment: Any) -> Any:
    """The attributes as they come: moments of another type where the kind has some."""
    if moment is Moment or not any(_is_moment(field) for field in msgspec.structs.fields(real)):
        return real
    fields: list[Any] = []
    for field in msgspec.structs.fields(real):
        type_ = (moment if field.required else moment | None) if _is_moment(field) else field.type
        fields.append((field.name, type_) if field.required else (field.name, type_, field.default))
    return msgspec.defstruct(real.__name__, fields, forbid_unknown_fields=True, kw_only=True)


def _is_moment(field: Any) -> bool:
    return field.name in ("sampled_at", "since", "until", "start", "end")


def _record(position: int, row: Any) -> Evidence:
    """A decoded row as a record. Raises :class:`EvidenceFault`; the slow reader then says where."""
    occurred_at, attributes = row.occurred_at, row.attributes
    if occurred_at.__class__ is not int:
        occurred_at = _unix(occurred_at)
    if not isinstance(attributes, Attributes):
        values = {name: _plain(getattr(attributes, name)) for name in attributes.__struct_fields__}
        attributes = row.real(**values)
    kind = attributes.__class__
    if kind is Test:
        if attributes.sampled_at > occurred_at:
            raise EvidenceFault("result_before_sampling", "")
    elif kind is Stay or kind is Isolation:
        check_sense(attributes)
    return Evidence(str(position) if row.id is None else row.id, row.of_kind, occurred_at, attributes)


def _plain(value: Any) -> Any:
    return _unix(value) if isinstance(value, datetime) else value


def _unix(moment: datetime) -> int:
    value = int((moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)).timestamp())
    if not EARLIEST <= value <= LATEST:
        raise EvidenceFault("bad_attribute", "")
    return value


def _check_unique(records: list[Evidence]) -> None:
    """No id twice, and no laboratory number for two different results."""
    if len({record.id for record in records}) < len(records):
        ids = [record.id for record in records]
        again = next(position for position, one in enumerate(ids) if one in ids[:position])
        raise LineFault(f"evidence[{again}].id", f"{ids[again]!r} is used twice")
    numbers: dict[tuple[str, str, str], tuple[int, Evidence]] = {}
    for position, record in enumerate(records):
        test = record.attributes
        if isinstance(test, Test) and test.number:
            key = (record.kind.value, test.lab, test.number)
            before, first = numbers.setdefault(key, (position, record))
            if (first.attributes, first.occurred_at) != (test, record.occurred_at):
                raise LineFault(
                    f"evidence[{position}].attributes.number",
                    f"{test.number!r} was already given for another result in evidence[{before}]",
                )


def _read_slowly(raw: bytes) -> tuple[str, list[Evidence]]:
    """The same again, step by step, to say exactly what is wrong (or to take what only this way can)."""
    line = _an_object(_json(raw), "", ("person", "evidence"), ())
    if not isinstance(line["person"], str):
        raise LineFault("person", "text is expected")
    if not isinstance(line["evidence"], list):
        raise LineFault("evidence", "a list is expected")
    return line["person"], [_slow_record(position, row) for position, row in enumerate(line["evidence"])]


def _json(raw: bytes) -> Any:
    try:
        raw.decode()
    except UnicodeDecodeError as fault:
        raise LineFault("", f"byte {fault.start + 1} is not UTF-8") from None
    try:
        return msgspec.json.decode(raw)
    except msgspec.DecodeError as fault:
        raise LineFault("", f"is not JSON: {fault}") from None
    except RecursionError:
        raise LineFault("", "is nested too deeply") from None


def _an_object(value: Any, field: str, needed: tuple[str, ...], optional: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise LineFault(field, "an object is expected")
    prefix = f"{field}." if field else ""
    for name in value:
        if name not in needed and name not in optional:
            raise LineFault(f"{prefix}{str(name)[:40]}", "there is no such field")
    for name in needed:
        if name not in value:
            raise LineFault(f"{prefix}{name}", "is missing")
    return value


def _slow_record(position: int, row: Any) -> Evidence:
    field = f"evidence[{position}]"
    row = _an_object(row, field, ("kind", "occurred_at"), ("attributes", "id"))
    identity, attributes = row.get("id", str(position)), row.get("attributes", {})
    if not isinstance(identity, str | None):
        raise LineFault(f"{field}.id", "text is expected")
    if not isinstance(attributes, dict):
        raise LineFault(f"{field}.attributes", "an object is expected")
    if not isinstance(row["kind"], str):
        raise LineFault(f"{field}.kind", "text is expected")
    occurred_at = seconds(row["occurred_at"], f"{field}.occurred_at")
    try:
        checked = check_evidence(row["kind"], attributes, SHANGHAI)
        check_moments(occurred_at, checked)
    except EvidenceFault as fault:
        raise _line_fault(field, row["kind"], fault) from None
    return Evidence(identity or str(position), EvidenceKind(row["kind"]), occurred_at, checked)


def _line_fault(field: str, kind: str, fault: EvidenceFault) -> LineFault:
    if fault.code == "unknown_kind":
        known = ", ".join(sorted(one.value for one in EvidenceKind))
        return LineFault(f"{field}.kind", f"{kind[:40]!r} is not known; it can be: {known}")
    if fault.code == "unknown_region":
        return LineFault(f"{field}.attributes.region", f"no region of GB/T 2260 has the code {fault.detail}")
    place, what = in_plain_words(fault.detail)
    if what.endswith("is not known") and choices(kind, place):
        what += f"; it can be: {', '.join(map(str, choices(kind, place)))}"
    return LineFault(f"{field}.attributes{'.' + place if place else ''}", what)
