"""Sheets and cards (A5): the resident's own pages, and the same acts by staff at a town's counter, on record."""

from io import BytesIO
from typing import Any

import segno
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ankang.base.errors import BadInput, NotFound, Problem
from ankang.base.permissions import may, regions_where, requires
from ankang.base.services import region_codes_below

from .. import carriers
from ..carriers_print import sheets_pdf
from ..carriers_rows import ISSUE
from ..credentials import Resident, resident_page
from ..forms import CardForm, FindForm, posted
from ..models import Carrier, Person
from ..rules import PAPER
from ..sections import Section
from ..services import blinds_matching, masked
from ..words import CARRIER_KINDS, VOID_REASONS, fault_words
from .carrier_runs import pdf_response

OPEN_SECONDS = 15 * 60
"""How long a purpose that staff gave holds for one person; then it is asked again."""
_OPENED = "carriers_opened"
_METHODS = ["GET", "HEAD", "POST"]


@resident_page
@require_http_methods(_METHODS)
def mine(request: HttpRequest, resident: Resident) -> HttpResponse:
    """What I carry: a sheet to print, my cards, and what to do when one is lost."""
    form, problem = CardForm(posted(request) if request.POST.get("do") == "bind" else None), ""
    if request.method == "POST":
        done = _act(request, form, resident.person, None, "")
        if done is None:
            return redirect("my_carriers")
        problem = done
    context = _shown(resident.person, form, problem, carriers.carriers_of(resident.person))
    return render(request, "people/carriers.html", context, status=422 if form.errors or problem else 200)


@resident_page
@require_safe
def my_sheet(request: HttpRequest, resident: Resident) -> HttpResponse:
    """My sheet, ready to print."""
    return _printed(request, resident.person, reverse("my_carriers"))


@resident_page
@require_safe
def my_sheet_pdf(request: HttpRequest, resident: Resident) -> HttpResponse:
    """My sheet as a PDF."""
    return _pdf(request, resident.person, reverse("my_carriers"))


@requires("carriers.issue")
@require_http_methods(_METHODS)
def find(request: HttpRequest) -> HttpResponse:
    """Staff: find the person in front of them by document number, and say why."""
    form = FindForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = _found(request, form.cleaned_data["document"])
        if person is not None:
            _open(request, person.pk, form.words())
            carriers.carriers_of(person.pk, request.user, timezone.now(), form.words())
            return redirect("staff_carriers", person.pk)
        form.add_error("document", fault_words("document", "nobody"))
    return _console(request, "people/carriers_find.html", form=form, by_the_list=may(request.user, ISSUE))


@requires("carriers.issue")
@require_http_methods(_METHODS)
def of_person(request: HttpRequest, person: int) -> HttpResponse:
    """Staff: issue, bind and report lost for the person whose purpose was given."""
    shown, why = _in_reach(request, person), _why(request, person)
    if why is None:
        return redirect("find_carriers")
    form, problem = CardForm(posted(request) if request.POST.get("do") == "bind" else None), ""
    if request.method == "POST":
        done = _act(request, form, person, request.user, why)
        if done is None:
            return redirect("staff_carriers", person)
        problem = done
    context = _shown(person, form, problem, carriers.carriers_of(person)) | {"person": masked(shown), "number": person}
    return _console(request, "people/carriers_staff.html", **context)


@requires("carriers.issue")
@require_safe
def sheet_of(request: HttpRequest, person: int) -> HttpResponse:
    """Staff: the person's sheet, ready to print."""
    _in_reach(request, person)
    if _why(request, person) is None:
        return redirect("find_carriers")
    return _printed(request, person, reverse("staff_carriers", args=[person]))


@requires("carriers.issue")
@require_safe
def sheet_pdf_of(request: HttpRequest, person: int) -> HttpResponse:
    """Staff: the person's sheet as a PDF."""
    _in_reach(request, person)
    if _why(request, person) is None:
        return redirect("find_carriers")
    return _pdf(request, person, reverse("staff_carriers", args=[person]))


def section(person: int, now: Any) -> Section:
    """The card on /me that leads here."""
    rows = [row for row in carriers.carriers_of(person) if row.voided_at is None]
    return Section("people/carriers_section.html", {"rows": [_row(row, now) for row in rows]}, order=40)


