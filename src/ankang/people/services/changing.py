"""A person's own changes: town, phone, document. What stood there is kept encrypted; colours are not touched."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from ankang.base.errors import BadInput, Problem
from ankang.base.services import send_message
from ankang.core.masking import mask_phone
from ankang.trust.keyring import keyring

from ..errors import DocumentTaken
from ..locks import lock_document
from ..models import FormerDocument, Person
from ..one_time_codes import confirm_phone, reopen, send_one_time_code
from ..rules import check_country, check_number, check_who
from .applying import take_slot
from .finding import document_blind, find_person, towns
from .keeping import adopt_legacy_codes, keep_change


def change_town(person: int, town: str, by: Any, now: datetime) -> bool:
    """Where the person lives from now on; False when that is known. Raises BadInput."""
    if town not in {one.code for one in towns()}:
        raise BadInput(details={"fields": {"town": "unknown_town" if town else "missing"}})
    mine = Person.objects.select_for_update().get(pk=person)
    if mine.town_id == town:
        return False
    keep_change(mine, "town", mine.town_id, by, now)
    mine.town_id = town
    mine.save(update_fields=["town"])
    return True


def ask_new_phone(person: int, phone: str, now: datetime) -> tuple[str, str | None]:
    """Send digits to the new phone and, where there is one, others to the old phone; returns both numbers.

    Raises BadInput, CodeTooSoon, TooManyCodes.
    """
    phone, faults = check_number(phone)
    mine = Person.objects.get(pk=person)
    if phone == mine.phone:
        faults["phone"] = "same_phone"
    if faults:
        raise BadInput(details={"fields": faults})
    send_one_time_code(phone, f"change:{person}", now)
    if mine.phone is not None:
        send_one_time_code(mine.phone, f"change:{person}", now)
    return phone, mine.phone


def change_phone(person: int, phone: str, digits: str, old_digits: str, now: datetime) -> None:
    """The person answered on the new phone and on the old one: from now on it is the new one.

    Who no longer has the old phone goes to a counter, or applies again. Raises CodeWrong, CodeExpired (the caller does not
    roll back on them), PhoneFull.
    """
    mine = Person.objects.get(pk=person)
    proof = confirm_phone(phone, f"change:{person}", digits, now)
    try:
        if mine.phone is not None:
            confirm_phone(mine.phone, f"change:{person}", old_digits, now)
    except Problem:
        reopen(proof)  # the digits of the new phone were right and can be given again
        raise
    put_phone(person, phone, "own", None, now)


def put_phone(person: int, phone: str | None, owner: str, by: Any, now: datetime) -> None:
    """Write the phone (None: has none); the old one is told and kept. Staff (``by``) have seen the person. Raises PhoneFull."""
    mine = Person.objects.select_for_update().get(pk=person)
    if mine.phone == phone:
        return
    if mine.phone is not None:
        keep_change(mine, "phone", mine.phone, by, now)
        if phone is not None:
            words = _("[Ankang code] Your code has moved to the phone %(phone)s. If this was not you, call 12345 now.")
            send_message(mine.phone, words % {"phone": mask_phone(phone)}, "phone_changed", now)
    blind = None if phone is None else keyring().blind("phone", phone)
    mine.phone, mine.phone_blind, mine.phone_owner = phone, blind, owner
    mine.phone_slot = None if blind is None else take_slot(blind)
    mine.save(update_fields=["phone", "phone_blind", "phone_owner", "phone_slot"])


def give_document(person: int, kind: str, document: str, country: str, by: Any, now: datetime) -> None:
    """A newborn, somebody without papers, or somebody with a new passport has another document; the number and the one code
    stay. The old document still leads to the person. Staff have seen it. Raises BadInput, DocumentTaken.
    """
    mine = Person.objects.select_for_update().get(pk=person)
    document, _name, faults = check_who(kind, document, mine.name, now.date())
    faults |= {} if "document_kind" in faults else check_country(kind, country)
    if faults:
        raise BadInput(details={"fields": faults})
    blind = document_blind(kind, document)
    lock_document(blind)
    known = find_person(kind, document, country)
    if known is not None and known.pk != person:
        raise DocumentTaken()
    if bytes(mine.document_blind) == blind and mine.document_country == country:
        return
    _keep_document(mine, now)
    keep_change(mine, "document", f"{mine.document_kind}:{mine.document}", by, now)
    FormerDocument.objects.filter(person=person, document_blind=blind).delete()
    mine.document_kind, mine.document, mine.document_blind, mine.document_country = kind, document, blind, country
    mine.save(update_fields=["document_kind", "document", "document_blind", "document_country"])
    adopt_legacy_codes(mine)


def _keep_document(mine: Person, now: datetime) -> None:
    FormerDocument.objects.create(
        person=mine,
        kind=mine.document_kind,
        number=mine.document,
        document_blind=bytes(mine.document_blind),
        country=mine.document_country,
        until=now,
    )
