"""The kinds of evidence and the attributes each of them has (domain.md §2).

Attributes are small frozen structs; moments in them are unix seconds.
"""

from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta, Struct

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

    __hash__ = str.__hash__  # the rules look kinds up by the million; Enum's own hash is written in Python

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
    """A clinician's or the disease-control centre's finding.

    ``initial_positive`` 初筛阳性: a first screening is positive and not yet confirmed or excluded.
    """

    status: Literal[
        "confirmed", "suspected", "asymptomatic", "re_positive", "recovered", "excluded", "initial_positive"
    ]
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
    """Where a person was, from ``since`` to ``until``; either, when missing, is the record's own moment.

    ``ongoing``: the stay goes on (somebody lives there); it then has no ``until``.
    """

    region: RegionCode = ""
    country: Country = "CN"
    since: Moment | None = None
    until: Moment | None = None
    source: Literal["declared", "transport", "roaming", "register"] = "declared"
    ongoing: bool = False


class Contact(Attributes, frozen=True):
    """Contact, confirmed by a person with that duty; the record's moment is the last contact.

    With a case: ``close`` 密切, ``secondary`` 次密切, ``general`` 一般, ``companion`` 时空伴随, ``potential``
    潜在的密切接触者. With goods that tested positive: ``direct_goods`` and ``indirect_goods`` (contact of a
    direct one). With a place: ``venue`` (assessed as high risk, isolation ordered), ``exposed`` (possibly).
    """

    relation: Literal[
        "close",
        "secondary",
        "general",
        "companion",
        "potential",
        "direct_goods",
        "indirect_goods",
        "venue",
        "exposed",
    ]
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