def _act(request: HttpRequest, form: CardForm, person: int, by: Any, why: str) -> str | None:
    """Do what the button says: None when it was done, else what to tell ("" when the form tells it)."""
    now, wanted = timezone.now(), request.POST.get("do")
    try:
        if wanted == "issue":
            carriers.issue_sheet(person, by, now, why)
        elif wanted == "lost" and request.POST.get("carrier", "").isdecimal():
            carriers.report_lost(int(request.POST["carrier"][:18]), person, by, now, why)
        elif wanted == "bind" and form.is_valid():
            carriers.bind_card(person, form.cleaned_data["kind"], form.cleaned_data["number"], by, now, why)
        else:
            return ""
    except BadInput as fault:
        form.say(fault.details["fields"])
        return ""
    except Problem as problem:
        if isinstance(problem, NotFound):
            raise
        return problem.message(get_language() or "zh-hans")
    return None


def _shown(person: int, form: CardForm, problem: str, rows: list[Carrier]) -> dict[str, Any]:
    now = timezone.now()
    told = [_row(row, now) for row in rows]
    return {
        "sheet": next((row for row in told if row["is_sheet"] and row["lives"]), None),
        "cards": [row for row in told if not row["is_sheet"] and row["lives"]],
        "ended": [row for row in told if not row["lives"]][:20],
        "form": form,
        "problem_words": problem,
    }


def _row(row: Carrier, now: Any) -> dict[str, Any]:
    expired = row.expires_at is not None and row.expires_at <= now
    return {
        "row": row,
        "word": CARRIER_KINDS[row.kind],
        "is_sheet": row.kind == PAPER,
        "lives": row.voided_at is None and not expired,
        "last": carriers.last_day(row),
        "ended_at": row.voided_at or row.expires_at,
        "why": VOID_REASONS["expired" if expired and not row.void_reason else row.void_reason or "expired"],
    }


def _printed(request: HttpRequest, person: int, back: str) -> HttpResponse:
    carrier = carriers.live_sheet(person, timezone.now())
    if carrier is None:
        return redirect(back)
    sheet = carriers.print_sheet(carrier)
    pdf = reverse("my_sheet_pdf") if request.path == reverse("my_sheet") else reverse("staff_sheet_pdf", args=[person])
    context = {"sheet": sheet, "qr": _svg(sheet.text), "back": back, "pdf": pdf, "address": settings.ANKANG_PUBLIC_URL}
    response = render(request, "people/sheet.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _pdf(request: HttpRequest, person: int, back: str) -> HttpResponse:
    carrier = carriers.live_sheet(person, timezone.now())
    if carrier is None:
        return redirect(back)
    body = sheets_pdf([carriers.print_sheet(carrier)], get_language() or "zh-hans")
    return pdf_response(body, f"sheet-{carrier.last_digits}")


def qr_of(text: str) -> segno.QRCode:
    """Error correction Q: a quarter of the picture may be folded, torn or stained."""
    return segno.make(text, error="q", micro=False, boost_error=False)


def _svg(text: str) -> str:
    picture = BytesIO()
    form = {"kind": "svg", "xmldecl": False, "svgns": True, "omitsize": True, "light": "#fff", "border": 4}
    qr_of(text).save(picture, **form)
    return picture.getvalue().decode()


def _found(request: HttpRequest, document: str) -> Person | None:
    blinds = blinds_matching(document)[0]
    return _reach(request).filter(document_blind__in=blinds).first()


def _reach(request: HttpRequest) -> Any:
    return Person.objects.filter(town__in=region_codes_below(regions_where(request.user, "carriers.issue")))


def _in_reach(request: HttpRequest, person: int) -> Person:
    found = _reach(request).select_related("town").filter(pk=person).first()
    if found is None:
        raise NotFound()
    return found  # type: ignore[no-any-return]


def _open(request: HttpRequest, person: int, why: str) -> None:
    request.session[_OPENED] = {"person": person, "why": why, "until": timezone.now().timestamp() + OPEN_SECONDS}


def _why(request: HttpRequest, person: int) -> str | None:
    opened = request.session.get(_OPENED)
    if not opened or opened["person"] != person or opened["until"] < timezone.now().timestamp():
        return None
    return str(opened["why"])


def _console(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    for field in context["form"].fields.values():
        field.widget.attrs["class"] = "field-input"
    status = 422 if context["form"].errors or context.get("problem_words") else 200
    shown = admin.site.each_context(request) | {"title": _("Sheets and cards")} | context
    return TemplateResponse(request, template, shown, status=status)
