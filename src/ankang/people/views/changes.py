"""My own changes: town, phone, name; the code stays the same and colours are not touched."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from ankang.base.errors import BadInput, Problem
from ankang.core.masking import mask_phone

from .. import services
from ..credentials import Resident
from ..drafts import drop_draft, read_draft, remember_number, write_draft
from ..errors import PictureRefused
from ..forms import PlainForm, posted
from ..forms_family import DigitsForm, NewNameForm, NewPhoneForm, OldCodeForm, TownForm
from ..messages import latest_messages
from ..models import Change, LegacyCode, Person
from ..rules import check_digits
from ..sections import Section
from ..services import changing, legacy, requests
from ..words import LEGACY_SYSTEMS, fault_words
from .family import _message, own_page, uploads

DRAFT = "new_phone"
_METHODS = ["GET", "HEAD", "POST"]


@own_page
@require_safe
def overview(request: HttpRequest, resident: Resident) -> HttpResponse:
    """What can be changed, and what was changed before (without its contents)."""
    changes = Change.objects.filter(person=resident.person).order_by("-at")[:20]
    return render(request, "people/change.html", {"changes": changes})


@own_page
@require_http_methods(_METHODS)
def town(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Where I live now."""
    mine = Person.objects.get(pk=resident.person)
    form = TownForm(posted(request), initial={"town": mine.town_id}, towns=services.towns())
    if request.method == "POST" and form.is_valid():
        changing.change_town(resident.person, form.cleaned_data["town"], None, timezone.now())
        return redirect("me")
    return _page(request, "change_town", form)


@own_page
@require_http_methods(_METHODS)
def phone(request: HttpRequest, resident: Resident) -> HttpResponse:
    """My new number: digits go there, and to the old one."""
    form, problem = NewPhoneForm(posted(request)), ""
    if request.method == "POST" and form.is_valid():
        try:
            new, old = changing.ask_new_phone(resident.person, form.cleaned_data["phone"], timezone.now())
        except BadInput as fault:
            form.say(fault.details["fields"])
        except Problem as refusal:
            problem = _message(refusal)
        else:
            write_draft(request, DRAFT, {"phone": new, "old": old})
            remember_number(request, new)
            return redirect("change_phone_code")
    return _page(request, "change_phone", form, problem)


@own_page
@require_http_methods(_METHODS)
def phone_code(request: HttpRequest, resident: Resident) -> HttpResponse:
    """The digits of both phones."""
    draft = read_draft(request, DRAFT)
    if "phone" not in draft:
        return redirect("change_phone")
    form, problem = DigitsForm(posted(request)), ""
    if request.method == "POST" and form.is_valid():
        digits, faults = check_digits(form.cleaned_data["code"])
        old_digits, old_faults = check_digits(form.cleaned_data["old_code"]) if draft["old"] else ("", {})
        form.say(faults | ({"old_code": "bad_code"} if old_faults else {}))
        if not form.errors:
            try:
                changing.change_phone(resident.person, draft["phone"], digits, old_digits, timezone.now())
            except Problem as refusal:
                problem = _message(refusal)
            else:
                drop_draft(request, DRAFT)
                return redirect("me")
    shown = latest_messages(draft["phone"], 1) + (latest_messages(draft["old"], 1) if draft["old"] else [])
    words = {"new": mask_phone(draft["phone"]), "old": mask_phone(draft["old"]) if draft["old"] else ""}
    return _page(request, "change_phone_code", form, problem, **words, messages_shown=shown if settings.ANKANG_DEMO else [])


@own_page
@require_http_methods(_METHODS)
def name(request: HttpRequest, resident: Resident) -> HttpResponse:
    """My new name, with pictures of the document: staff review it."""
    form, problem = NewNameForm(posted(request)), ""
    if request.method == "POST" and form.is_valid():
        try:
            requests.ask_for_name(resident.person, form.cleaned_data["name"], uploads(request), timezone.now())
        except BadInput as fault:
            form.say(fault.details["fields"])
        except PictureRefused as fault:
            problem = " ".join(fault_words(field, code) for field, code in fault.details["fields"].items())
        except Problem as refusal:
            problem = _message(refusal)
        else:
            return redirect("family")
    return _page(request, "change_name", form, problem)


@own_page
@require_http_methods(_METHODS)
def old_code(request: HttpRequest, resident: Resident) -> HttpResponse:
    """An old registration code of mine, for the one code."""
    form, problem, done = OldCodeForm(posted(request)), "", False
    if request.method == "POST" and form.is_valid():
        try:
            legacy.exchange_code(resident.person, form.cleaned_data["system"], form.cleaned_data["number"], timezone.now())
            done = True
        except BadInput as fault:
            form.say(fault.details["fields"])
        except Problem as refusal:
            problem = _message(refusal)
    found = section(resident.person, timezone.now())
    return _page(request, "old_code", form, problem, done=done, codes=found.context["codes"] if found else ())


def section(person: int, now: Any) -> Section | None:
    """Old registration codes that lead to this person; nothing where there is none."""
    rows = LegacyCode.objects.filter(person=person).order_by("system", "pk")[:20]
    codes = [{"word": LEGACY_SYSTEMS[row.system], "digits": row.last_digits} for row in rows]
    return Section("people/legacy_section.html", {"codes": codes}, order=60) if codes else None


def _page(request: HttpRequest, template: str, form: PlainForm, problem: str = "", **context: Any) -> HttpResponse:
    status = 422 if problem or (form.is_bound and form.errors) else 200
    return render(request, f"people/{template}.html", {"form": form, "problem_words": problem, **context}, status=status)
