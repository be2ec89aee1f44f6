"""Code on entry 入境发码 (A7): the border's record opens a pending record with a code; the traveller claims it.

Who is claimed is proved by the document and the birth date on file, or the day of entry where the border gave none, on a phone
that answered. Wrong claims are counted by document and by address, and say nothing about who exists.
"""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone

from ankang.base.errors import BadInput, NotFound
from ankang.base.permissions import regions_where
from ankang.base.services import region_codes_below
from ankang.trust.keyring import keyring

from ..errors import DetailsDoNotMatch, NotInThisState, TooManyClaims
from ..events import person_applied
from ..locks import lock_address, lock_document
from ..models import ClaimTry, Entry, Person, Standing
from ..rules import (
    CLAIMS_PER_ADDRESS,
    CLAIMS_PER_DOCUMENT,
    DECLARATION,
    ENTRY_KINDS,
    REQUIRED_PURPOSES,
    Faults,
    check_born,
    check_country,
    check_who,
)
from .applying import Accepted
from .consents import grant_consents
from .desk import DUTY, person_at_desk, put_on_record
from .finding import document_blind, match_person
from .keeping import adopt_legacy_codes, keep_change
from .standing import stand

DAY = timedelta(days=1)


class Traveller(NamedTuple):
    """Somebody who entered, as the border wrote it. ``country``: of a passport; ``born``: ISO day, or empty."""

    name: str
    document_kind: str
    document: str
    country: str
    born: str
    entered_at: datetime


class Claim(NamedTuple):
    """What a traveller says of the own entry; ``entered_on`` counts where the border gave no birth date."""

    document_kind: str
    document: str
    country: str
    born: date | None
    entered_on: date | None


def register_at_entry(traveller: Traveller, region: str, now: datetime) -> Accepted | None:
    """The one person of this document, new and pending, or as on file; the colour is worked out as everybody's.

    ``region``: the office's, until the traveller names a town. None when the document is on file under another name. Raises
    BadInput (details.fields). Again: the same person.
    """
    traveller, faults = check_traveller(traveller, timezone.localdate(now))
    if faults:
        raise BadInput(details={"fields": faults})
    blind = document_blind(traveller.document_kind, traveller.document)
    with transaction.atomic():
        lock_document(blind)
        match = match_person(traveller.document_kind, traveller.document, traveller.name, traveller.country)
        if match.person is None and match.on_file:
            return None
        person = match.person or _open(traveller, blind, region, now)
        Entry.objects.get_or_create(person=person, entered_on=timezone.localdate(traveller.entered_at))
        if match.person is None:
            person_applied.emit(person.pk, now)
    return Accepted(person, match.person is None)


def check_traveller(traveller: Traveller, today: date) -> tuple[Traveller, Faults]:
    """The traveller in the one spelling, and every fault by field; who needs no code on entry is ``not_at_entry``."""
    document, name, faults = check_who(traveller.document_kind, traveller.document, traveller.name, today)
    if traveller.document_kind not in ENTRY_KINDS:
        faults["document_kind"] = "not_at_entry"
    faults |= check_country(traveller.document_kind, traveller.country) | check_born(traveller.born, today)[1]
    country = traveller.country if traveller.document_kind == "passport" else ""
    return traveller._replace(document=document, name=name, country=country), faults


def check_claim(claim: Claim, address: str, now: datetime) -> Person:
    """The pending person of a right claim. Call it for a phone that has answered, and outside of a rollback.

    Raises DetailsDoNotMatch (nobody entered so, or the code has its holder already: it does not tell which) and
    TooManyClaims. A wrong claim must stay counted: the caller may not roll back.
    """
    blind = document_blind(claim.document_kind, claim.document)
    of_address = keyring().blind("claim address", address)
    lock_document(blind)
    lock_address(of_address)
    tries = ClaimTry.objects.filter(at__gt=now - DAY)
    if (
        tries.filter(key=blind).count() >= CLAIMS_PER_DOCUMENT
        or tries.filter(key=of_address).count() >= CLAIMS_PER_ADDRESS
    ):
        raise TooManyClaims()
    country = claim.country if claim.document_kind == "passport" else ""
    person = Person.objects.filter(document_blind=blind, document_country=country, state="pending").first()
    if person is None or not _is_right(claim, person):
        ClaimTry.objects.bulk_create([ClaimTry(key=blind, at=now), ClaimTry(key=of_address, at=now)])
        raise DetailsDoNotMatch()
    return person


def hand_over(user: Any, person: int, town: str, purpose: str, now: datetime) -> Person:
    """Staff hand the code to the traveller in front of them, who agrees and has no phone: active from now on.

    Raises NotFound, BadInput (details.fields.town), NotInThisState.
    """
    person_at_desk(user, person)
    row = Person.objects.select_for_update().filter(pk=person).first()
    if row is None:
        raise NotFound()
    if row.state != "pending":
        raise NotInThisState()
    if town not in region_codes_below(regions_where(user, DUTY)):
        raise BadInput(details={"fields": {"town": "unknown_town"}})
    put_on_record(user, person, purpose, ("name", "document", "state"), now)
    keep_change(row, "town", row.town_id, user, now)
    row.town_id = town
    row.save(update_fields=["town"])
    grant_consents(person, {*REQUIRED_PURPOSES, DECLARATION}, now)
    stand(row, "active", user, "claimed", now)
    return row


def forget_claims(now: datetime) -> int:
    """Forget the tries that count no more; how many."""
    return ClaimTry.objects.filter(at__lt=now - DAY).delete()[0]


def _open(traveller: Traveller, blind: bytes, region: str, now: datetime) -> Person:
    person = Person.objects.create(
        document_kind=traveller.document_kind,
        document=traveller.document,
        document_blind=blind,
        document_country=traveller.country,
        born=traveller.born or None,
        name=traveller.name,
        town_id=region,
        created_at=now,
        applied_via="entry",
        state="pending",
    )
    Standing.objects.create(person=person, state="pending", at=now, why="border_entry")
    adopt_legacy_codes(person)
    return person


def _is_right(claim: Claim, person: Person) -> bool:
    """The birth date decides where the border gave one; else the day of entry."""
    if person.born:
        return claim.born is not None and claim.born.isoformat() == person.born
    days = Entry.objects.filter(person=person).values_list("entered_on", flat=True)
    return claim.entered_on is not None and claim.entered_on in set(days)
