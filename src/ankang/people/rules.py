"""Pure decisions of this room: values in, value out. No database, no clock."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ankang.core.countries import is_country
from ankang.core.identifiers import (
    EARLIEST_BIRTH,
    OWN_KINDS,
    DocumentKind,
    IdentifierFault,
    check_document,
    check_phone,
)
from ankang.core.names import NameFault, check_name

PEOPLE_PER_PHONE = 6
TRIES_PER_CODE = 5
CODES_PER_DAY = 10
CODE_SECONDS = 300
CODE_GAP_SECONDS = 60
OTHER_GAP_SECONDS = 10
"""Between codes of two purposes: closing right after signing in is no guessing."""
PROOF_SECONDS = 1200
CREDENTIAL_DAYS = 180

PAPER = "paper"
CARD_KINDS = ("social_security", "city", "bus", "park", "fob")
CARRIER_KINDS = (PAPER, *CARD_KINDS)
VOID_REASONS = ("reissued", "lost", "consent_withdrawn", "left")
SHEET_DAYS = 365
SHEETS_PER_DAY = 5
COMPANIONS_PER_PERSON = 6
COMPANION_BASES = ("consent", "phone", "staff", "guardian")
COMPANION_ENDS = ("holder", "companion", "staff", "guardianship_ended", "consent_withdrawn", "left")
COMPANION_EVENTS = ("bound", "along", "apart", "ended")
CARDS_PER_PERSON = 10

CODE_PURPOSES = ("apply", "sign_in", "consent", "change", "close", "companion", "archive")

PHONE_OWNERS = ("own", "helper")
STATES = ("pending", "active", "moved", "deceased", "closed", "merged")
STATES_LEFT = ("moved", "deceased", "closed", "merged")
"""The code of these people has ended; their colour is grey and is not computed."""
LEAVING_STATES = ("deceased", "closed", "active")
MERGE_STATES = ("asked", "done", "refused", "undone")
GUARDIAN_KINDS = ("minor", "adult")
GUARDIAN_BASES = ("consent", "documents", "desk")
ADULT_AT = 18
REQUEST_KINDS = ("family", "name")
REQUEST_STATES = ("waiting", "approved", "declined", "withdrawn")
PICTURES_PER_REQUEST = 3
PICTURE_BYTES = 600_000
PICTURE_DAYS = 7
REQUESTS_WAITING = 6
MERGE_UNDO_DAYS = 30
COOLING_DAYS = 7
LEGACY_SYSTEMS = ("return_to_work", "compound", "bus", "taxi", "school", "other")
LEGACY_STATES = ("checked", "taken", "dropped", "undone")
ENTRY_KINDS = (DocumentKind.PASSPORT, DocumentKind.HKM_PERMIT, DocumentKind.TAIWAN_PERMIT)
"""Documents on which a code is issued on entry."""
CLAIMS_PER_DOCUMENT = 5
CLAIMS_PER_ADDRESS = 20
"""Wrong claims within a day, after which the document, or the address, waits."""
DECLARATION = "declaration"
DECLARATION_VERSION = 1


@dataclass(frozen=True)
class ConsentPurpose:
    """One function that uses personal data; ``required`` ones the code cannot work without (GB/T 35273).

    Those not ``at_application`` rest on another office's duty: nothing is asked at the start, and they can be withdrawn.
    """

    slug: str
    version: int
    required: bool
    at_application: bool = True


PURPOSES = (
    ConsentPurpose("verification", 1, required=True),
    ConsentPurpose("health_checks", 1, required=True),
    ConsentPurpose("visit_records", 1, required=True),
    ConsentPurpose("notices", 1, required=False),
    ConsentPurpose("form_filling", 1, required=False),
    ConsentPurpose("archive_household", 1, required=False, at_application=False),
    ConsentPurpose("archive_social_security", 1, required=False, at_application=False),
    ConsentPurpose("archive_medical_insurance", 1, required=False, at_application=False),
    ConsentPurpose("archive_credit", 1, required=False, at_application=False),
    ConsentPurpose("archive_licences", 1, required=False, at_application=False),
)
APPLICATION_PURPOSES = tuple(purpose for purpose in PURPOSES if purpose.at_application)
REQUIRED_PURPOSES = frozenset(purpose.slug for purpose in PURPOSES if purpose.required)
KNOWN_PURPOSES = frozenset(purpose.slug for purpose in APPLICATION_PURPOSES)


@dataclass(frozen=True)
class Application:
    """What an applicant gives. After :func:`check_application` every field is in its one spelling.

    ``phone`` is E.164, None for somebody without one (staff only); ``proof`` is the one-time code that this phone answered
    (``services.confirm_phone``). ``country``: of a passport. ``born``: ISO day, where the document does not tell it.
    """

    name: str
    document_kind: str
    document: str
    phone: str | None
    town: str
    declared: bool
    consents: frozenset[str]
    proof: int
    address: str | None = None
    via: str = "page"
    device: str = "other"
    country: str = ""
    born: str = ""
    phone_owner: str = "own"


Faults = dict[str, str]


def check_who(kind: str, document: str, name: str, today: date) -> tuple[str, str, Faults]:
    """Document number and name in their one spelling, and the fault code of each field that cannot be right."""
    faults: Faults = {}
    try:
        document = check_document(kind, document, today)
    except IdentifierFault as fault:
        faults["document_kind" if fault.code == "unknown_kind" else "document"] = fault.code
    try:
        name = check_name(name)
    except NameFault as fault:
        faults["name"] = fault.code
    return document, name, faults


def check_alone(kind: str, country: str) -> Faults:
    """Whether one may apply with this document without a guardian or staff; a passport names its country."""
    if kind not in OWN_KINDS:
        return {"document_kind": "not_alone"}
    return check_country(kind, country)


def check_country(kind: str, country: str) -> Faults:
    """A passport's country: ISO 3166-1 alpha-2. Other documents have none."""
    if kind != DocumentKind.PASSPORT or is_country(country):
        return {}
    return {"country": "unknown_country" if country else "missing"}


