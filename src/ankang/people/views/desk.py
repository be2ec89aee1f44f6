"""The counter: find or register somebody, and what can be done for the person in front of one. All on record."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ankang.base.approvals import approval_context
from ankang.base.errors import BadInput, NotFound, Problem
from ankang.base.models import Approval
from ankang.base.permissions import regions_where, requires, staff_only
from ankang.base.services import region_codes_below
from ankang.core.identifiers import DocumentKind

from .. import companions, family, services
from ..forms_family import CompanionForm, DeskFindForm, DeskForm, DocumentForm, HandOverForm, NewPhoneForm, ReasonForm
from ..models import Companion, Guardianship, Leaving, Person, Standing
from ..rules import check_number
from ..services import changing, desk, entering, leaving
from ..words import COMPANION_BASES, GUARDIAN_KINDS, STATES, fault_words, read_purpose_words
from .console import console_page, open_person, purpose_of, words_of

_METHODS = ["GET", "HEAD", "POST"]


@requires("people.assist")
@require_http_methods(_METHODS)
def find(request: HttpRequest) -> HttpResponse:
    """Find the person in front of one by document, phone or an old code, and say why."""
    form = DeskFindForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        who, system = form.cleaned_data["who"], form.cleaned_data["system"]
        if system:
            person = desk.find_by_old_code(request.user, system, who, form.words(), timezone.now())
        else:
            person = desk.find_at_desk(request.user, who, form.words(), timezone.now())
        if person is not None:
            open_person(request, person.pk, form.words())
            return redirect("desk_person", person.pk)
        form.say({"who": "nobody"})
    return console_page(request, "people/desk_find.html", _("Service window"), form=form)


@requires("people.assist")
@require_http_methods(_METHODS)
def register(request: HttpRequest) -> HttpResponse:
    """Register somebody: without a phone, without papers, newborn, elder."""
    towns = _towns(request)
    form, problem = DeskForm(request.POST or None, towns=towns), ""
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        application = form.application(phone=data["phone"] or None, phone_owner=data["phone_owner"])
        try:
            taken = desk.register_at_desk(request.user, application, form.words(), timezone.now(), data["guardian"])
        except BadInput as fault:
            form.say(fault.details["fields"])
        except Problem as refusal:
            problem = words_of(refusal)
        else:
            open_person(request, taken.person.pk, form.words())
            return redirect("desk_person", taken.person.pk)
    title = _("Register a person")
    return console_page(request, "people/desk_register.html", title, form=form, problem_words=problem)


@requires("people.assist")
@require_http_methods(_METHODS)
def person(request: HttpRequest, person: int) -> HttpResponse:
    """One person: the record, and what can be done."""
    shown, why = desk.person_at_desk(request.user, person), purpose_of(request, person)
    if why is None:
        return redirect("desk")
    forms: dict[str, Any] = {"document": DocumentForm(), "phone": NewPhoneForm(), "reason": ReasonForm()}
    forms["companion"], forms["hand_over"] = CompanionForm(), HandOverForm(towns=_towns(request))
    problem = ""
    if request.method == "POST":
        try:
            if _act(request, shown, why, forms):
                return redirect("desk_person", person)
        except BadInput as fault:
            problem = " ".join(sentences(fault))
        except NotFound:
            raise
        except Problem as refusal:
            problem = words_of(refusal)
    return _person_page(request, shown, why, forms, problem)


@staff_only
@require_http_methods(["GET", "HEAD"])
def leaving_page(request: HttpRequest, number: int) -> HttpResponse:
    """A death, or the reversal of one, that somebody else decides."""
    row = Leaving.objects.filter(pk=number).select_related("person", "person__town").first()
    reach = region_codes_below([*regions_where(request.user, "people.approve"), *regions_where(request.user, "people.assist")])
    if row is None or row.person.town_id not in reach or row.asked_by is None:
        raise NotFound()
    asked = Approval.objects.filter(subject=leaving.SUBJECT, reference=str(number)).order_by("-pk").first()
    context = {"row": row, "who": services.masked(row.person), "wanted": STATES[row.state], "state": STATES[row.person.state]}
    title = _("State of a person's record")
    return console_page(request, "people/desk_leaving.html", title, **context, **approval_context(asked, request.user))


def sentences(fault: BadInput) -> list[str]:
    """The sentences of a refusal by fields."""
    return [fault_words(field, code) for field, code in fault.details["fields"].items()]


def _act(request: HttpRequest, shown: Person, why: str, forms: dict[str, Any]) -> bool:
    """Do what the button says; True when it was done."""
    now, wanted, post, user = timezone.now(), request.POST.get("do", ""), request.POST, request.user
    reason = post.get("reason", "").replace("\0", "")[:501]
    if wanted == "document":
        forms["document"] = DocumentForm(post)
        if not forms["document"].is_valid():
            return False
        data = forms["document"].cleaned_data
        desk.put_on_record(user, shown.pk, why, ("document",), now)
        country = data["country"] if data["document_kind"] == DocumentKind.PASSPORT else ""
        changing.give_document(shown.pk, data["document_kind"], data["document"], country, user, now)
    elif wanted == "phone":
        _phone(post.get("phone", ""), post.get("phone_owner", "own"), shown, user, why, now)
    elif wanted == "hand_over":
        forms["hand_over"] = HandOverForm(post, towns=_towns(request))
        if not forms["hand_over"].is_valid():
            return False
        entering.hand_over(user, shown.pk, forms["hand_over"].cleaned_data["town"], why, now)
    elif wanted == "companion":
        forms["companion"] = CompanionForm(post)
        if not forms["companion"].is_valid():
            return False
        data = forms["companion"].cleaned_data
        desk.bind_companion_at_desk(user, shown.pk, data["document_kind"], data["document"], data["name"], why, now)
    elif wanted == "end_companion" and post.get("pair", "").isdecimal():
        desk.end_companion_at_desk(user, int(post["pair"][:18]), shown.pk, why, now)
    elif wanted == "end_guardian" and post.get("guardianship", "").isdecimal():
        leaving.check_words(reason)
        desk.end_guardianship_at_desk(user, int(post["guardianship"][:18]), shown.pk, reason, why, now)
    elif wanted in ("moved", "death", "alive"):
        act = {"moved": leaving.record_moved, "death": leaving.record_death, "alive": leaving.reverse_death}[wanted]
        act(user, shown.pk, reason, now)
    else:
        return False
    return True


def _phone(text: str, owner: str, shown: Person, user: Any, why: str, now: Any) -> None:
    phone, faults = check_number(text[:40]) if text.strip() else (None, {})
    if faults:
        raise BadInput(details={"fields": faults})
    desk.put_on_record(user, shown.pk, why, ("phone",), now)
    changing.put_phone(shown.pk, phone, owner if owner == "helper" else "own", user, now)


def _person_page(request: HttpRequest, shown: Person, why: str, forms: dict[str, Any], problem: str) -> HttpResponse:
    now = timezone.now()
    pairs = family.live_guardianships(now)
    context = {
        "number": shown.pk,
        "person": services.masked(shown),
        "kind": DocumentKind(shown.document_kind).word(get_language() or "zh-hans"),
        "state": STATES[shown.state],
        "is_alive": shown.state in ("active", "pending"),
        "is_dead": shown.state == "deceased",
        "may_move": shown.state == "active",
        "guardians": _pairs(pairs.filter(ward=shown), "guardian"),
        "wards": _pairs(pairs.filter(guardian=shown), "ward"),
        "standings": [
            {"row": row, "word": STATES[row.state]} for row in Standing.objects.filter(person=shown).order_by("-at")[:20]
        ],
        "waiting": Leaving.objects.filter(person=shown, done_at=None, dropped_at=None).first(),
        "document_form": forms["document"],
        "companion_form": forms["companion"],
        "hand_over_form": forms["hand_over"] if shown.state == "pending" else None,
        "companions": _walkers(companions.companions_of(shown.pk), "companion"),
        "holders": _walkers(companions.holders_of(shown.pk), "holder"),
        "why": read_purpose_words(why),
    }
    return console_page(request, "people/desk_person.html", _("Service window"), problem_words=problem, **context)


def _pairs(rows: Any, side: str) -> list[dict[str, Any]]:
    found: list[Guardianship] = list(rows.select_related(side, f"{side}__town"))
    return [{"row": row, "who": services.masked(getattr(row, side)), "kind": GUARDIAN_KINDS[row.kind]} for row in found]


def _walkers(pairs: list[Companion], side: str) -> list[dict[str, Any]]:
    return [{"row": row, "who": services.masked(getattr(row, side)), "how": COMPANION_BASES[row.how]} for row in pairs]


def _towns(request: HttpRequest) -> list[Any]:
    reach = set(region_codes_below(regions_where(request.user, "people.assist")))  # type: ignore[arg-type]
    return [town for town in services.towns() if town.code in reach]
