"""Use cases of people, the only door for other rooms (requirement A1).

Errors are the classes of ``errors.py``. No service commits; CodeWrong and DetailsDoNotMatch count a try, so the caller
answers them without rolling back (a view that renders its form again, an API handler).
"""

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from ankang.base.errors import BadInput, NotFound
from ankang.base.models import Region
from ankang.base.services import bump_revision, record_read, send_message
from ankang.core.identifiers import DocumentKind, IdentifierFault, check_document, check_phone
from ankang.core.masking import mask_document, mask_name, mask_phone
from ankang.trust.keyring import keyring

from .carriers import void_carriers
from .credentials import Issued, issue_credential
from .errors import CodeExpired, DetailsDoNotMatch, PhoneFull, TooManyCodes
from .events import person_applied
from .locks import lock_document, lock_phone
from .models import Consent, Credential, Person, Voiding
from .one_time_codes import CodeTooSoon, check_proof, confirm_phone, send_one_time_code, spend_try
from .rules import (
    DECLARATION,
    DECLARATION_VERSION,
    PURPOSES,
    REQUIRED_PURPOSES,
    Application,
    check_application,
    check_who,
    free_slot,
    same_name,
)

__all__ = ["confirm_phone", "send_one_time_code"]

VERSIONS = {purpose.slug: purpose.version for purpose in PURPOSES} | {DECLARATION: DECLARATION_VERSION}


@dataclass(frozen=True)
class Applied:
    """The answer to an application: the one person, the credential of this device, and whether the person is new."""

    person: Person
    credential: Issued
    is_new: bool


@dataclass(frozen=True)
class MaskedPerson:
    """What a list may show of a person."""

    id: int
    name: str
    document_kind: str
    document: str
    phone: str
    town: str
    town_en: str


def document_blind(kind: str, document: str) -> bytes:
    """The blind index of a checked document."""
    return keyring().blind("document", f"{kind}:{document}")


def towns() -> list[Region]:
    """The towns a resident may name, in the county's order."""
    return list(Region.objects.filter(level="town").order_by("code"))


def apply(application: Application, now: datetime) -> Applied:
    """Take an application: a new person, or the one that this document already has (one person, one code 一人一码).

    Raises BadInput (details.fields), CodeExpired (phone not confirmed in the last 20 minutes), PhoneFull,
    DetailsDoNotMatch. A repeated application from another phone moves the person there and tells the old phone.
    """
    application = check(application, now)
    check_proof(application.proof, application.phone, now)
    with transaction.atomic():
        lock_document(document_blind(application.document_kind, application.document))
        person = find_person(application.document_kind, application.document)
        if person is None or same_name(person.name, application.name):
            return _accept(person, application, now)
    spend_try(application.proof)
    raise DetailsDoNotMatch()


def check(application: Application, now: datetime) -> Application:
    """The application in its one spelling. Raises BadInput with the fault code of every field."""
    codes = {town.code for town in towns()}
    application, faults = check_application(application, codes, timezone.localdate(now))
    if faults:
        raise BadInput(details={"fields": faults})
    return application


def check_applicant(kind: str, document: str, name: str, phone: str, proof: int, now: datetime) -> None:
    """Tell early what :func:`apply` would refuse for person and phone: DetailsDoNotMatch, PhoneFull, CodeExpired."""
    check_proof(proof, phone, now)
    person = find_person(kind, document)
    if person is not None and not same_name(person.name, name):
        spend_try(proof)
        raise DetailsDoNotMatch()
    blind = keyring().blind("phone", phone)
    if (person is None or bytes(person.phone_blind) != blind) and _free_slot(blind) is None:
        raise PhoneFull()


def find_person(kind: str, document: str) -> Person | None:
    """The person with this checked document."""
    return Person.objects.filter(document_blind=document_blind(kind, document)).first()


def send_sign_in_code(kind: str, document: str, name: str, now: datetime) -> str | None:
    """Send a code to the phone on file if name and document belong together; the phone, or None if they do not.

    The caller's answer to the reader must be the same in both cases. Raises BadInput.
    """
    document, name, faults = check_who(kind, document, name, timezone.localdate(now))
    if faults:
        raise BadInput(details={"fields": faults})
    person = find_person(kind, document)
    if person is None or not same_name(person.name, name):
        return None
    with suppress(CodeTooSoon, TooManyCodes):  # the last code still works; saying more would tell who is on file
        send_one_time_code(person.phone, "sign_in", now)
    return str(person.phone)


def sign_in(kind: str, document: str, name: str, digits: str, device: str, now: datetime) -> Issued:
    """A credential for a new device of a person on file: document, name, and the code on the registered phone.

    Raises CodeWrong and CodeExpired; an unknown person is CodeExpired too, so that nobody learns who is on file.
    """
    document, name, faults = check_who(kind, document, name, timezone.localdate(now))
    person = None if faults else find_person(kind, document)
    if person is None or not same_name(person.name, name):
        raise CodeExpired()
    confirm_phone(person.phone, "sign_in", digits, now)
    return issue_credential(person.pk, person.name, device, now)


def revoke_credential(person: int, serial: int, now: datetime) -> bool:
    """End one of a person's credentials; gates learn of it within a second. False when it was ended before.

    Raises NotFound for a credential of somebody else.
    """
    if not Credential.objects.filter(pk=serial, person=person).exists():
        raise NotFound()
    ended = Credential.objects.filter(pk=serial, revoked_at=None).update(revoked_at=now)
    if ended:
        _void_passes(person, now)
    return bool(ended)


