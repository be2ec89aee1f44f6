"""Applying: a new person, or the one that a document already has (one person, one code 一人一码)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ankang.base.errors import BadInput
from ankang.base.services import send_message
from ankang.core.masking import mask_phone
from ankang.trust.keyring import keyring

from ..credentials import Issued, issue_credential
from ..errors import CodeEnded, DetailsDoNotMatch, PhoneFull
from ..events import person_applied
from ..locks import lock_document, lock_phone
from ..models import Person
from ..one_time_codes import check_proof, spend_try
from ..rules import DECLARATION, Application, check_application, free_slot
from .consents import grant_consents
from .finding import document_blind, match_person, towns
from .keeping import adopt_legacy_codes, keep_change
from .standing import stand


@dataclass(frozen=True)
class Applied:
    """The answer to an application: the one person, the credential of this device, and whether the person is new."""

    person: Person
    credential: Issued
    is_new: bool


class Accepted(NamedTuple):
    """The one person of an application, and whether the person is new."""

    person: Person
    is_new: bool


def apply(application: Application, now: datetime) -> Applied:
    """Take an application: a new person, or the one that this document already has (one person, one code 一人一码).

    Raises BadInput (details.fields), CodeExpired (phone not confirmed in the last 20 minutes), PhoneFull,
    DetailsDoNotMatch. A repeated application from another phone moves the person there and tells the old phone.
    """
    application = check(application, now)
    assert application.phone is not None
    check_proof(application.proof, application.phone, now)
    accepted = accept(application, now)
    if accepted is None:
        spend_try(application.proof)
        raise DetailsDoNotMatch()
    person = accepted.person
    return Applied(person, issue_credential(person.pk, person.name, application.device, now), accepted.is_new)


def accept(application: Application, now: datetime, by: Any = None) -> Accepted | None:
    """The person of a checked application, new or as on file; None when the document is on file under another name.

    Whoever calls has proof of the phone, or is staff (``by``). Raises PhoneFull, CodeEnded.
    """
    with transaction.atomic():
        lock_document(document_blind(application.document_kind, application.document))
        match = match_person(
            application.document_kind, application.document, application.name, application.country
        )
        if match.person is None and match.on_file:
            return None
        return _accept(match.person, application, by, now)


def check(application: Application, now: datetime, alone: bool = True) -> Application:
    """The application in its one spelling. Raises BadInput with the fault code of every field.

    ``alone`` False: a guardian or staff apply for somebody.
    """
    codes = {town.code for town in towns()}
    application, faults = check_application(application, codes, timezone.localdate(now), alone)
    if faults:
        raise BadInput(details={"fields": faults})
    return application


def check_applicant(
    kind: str, document: str, name: str, phone: str, proof: int, now: datetime, country: str = ""
) -> None:
    """Tell early what :func:`apply` would refuse for person and phone: DetailsDoNotMatch, PhoneFull, CodeExpired."""
    check_proof(proof, phone, now)
    person, on_file = match_person(kind, document, name, country)
    if person is None and on_file:
        spend_try(proof)
        raise DetailsDoNotMatch()
    blind = keyring().blind("phone", phone)
    if (person is None or _blind_of(person) != blind) and next_slot(blind) is None:
        raise PhoneFull()


def _accept(person: Person | None, application: Application, by: Any, now: datetime) -> Accepted:
    is_new = person is None
    person = _create(application, now) if person is None else _renew(person, application, by, now)
    grant_consents(person.pk, {*application.consents, DECLARATION}, now)
    if is_new:
        person_applied.emit(person.pk, now)
    return Accepted(person, is_new)


def _create(application: Application, now: datetime) -> Person:
    person = Person.objects.create(
        document_kind=application.document_kind,
        document=application.document,
        document_blind=document_blind(application.document_kind, application.document),
        document_country=application.country,
        born=application.born or None,
        name=application.name,
        address=application.address,
        town_id=application.town,
        created_at=now,
        applied_via=application.via,
        **_phone_fields(application),
    )
    adopt_legacy_codes(person)
    return person


def _phone_fields(application: Application) -> dict[str, Any]:
    if application.phone is None:
        return {}
    blind = keyring().blind("phone", application.phone)
    return {
        "phone": application.phone,
        "phone_blind": blind,
        "phone_slot": take_slot(blind),
        "phone_owner": application.phone_owner,
    }


def _renew(person: Person, application: Application, by: Any, now: datetime) -> Person:
    """The same person at the town, and on the phone, they name now; a record that had ended is alive again."""
    if person.state == "deceased":
        raise CodeEnded()
    fields: dict[str, Any] = {}
    if person.town_id != application.town:
        keep_change(person, "town", person.town_id, by, now)
        fields["town_id"] = application.town
    if application.phone is not None and _blind_of(person) != keyring().blind("phone", application.phone):
        if person.phone is not None:
            keep_change(person, "phone", person.phone, by, now)
            send_message(person.phone, _moved_text(application.phone), "phone_changed", now)
        fields |= _phone_fields(application)
    if application.country and not person.document_country and person.document_kind == application.document_kind:
        fields["document_country"] = application.country
    for field, value in fields.items():
        setattr(person, field, value)
    person.save(update_fields=list(fields))
    if person.state != "active":
        stand(person, "active", by, "claimed" if person.state == "pending" else "applied_again", now)
    return person


def _blind_of(person: Person) -> bytes | None:
    return None if person.phone_blind is None else bytes(person.phone_blind)


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
