"""The tree of organisations, and which part of it a member of staff answers for (G3)."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from ankang.base.errors import BadInput
from ankang.base.permissions import organisations_where, regions_where
from ankang.base.services import bump_revision, region_codes_below

from ..errors import NameTaken
from ..import_plan import letters_fault, number_of
from ..models import Organisation


def organisations_of(by: Any, permission: str) -> QuerySet[Organisation]:
    """The organisations in which ``by`` (a user; None is the system itself) holds ``permission``.

    Each duty opens its region's subtree, within it only the organisation's subtree when the duty names one; a token that does
    not carry the permission opens nothing.
    """
    if by is None:
        return Organisation.objects.all()
    allowed = Q(region__in=region_codes_below(regions_where(by, permission)))
    for region, organisation in organisations_where(by, permission):
        allowed |= Q(region__in=region_codes_below([region]), path__contains=f"/{organisation}/")
    return Organisation.objects.filter(allowed)


def meant_by(text: str, rows: "QuerySet[Any]") -> Any | None:
    """The organisation or checkpoint of ``rows`` that somebody means by its number (``#12``, ``12``) or its whole name.

    None when there is none, and when several have the name.
    """
    number = number_of(text)
    rows = rows.order_by()
    found = list(rows.filter(pk=number) if number else rows.filter(name=" ".join(text.split()).replace("\0", ""))[:2])
    return found[0] if len(found) == 1 else None


def word_faults(**fields: str) -> dict[str, str]:
    """The fault of each field: an empty ``name``, characters that nobody sees, look-alike letters."""
    faults = {field: fault for field, text in fields.items() if (fault := letters_fault(text))}
    if not fields.get("name", "x").strip():
        faults["name"] = "required"
    return faults


def check_words(**fields: str) -> None:
    """Refuse what :func:`word_faults` finds. Raises BadInput."""
    if faults := word_faults(**fields):
        raise BadInput(details={"fields": faults})


def add_organisation(
    name: str, kind: str, region: str, parent: Organisation | None = None, name_en: str = "", by: Any = None
) -> Organisation:
    """Put an organisation into the tree below ``parent``. Raises NameTaken, BadInput (empty name)."""
    check_words(name=name, name_en=name_en)
    try:
        with transaction.atomic():
            made = Organisation.objects.create(
                name=name.strip(), name_en=name_en.strip(), kind=kind, region_id=region, parent=parent
            )
    except IntegrityError as error:
        raise NameTaken(details={"name": name}) from error
    made.path = f"{parent.path if parent else '/'}{made.pk}/"
    made.save(update_fields=["path"])
    bump_revision("places")
    return made


def edit_organisation(organisation: Organisation, name: str, name_en: str, by: Any = None) -> Organisation:
    """Rename an organisation; its place in the tree stays, so that duties keep their reach. Raises NameTaken, BadInput."""
    check_words(name=name, name_en=name_en)
    try:
        with transaction.atomic():
            Organisation.objects.filter(pk=organisation.pk).update(name=name.strip(), name_en=name_en.strip())
    except IntegrityError as error:
        raise NameTaken(details={"name": name}) from error
    bump_revision("places")
    organisation.refresh_from_db()
    return organisation