def withdraw_consent(person: int, purpose: str, now: datetime) -> bool:
    """Withdraw an agreement; without a required one the code cannot work: credentials, sheets and cards end with it.

    False when it was not given. Applying again gives it again, and brings the same code.
    """
    live = Consent.objects.filter(person=person, purpose=purpose, withdrawn_at=None)
    withdrawn = live.update(withdrawn_at=now)
    if withdrawn and purpose in REQUIRED_PURPOSES:
        Credential.objects.filter(person=person, revoked_at=None).update(revoked_at=now)
        _void_passes(person, now)
        void_carriers(person, "consent_withdrawn", now)
    return bool(withdrawn)


def grant_consent(person: int, purpose: str, now: datetime) -> None:
    """Record an agreement to the present words of ``purpose``; an older version's agreement ends. Raises NotFound."""
    if purpose not in VERSIONS:
        raise NotFound()
    live = Consent.objects.filter(person=person, purpose=purpose, withdrawn_at=None)
    if live.filter(version=VERSIONS[purpose]).exists():
        return
    live.update(withdrawn_at=now)
    Consent.objects.create(person_id=person, purpose=purpose, version=VERSIONS[purpose], granted_at=now)


def masked_people(ids: Collection[int]) -> dict[int, MaskedPerson]:
    """The masked persons of ``ids``, by number; unknown numbers are left out."""
    return {person.pk: masked(person) for person in Person.objects.filter(pk__in=ids).select_related("town")}


def masked(person: Person) -> MaskedPerson:
    """What a list may show of ``person``."""
    return MaskedPerson(
        id=person.pk,
        name=mask_name(person.name),
        document_kind=DocumentKind(person.document_kind).value,
        document=mask_document(person.document),
        phone=mask_phone(person.phone),
        town=person.town.name,
        town_en=person.town.name_en,
    )


def unmask_person(person: Person, reader: object, purpose: str, now: datetime) -> Mapping[str, str]:
    """Name, document and phone in clear, after the read is on record for the person to see (G2, G3, I8)."""
    record_read(reader, person.pk, "people.unmask", purpose, ("name", "document", "phone"), now)
    return {"name": person.name, "document": person.document, "phone": person.phone}


def applications_by_town() -> dict[str, int]:
    """How many people applied in each town, by region code (annex 1 counts people, not devices)."""
    rows = Person.objects.order_by().values_list("town_id").annotate(count=Count("id"))
    return dict(rows)


def blinds_matching(text: str) -> tuple[list[bytes], list[bytes]]:
    """The blind indices under which ``text`` would stand as a document and as a phone; empty where it is neither."""
    documents = []
    for kind in DocumentKind:
        try:
            documents.append(document_blind(kind.value, check_document(kind.value, text)))
        except IdentifierFault:
            continue
    try:
        phones = [keyring().blind("phone", check_phone(text))]
    except IdentifierFault:
        phones = []
    return documents, phones


def _void_passes(person: int, now: datetime) -> None:
    """No pass fetched until now counts at a door any more; gates learn of it within a second."""
    Voiding.objects.create(person_id=person, at=now)
    bump_revision("credentials")


def _accept(person: Person | None, application: Application, now: datetime) -> Applied:
    is_new = person is None
    person = _create(application, now) if person is None else _renew(person, application, now)
    _grant(person.pk, {*application.consents, DECLARATION}, now)
    credential = issue_credential(person.pk, application.name, application.device, now)
    if is_new:
        person_applied.emit(person.pk, now)
    return Applied(person, credential, is_new)


def _create(application: Application, now: datetime) -> Person:
    blind = keyring().blind("phone", application.phone)
    return Person.objects.create(
        document_kind=application.document_kind,
        document=application.document,
        document_blind=document_blind(application.document_kind, application.document),
        name=application.name,
        phone=application.phone,
        phone_blind=blind,
        phone_slot=_take_slot(blind),
        address=application.address,
        town_id=application.town,
        created_at=now,
        applied_via=application.via,
    )


def _renew(person: Person, application: Application, now: datetime) -> Person:
    """The same person at the town, and on the phone, they name now."""
    blind = keyring().blind("phone", application.phone)
    fields = {"town_id": application.town}
    if bytes(person.phone_blind) != blind:
        fields |= {"phone": application.phone, "phone_blind": blind, "phone_slot": _take_slot(blind)}
        send_message(person.phone, _moved_text(application.phone), "phone_changed", now)
    for field, value in fields.items():
        setattr(person, field, value)
    person.save(update_fields=list(fields))
    return person


def _take_slot(blind: bytes) -> int:
    lock_phone(blind)
    slot = _free_slot(blind)
    if slot is None:
        raise PhoneFull()
    return slot


def _free_slot(blind: bytes) -> int | None:
    return free_slot(set(Person.objects.filter(phone_blind=blind).values_list("phone_slot", flat=True)))


def _grant(person: int, purposes: Iterable[str], now: datetime) -> None:
    for purpose in sorted(purposes):
        grant_consent(person, purpose, now)


def _moved_text(phone: str) -> str:
    return _(
        "[Ankang code] Your code was applied for again with the phone %(phone)s. "
        "If this was not you, call 12345 now, or apply again with this phone."
    ) % {"phone": mask_phone(phone)}
