"""Evidence kinds with their checked attributes (domain.md §2).

A record of evidence says: of this person, at this moment, this was so. Attributes are small frozen structs;
moments in them are unix seconds. From outside a moment may also come as ISO 8601 with an offset; what is
stored is the number.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from ankang.core.regions import ever_existed

_EARLIEST, _LATEST = 0, 4_102_444_800  # 1970 … 2100

Moment = Annotated[int, Meta(ge=_EARLIEST, le=_LATEST)]
Text = Annotated[str, Meta(max_length=200)]
Name = Annotated[str, Meta(min_length=1, max_length=100)]
RegionCode = Annotated[str, Meta(pattern=r"^([0-9]{6}|[0-9]{9}|[0-9]{12})?$")]
Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2")]
Celsius = Annotated[float, Meta(ge=30.0, le=45.0)]


class EvidenceKind(StrEnum):
    """What a record can be about; the value is stored and sent."""

    DIAGNOSIS = "diagnosis"
    NUCLEIC_TEST = "nucleic_test"
    ANTIGEN_TEST = "antigen_test"
    ANTIBODY_TEST = "antibody_test"
    VACCINATION = "vaccination"
    SYMPTOM = "symptom"
    TEMPERATURE = "temperature"
    ANTIPYRETIC_PURCHASE = "antipyretic_purchase"
    CONSULTATION = "consultation"
    BORDER_ENTRY = "border_entry"
    STAY = "stay"
    CONTACT = "contact"
    ISOLATION = "isolation"
    DISCHARGE = "discharge"
    HOME_VISIT = "home_visit"
    CALL_ANSWER = "call_answer"

    def word(self, lang: str) -> str:
        """The kind's name; ``lang`` is ``zh`` or ``en``."""
        return _WORDS[self][0 if lang.startswith("zh") else 1]


_WORDS = {
    EvidenceKind.DIAGNOSIS: ("诊断", "Diagnosis"),
    EvidenceKind.NUCLEIC_TEST: ("核酸检测", "Nucleic acid test"),
    EvidenceKind.ANTIGEN_TEST: ("抗原检测", "Antigen test"),
    EvidenceKind.ANTIBODY_TEST: ("抗体检测", "Antibody test"),
    EvidenceKind.VACCINATION: ("疫苗接种", "Vaccination"),
    EvidenceKind.SYMPTOM: ("症状", "Symptom"),
    EvidenceKind.TEMPERATURE: ("体温", "Temperature"),
    EvidenceKind.ANTIPYRETIC_PURCHASE: ("退热类药品购买", "Antipyretic purchase"),
    EvidenceKind.CONSULTATION: ("就诊", "Consultation"),
    EvidenceKind.BORDER_ENTRY: ("入境", "Border entry"),
    EvidenceKind.STAY: ("旅居", "Stay"),
    EvidenceKind.CONTACT: ("接触", "Contact"),
    EvidenceKind.ISOLATION: ("隔离观察", "Isolation"),
    EvidenceKind.DISCHARGE: ("出院", "Discharge"),
    EvidenceKind.HOME_VISIT: ("上门核实", "Home visit"),
    EvidenceKind.CALL_ANSWER: ("外呼回答", "Call answer"),
}


