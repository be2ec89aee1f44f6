"""Which lists of the console can be taken away as a file, and what stands in a row of it."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ankang.access.forms import SearchForm
from ankang.access.services.reads import search_reads
from ankang.base.exports import ExportSubject, register
from ankang.base.permissions import regions_where
from ankang.base.services import region_codes_below
from ankang.core.identifiers import DocumentKind
from ankang.people.models import Person
from ankang.people.services import masked
from ankang.places.models import Checkpoint, Device
from ankang.places.rules import type_word

from .console_lists import changelist

PEOPLE, DOORS = "admin:people_person_changelist", "admin:places_checkpoint_changelist"
DEVICES, READS = "admin:places_device_changelist", "access_reads"


def _as_listed(page: str) -> Any:
    """The rows that the list shows to a user under these filters; none when the list is not theirs."""

    def rows(user: Any, query: str) -> QuerySet[Any]:
        request = HttpRequest()
        request.user = user
        found = changelist(request, reverse(page), query)
        return found.queryset if found is not None else Person.objects.none()

    return rows


def _people_in_clear(user: Any, query: str) -> QuerySet[Person]:
    """Persons of the list in those regions where the reader may see them unmasked."""
    return _as_listed(PEOPLE)(user, query).filter(town__in=region_codes_below(regions_where(user, "people.unmask")))


def _reads(user: Any, query: str) -> QuerySet[Any]:
    """Reads on record under the filters of the auditors' page."""
    form = SearchForm(QueryDict(query))
    form.is_valid()
    return search_reads(user, form.wanted(), timezone.now())


def _masked_person(row: Person, lang: str) -> list[str]:
    seen = masked(row)
    return [seen.name, _document(row, lang), seen.document, seen.phone, _town(row, lang), _moment(row.created_at)]


def _clear_person(row: Person, lang: str) -> list[str]:
    return [row.name, _document(row, lang), row.document, row.phone or "", _town(row, lang), _moment(row.created_at)]


def _door(row: Checkpoint, lang: str) -> list[str]:
    name = row.name_en or row.name if lang == "en" else row.name
    return [str(row.pk), str(row.site_no or ""), name, str(row.organisation), type_word(row.type, lang), str(row.get_state_display())]


def _device(row: Device, lang: str) -> list[str]:
    place = row.checkpoint.name if row.checkpoint else row.organisation.name
    return [row.name, place, str(row.get_kind_display()), _moment(row.enrolled_at), _moment(row.revoked_at)]


def _read(row: Any, lang: str) -> list[str]:
    return [_moment(row.at), row.reader_name, row.duty, row.purpose, ", ".join(row.fields)]


def _document(row: Person, lang: str) -> str:
    return DocumentKind(row.document_kind).word("en" if lang == "en" else "zh-hans")


def _town(row: Person, lang: str) -> str:
    return row.town.name_en if lang == "en" and row.town.name_en else row.town.name


def _moment(at: Any) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""


def plug_in() -> None:
    """Give ``base.exports`` every list that can be taken away."""
    register(
        ExportSubject(
            "people", _("People"), PEOPLE, "people.view",
            (_("full name"), _("document"), _("number"), _("phone"), _("town"), _("applied at")),
            _as_listed(PEOPLE), _masked_person, _clear_person, person=lambda row: row.pk, fields=("document", "name", "phone"),
            clear_permission="people.unmask", approve_permission="people.approve", clear_rows=_people_in_clear,
        ),
        ExportSubject(
            "checkpoints", _("Checkpoints"), DOORS, "checkpoints.view",
            (_("number"), _("site number"), _("checkpoint"), _("organisation"), _("place type"), _("state")),
            _as_listed(DOORS), _door,
        ),
        ExportSubject(
            "devices", _("Devices"), DEVICES, "devices.view",
            (_("name"), _("place"), _("kind"), _("paired at"), _("revoked at")), _as_listed(DEVICES), _device,
        ),
        ExportSubject(
            "reads", _("Reads on record"), READS, "reads.view",
            (_("at"), _("reader"), _("duty"), _("purpose"), _("fields")), _reads, _read,
        ),
    )  # fmt: skip
