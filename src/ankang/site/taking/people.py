"""Lists that are about persons: masked at once; in full only for who may see those persons unmasked, and with another's yes."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from ankang.base.exports import ExportSubject
from ankang.base.permissions import regions_where
from ankang.base.services import region_codes_below
from ankang.core.colours import Colour as CodeColour
from ankang.core.identifiers import DocumentKind
from ankang.health.models import Colour
from ankang.health.services.colours import view_of
from ankang.people.models import Carrier, Person, Request
from ankang.people.services import masked, requests
from ankang.people.words import CARRIER_KINDS, REQUEST_KINDS, REQUEST_STATES

from .rows import as_listed, moment_of, name_of

PEOPLE, COLOURS = "admin:people_person_changelist", "admin:health_colour_changelist"
UNMASK, APPROVE = "people.unmask", "people.approve"


def people_unmasked(user: Any) -> QuerySet[Person]:
    """The persons in those regions where the reader may see them unmasked."""
    return Person.objects.filter(town__in=region_codes_below(regions_where(user, UNMASK)))


def _people_in_clear(user: Any, query: str) -> QuerySet[Person]:
    return as_listed(PEOPLE)(user, query).filter(town__in=region_codes_below(regions_where(user, UNMASK)))


def _masked_person(row: Person, lang: str) -> list[str]:
    seen = masked(row)
    return [seen.name, _document(row, lang), seen.document, seen.phone, name_of(row.town, lang), moment_of(row.created_at)]


def _clear_person(row: Person, lang: str) -> list[str]:
    return [row.name, _document(row, lang), row.document, row.phone or "", name_of(row.town, lang), moment_of(row.created_at)]


def _with_people(rows: Sequence[Any]) -> None:
    """Give each row its person: one query, not one a row."""
    found = Person.objects.select_related("town").in_bulk({row.person for row in rows})
    for row in rows:
        row.whose = found.get(row.person)


def _colours_in_clear(user: Any, query: str) -> QuerySet[Colour]:
    return as_listed(COLOURS)(user, query).filter(person__in=people_unmasked(user).order_by().values("pk"))


def _colour(row: Colour, lang: str, name: str) -> list[str]:
    tag = "en" if lang == "en" else "zh-hans"
    why = " · ".join(dict.fromkeys(reason.text(tag) for reason in view_of(row).reasons))
    town = name_of(row.whose.town, lang) if row.whose else ""  # type: ignore[attr-defined]
    return [name, town, CodeColour(row.colour).word(tag), moment_of(row.since), moment_of(row.until), why]


def _masked_colour(row: Any, lang: str) -> list[str]:
    return _colour(row, lang, masked(row.whose).name if row.whose else "–")


def _clear_colour(row: Any, lang: str) -> list[str]:
    return _colour(row, lang, row.whose.name if row.whose else "–")


def _requests(user: Any, query: str) -> QuerySet[Request]:
    decided = QueryDict(query).get("show") == "decided"
    rows = requests.decided_requests(user) if decided else requests.waiting_requests(user)
    return rows.select_related("town", "person", "person__town")


def _requests_in_clear(user: Any, query: str) -> QuerySet[Request]:
    return _requests(user, query).filter(person__in=people_unmasked(user).order_by().values("pk"))


def _all_requests_in_clear(user: Any, query: str) -> QuerySet[Request]:
    """With no filter at all: the rows that were asked for may have been decided meanwhile."""
    if query:
        return _requests_in_clear(user, query)
    both = requests.waiting_requests(user).values("pk").union(requests.decided_requests(user).values("pk"))
    rows = Request.objects.filter(pk__in=[row["pk"] for row in both], person__in=people_unmasked(user).order_by().values("pk"))
    return rows.select_related("town", "person", "person__town").order_by("asked_at", "pk")


def _request(row: Request, lang: str, name: str) -> list[str]:
    with override("en" if lang == "en" else "zh-hans"):
        kind, state = str(REQUEST_KINDS[row.kind]), str(REQUEST_STATES[row.state])
    return [moment_of(row.asked_at), kind, name, name_of(row.town, lang), state, moment_of(row.decided_at), row.decided_by_name]


def _carriers(user: Any, query: str) -> QuerySet[Carrier]:
    """Sheets and cards of the persons for whom the reader issues them."""
    towns = region_codes_below(regions_where(user, "carriers.issue"))
    return Carrier.objects.filter(person__town__in=towns).select_related("person", "person__town").order_by("-issued_at", "-pk")


def _carriers_in_clear(user: Any, query: str) -> QuerySet[Carrier]:
    return _carriers(user, query).filter(person__in=people_unmasked(user).order_by().values("pk"))


def _carrier(row: Carrier, lang: str, name: str) -> list[str]:
    with override("en" if lang == "en" else "zh-hans"):
        kind = str(CARRIER_KINDS.get(row.kind, row.kind))
        state = str(_("in use") if row.voided_at is None and (row.expires_at is None or row.expires_at > timezone.now()) else _("ended"))
    ends = row.voided_at or row.expires_at
    return [name, name_of(row.person.town, lang), kind, f"…{row.last_digits}", moment_of(row.issued_at), moment_of(ends), state]


def _document(row: Person, lang: str) -> str:
    return DocumentKind(row.document_kind).word("en" if lang == "en" else "zh-hans")


_CLEAR: dict[str, Any] = {"clear_permission": UNMASK, "approve_permission": APPROVE}

SUBJECTS = (
    ExportSubject(
        "people", _("People"), PEOPLE, "people.view",
        (_("full name"), _("document"), _("number"), _("phone"), _("town"), _("applied at")),
        as_listed(PEOPLE), _masked_person, _clear_person, person=lambda row: row.pk, fields=("document", "name", "phone"),
        clear_rows=_people_in_clear, **_CLEAR,
    ),
    ExportSubject(
        "colours", _("Colours"), COLOURS, "colours.view",
        (_("full name"), _("town"), _("colour"), _("since"), _("until"), _("why")),
        as_listed(COLOURS), _masked_colour, _clear_colour, person=lambda row: row.person, fields=("name", "colour"),
        clear_rows=_colours_in_clear, prepare=_with_people, **_CLEAR,
    ),
    ExportSubject(
        "requests", _("Requests to review"), "reviews", "people.review",
        (_("asked at"), _("What"), _("full name"), _("town"), _("state"), _("decided at"), _("decided by")),
        _requests, lambda row, lang: _request(row, lang, masked(row.person).name),
        lambda row, lang: _request(row, lang, row.person.name), person=lambda row: row.person_id, fields=("name",),
        clear_rows=_all_requests_in_clear, **_CLEAR,
    ),
    ExportSubject(
        "carriers", _("Sheets and cards"), "find_carriers", "carriers.issue",
        (_("full name"), _("town"), _("kind"), _("last digits"), _("issued at"), _("ends"), _("state")),
        _carriers, lambda row, lang: _carrier(row, lang, masked(row.person).name),
        lambda row, lang: _carrier(row, lang, row.person.name), person=lambda row: row.person_id, fields=("name",),
        clear_rows=_carriers_in_clear, **_CLEAR,
    ),
)  # fmt: skip