class Attributes(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What every kind's attributes share: unknown names are refused, defaults are not stored."""


class Diagnosis(Attributes, frozen=True):
    """A clinician's or the disease-control centre's finding."""

    status: Literal["confirmed", "suspected", "asymptomatic", "re_positive", "recovered", "excluded"]
    disease: Text = ""
    institution: Text = ""


class Test(Attributes, frozen=True):
    """A laboratory or antigen test; ``sampled_at`` is when the sample was taken, the record's moment is the
    result's.
    """

    __test__ = False  # not a test case of pytest

    result: Literal["positive", "negative", "uncertain"]
    sampled_at: Moment
    lab: Text = ""
    method: Text = ""
    number: Text = ""


class Vaccination(Attributes, frozen=True):
    """One dose."""

    dose: Annotated[int, Meta(ge=1, le=20)]
    product: Name
    lot: Text = ""


class Symptom(Attributes, frozen=True):
    """A symptom by its WS 363.6 code or plain name; ``present`` false says that it is gone."""

    code: Annotated[str, Meta(pattern=r"^[a-z0-9_.]{1,40}$")]
    present: bool = True
    note: Text = ""


class Temperature(Attributes, frozen=True):
    """A body temperature in °C."""

    celsius: Celsius
    place: Text = ""


class AntipyreticPurchase(Attributes, frozen=True):
    """A registered sale of 退热/止咳/抗病毒/抗菌 drugs."""

    drug_class: Literal["antipyretic", "cough", "antiviral", "antibacterial"]
    drug: Name
    quantity: Annotated[int, Meta(ge=1, le=1000)] = 1
    for_whom: Literal["self", "family", "other"] = "self"


class Consultation(Attributes, frozen=True):
    """A visit to a doctor."""

    department: Name
    complaint: Text = ""
    diagnosis_code: Text = ""


class BorderEntry(Attributes, frozen=True):
    """Entry into the mainland; ``country`` is where the person came from (HK, MO, TW count as beyond the
    border 境外).
    """

    country: Country
    port: Text = ""
    transport: Text = ""


class Stay(Attributes, frozen=True):
    """Where a person was, from ``since`` to ``until``; either, when missing, is the record's own moment."""

    region: RegionCode = ""
    country: Country = "CN"
    since: Moment | None = None
    until: Moment | None = None
    source: Literal["declared", "transport", "roaming", "register"] = "declared"


class Contact(Attributes, frozen=True):
    """Contact with a case, confirmed by a person with that duty; the record's moment is the last contact."""

    relation: Literal["close", "secondary", "general", "companion"]
    case: Text = ""
    minutes: Annotated[int, Meta(ge=0, le=1_000_000)] | None = None


class Isolation(Attributes, frozen=True):
    """An order of central isolation or home observation.

    A later record with the same setting and start replaces the end: that is how an order is ended early or
    prolonged.
    """

    setting: Literal["central", "home"]
    start: Moment
    end: Moment | None = None
    place: Text = ""


class Discharge(Attributes, frozen=True):
    """Left hospital after recovery."""

    institution: Text = ""


class HomeVisit(Attributes, frozen=True):
    """What a grid worker found at the door."""

    finding: Literal["as_reported", "not_as_reported", "absent", "unwell"]
    note: Text = ""


class CallAnswer(Attributes, frozen=True):
    """One answer of a call."""

    question: Name
    answer: Name


ATTRIBUTES: dict[EvidenceKind, type[Attributes]] = {
    EvidenceKind.DIAGNOSIS: Diagnosis,
    EvidenceKind.NUCLEIC_TEST: Test,
    EvidenceKind.ANTIGEN_TEST: Test,
    EvidenceKind.ANTIBODY_TEST: Test,
    EvidenceKind.VACCINATION: Vaccination,
    EvidenceKind.SYMPTOM: Symptom,
    EvidenceKind.TEMPERATURE: Temperature,
    EvidenceKind.ANTIPYRETIC_PURCHASE: AntipyreticPurchase,
    EvidenceKind.CONSULTATION: Consultation,
    EvidenceKind.BORDER_ENTRY: BorderEntry,
    EvidenceKind.STAY: Stay,
    EvidenceKind.CONTACT: Contact,
    EvidenceKind.ISOLATION: Isolation,
    EvidenceKind.DISCHARGE: Discharge,
    EvidenceKind.HOME_VISIT: HomeVisit,
    EvidenceKind.CALL_ANSWER: CallAnswer,
}


class Evidence(Struct, frozen=True):
    """One record as the rules see it: the moment of the fact in unix seconds, never the moment it reached
    us.
    """

    id: str
    kind: EvidenceKind
    occurred_at: int
    attributes: Attributes


class EvidenceFault(ValueError):
    """Evidence that cannot be taken. ``code``: unknown_kind, bad_attribute, unknown_region, bad_order;
    ``detail`` in words.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


def check_evidence(kind: str, attributes: Mapping[str, Any]) -> Attributes:
    """The attributes as the kind's struct. Raises :class:`EvidenceFault` that names the attribute."""
    try:
        struct = ATTRIBUTES[EvidenceKind(kind)]
    except ValueError:
        raise EvidenceFault("unknown_kind", str(kind)[:40]) from None
    try:
        checked = msgspec.convert(_with_moments(struct, attributes), struct)
    except msgspec.ValidationError as fault:
        raise EvidenceFault("bad_attribute", str(fault)) from None
    _check_sense(checked)
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


def _check_sense(attributes: Attributes) -> None:
    """What one attribute says about another."""
    match attributes:
        case Stay(region=region, country=country, since=since, until=until):
            if country == "CN" and not region:
                raise EvidenceFault("bad_attribute", "a stay in the country needs its region - at `$.region`")
            if region and not ever_existed(region[:6]):
                raise EvidenceFault("unknown_region", region)
            _check_order(since, until, "until")
        case Isolation(start=start, end=end):
            _check_order(start, end, "end")


def _check_order(first: int | None, last: int | None, name: str) -> None:
    if first is not None and last is not None and last < first:
        raise EvidenceFault("bad_order", f"ends before it begins - at `$.{name}`")


_MOMENT_NAMES = ("sampled_at", "since", "until", "start", "end")
_MOMENTS = {
    struct: tuple(name for name in _MOMENT_NAMES if name in struct.__struct_fields__)
    for struct in ATTRIBUTES.values()
}


def _with_moments(struct: type[Attributes], attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes with every ISO 8601 moment turned into unix seconds."""
    numbers = dict(attributes)
    for name in _MOMENTS[struct]:
        if isinstance(numbers.get(name), str | datetime):
            numbers[name] = _seconds(numbers[name], name)
    return numbers


def _seconds(moment: str | datetime, name: str) -> int:
    try:
        aware = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    except ValueError:
        aware = None
    if aware is None or aware.tzinfo is None:
        raise EvidenceFault("bad_attribute", f"a moment with its offset from UTC is expected - at `$.{name}`")
    return int(aware.timestamp())
