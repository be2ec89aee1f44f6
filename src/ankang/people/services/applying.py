"""Applying: a new person, or the one that a document already has (one person, one code 一人一码)."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ankang.base.errors import BadInput
from ankang.base.services import send_message
from ankang.core.masking import mask_phone
from ankang.trust.keyring import keyring

from ..credentials import Issued, issue_credential
from ..errors import DetailsDoNotMatch, PhoneFull
from ..events import person_applied
from ..locks import lock_document, lock_phone
from ..models import Person
from ..one_time_codes import check_proof, spend_try
from ..rules import DECLARATION, Application, check_application, free_slot, same_name
from .consents import grant_consents
from .finding import document_blind, find_person, towns


@dataclass(frozen=True)
class Applied:
    """The answer to an application: the one person, the credential of this device, and whether the person is new."""

    person: Person
    credential: Issued
    is_new: bool


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
    if (person is None or bytes(person.phone_blind) != blind) and next_slot(blind) is None:
        raise PhoneFull()


def _accept(person: Person | None, application: Application, now: datetime) -> Applied:
    is_new = person is None
    person = _create(application, now) if person is None else _renew(person, application, now)
    grant_consents(person.pk, {*application.consents, DECLARATION}, now)
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
        phone_slot=take_slot(blind),
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
        fields |= {"phone": application.phone, "phone_blind": blind, "phone_slot": take_slot(blind)}
        send_message(person.phone, _moved_text(application.phone), "phone_changed", now)
    for field, value in fields.items():
        setattr(person, field, value)
    person.save(update_fields=list(fields))
    return person


def take_slot(blind: bytes) -> int:
    """The lowest free place on a phone, under its lock. Raises PhoneFull."""
    lock_phone(blind)
    slot = next_slot(blind)
    if slot is None:
        raise PhoneFull()
    return slot


def next_slot(blind: bytes) -> int | None:
    """The lowest free place on a phone; None when six people have it."""
    return free_slot(set(Person.objects.filter(phone_blind=blind).values_list("phone_slot", flat=True)))


def _moved_text(phone: str) -> str:
    return _(
        "[Ankang code] Your code was applied for again with the phone %(phone)s. "
        "If this was not you, call 12345 now, or apply again with this phone."
    ) % {"phone": mask_phone(phone)}