def check_born(born: str, today: date) -> tuple[date | None, Faults]:
    """A birth date as typed (ISO), or its fault; empty is none."""
    if not born:
        return None, {}
    try:
        day = date.fromisoformat(born[:10])
    except ValueError:
        return None, {"born": "bad_date"}
    return (day, {}) if EARLIEST_BIRTH <= day <= today else (None, {"born": "bad_date"})


def adult_on(born: date) -> date:
    """The 18th birthday; who was born on 29 February is of age on 1 March."""
    try:
        return born.replace(year=born.year + ADULT_AT)
    except ValueError:
        return date(born.year + ADULT_AT, 3, 1)


def check_number(phone: str) -> tuple[str, Faults]:
    """The phone number in E.164, or its fault."""
    try:
        return check_phone(phone), {}
    except IdentifierFault as fault:
        return phone, {"phone": fault.code}


def check_details(town: str, declared: bool, consents: Iterable[str], towns: Collection[str]) -> Faults:
    """Town of the county, declaration made, every required consent given, no purpose that nobody knows."""
    faults: Faults = {}
    given = frozenset(consents)
    if town not in towns:
        faults["town"] = "unknown_town" if town else "missing"
    if given - KNOWN_PURPOSES:
        faults["consents"] = "unknown_purpose"
    elif REQUIRED_PURPOSES - given:
        faults["consents"] = "required_consent_missing"
    if not declared:
        faults["declared"] = "declaration_missing"
    return faults


def check_application(
    application: Application, towns: Collection[str], today: date, alone: bool = True
) -> tuple[Application, Faults]:
    """The application in its one spelling and every fault in it, by field; empty when it can be accepted.

    ``alone`` False: a guardian or staff apply, also for somebody without a phone or papers.
    """
    document, name, faults = check_who(application.document_kind, application.document, application.name, today)
    if "document_kind" not in faults:
        faults |= (check_alone if alone else check_country)(application.document_kind, application.country)
    phone = application.phone
    if phone is not None or alone:
        phone, phone_faults = check_number(phone or "")
        faults |= phone_faults
    faults |= check_born(application.born, today)[1]
    faults |= check_details(application.town, application.declared, application.consents, towns)
    country = application.country if application.document_kind == DocumentKind.PASSPORT else ""
    tidy = {**vars(application), "document": document, "name": name, "phone": phone, "country": country}
    return Application(**tidy), faults


def check_digits(text: str) -> tuple[str, Faults]:
    """The six digits of a one-time code, typed full-width or with spaces too, or the fault."""
    digits = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text[:40]))
    return (digits, {}) if re.fullmatch(r"[0-9]{6}", digits) else (text, {"code": "bad_code"})


def same_name(one: str, other: str) -> bool:
    """Whether two checked names are one: letter case and spaces do not matter, everything else does."""
    return name_key(one) == name_key(other)


def name_key(name: str) -> str:
    """What of a checked name counts when two are compared."""
    return name.casefold().replace(" ", "")


def seconds_to_wait(sent: Sequence[datetime], now: datetime, gap: int = CODE_GAP_SECONDS) -> int:
    """Seconds until another code may follow the ones ``sent``; 0 when it may go now."""
    if not sent:
        return 0
    return max(0, gap - int((now - max(sent)).total_seconds()))


def day_is_full(sent: Sequence[datetime], now: datetime) -> bool:
    """Whether this number had all the codes it may have in 24 hours."""
    return sum(moment > now - timedelta(days=1) for moment in sent) >= CODES_PER_DAY


def free_slot(taken: Collection[int]) -> int | None:
    """The lowest free place on a phone; ``None`` when six people have it."""
    return next((slot for slot in range(1, PEOPLE_PER_PHONE + 1) if slot not in taken), None)


def device_of(user_agent: str) -> str:
    """A coarse word for where somebody signs in: android, iphone, harmony, computer or other. No more is kept."""
    agent = user_agent[:512].lower()
    for mark, device in _DEVICES:
        if mark in agent:
            return device
    return "other"


_DEVICES = (
    ("harmony", "harmony"),
    ("openharmony", "harmony"),
    ("iphone", "iphone"),
    ("ipad", "iphone"),
    ("android", "android"),
    ("windows", "computer"),
    ("macintosh", "computer"),
    ("linux", "computer"),
)
