"""What may be shown of a person: masked to lists, in clear after the read is on record."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from ankang.base.services import record_read
from ankang.core.identifiers import DocumentKind
from ankang.core.masking import mask_document, mask_name, mask_phone

from ..models import Person


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
        phone=mask_phone(person.phone) if person.phone else "",
        town=person.town.name,
        town_en=person.town.name_en,
    )


def unmask_person(person: Person, reader: object, purpose: str, now: datetime) -> Mapping[str, str]:
    """Name, document and phone in clear, after the read is on record for the person to see (G2, G3, I8)."""
    record_read(reader, person.pk, "people.unmask", purpose, ("name", "document", "phone"), now)
    return {"name": person.name, "document": person.document, "phone": person.phone or ""}


def applications_by_town() -> dict[str, int]:
    """How many people applied in each town, by region code (annex 1 counts people, not devices)."""
    rows = Person.objects.filter(state="active").order_by().values_list("town_id").annotate(count=Count("id"))
    return dict(rows)
