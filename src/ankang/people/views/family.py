"""My family (A6): whom I look after, applying for a relative, and showing their code on my phone."""

from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ankang.base.errors import BadInput, NotSignedIn, Problem
from ankang.core.masking import mask_name

from .. import family, services
from ..credentials import GUARDIAN_COOKIE, Issued, Resident, resident_behind, resident_page, set_cookie
from ..drafts import drop_draft, read_draft, remember_number, write_draft
from ..errors import OwnCodeOnly, PictureRefused
from ..forms import CodeForm, PlainForm, posted
from ..forms_family import RelativeForm
from ..messages import latest_messages
from ..models import Guardianship
from ..rules import PICTURES_PER_REQUEST, Application, device_of
from ..sections import Section
from ..services import relatives, requests
from ..words import GUARDIAN_KINDS, REQUEST_KINDS, REQUEST_STATES, fault_words

DRAFT = "relative"
_METHODS = ["GET", "HEAD", "POST"]


def own_page(view: Any) -> Any:
    """A page of the signed-in resident on the own phone; not while showing for a ward."""

    @wraps(view)
    def guarded(request: HttpRequest, resident: Resident, *args: Any, **kwargs: Any) -> Any:
        if resident.guardianship is not None:
            return _ward_shown(request, resident)
        return view(request, resident, *args, **kwargs)

    return resident_page(guarded)


@own_page
@require_safe
def mine(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Whom I look after, who looks after me, and what waits for review."""
    now = timezone.now()
    context = {
        "wards": [_relative(one) for one in family.wards_of(resident.person, now)],
        "guardians": [_relative(one) for one in family.guardians_of(resident.person, now)],
        "requests": [_request(row) for row in requests.requests_of(resident.person)[:20]],
    }
    return render(request, "people/family.html", context)


@own_page
@require_http_methods(_METHODS)
def new(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Apply for a relative: who; then by the relative's own phone, or by documents."""
    form, problem = RelativeForm(posted(request), initial=read_draft(request, DRAFT), towns=services.towns()), ""
    if request.method == "POST" and form.is_valid():
        data = {name: value for name, value in form.cleaned_data.items() if name != "agreed"}
        try:
            where = _begin(request, resident, form, data)
        except BadInput as fault:
            form.say(fault.details["fields"])
        except Problem as refusal:
            problem = _message(refusal)
        else:
            write_draft(request, DRAFT, data)
            return redirect(where)
    return _page(request, "family_new", form, problem)


@own_page
@require_http_methods(_METHODS)
def consent(request: HttpRequest, resident: Resident) -> HttpResponse:
    """The digits that came to the relative's own phone: their consent."""
    draft = read_draft(request, DRAFT)
    if not draft.get("phone"):
        return redirect("family_new")
    form, problem = CodeForm(posted(request)), ""
    if request.method == "POST" and form.is_valid():
        try:
            relatives.apply_with_consent(resident.person, _application(draft), form.cleaned_data["code"], timezone.now())
        except Problem as refusal:
            problem = _message(refusal)
        else:
            drop_draft(request, DRAFT)
            return redirect("family")
    shown = latest_messages(draft["phone_checked"], 1) if settings.ANKANG_DEMO else []
    name = mask_name(draft["name"])
    return _page(request, "family_consent", form, problem, name=name, messages_shown=shown)


@own_page
@require_http_methods(_METHODS)
def pictures(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Pictures of the documents; then the town's office reviews the request."""
    draft = read_draft(request, DRAFT)
    if "document" not in draft:
        return redirect("family_new")
    problem = ""
    if request.method == "POST":
        try:
            application = _application(draft)
            requests.ask_for_relative(resident.person, draft["kind"], application, uploads(request), timezone.now())
        except (BadInput, PictureRefused) as fault:
            problem = " ".join(fault_words(field, code) for field, code in fault.details["fields"].items())
        except Problem as refusal:
            problem = _message(refusal)
        else:
            drop_draft(request, DRAFT)
            return redirect("family")
    return _page(request, "family_pictures", PlainForm(), problem, name=mask_name(draft["name"]))


@resident_page
@require_POST
def show(request: HttpRequest, resident: Resident, guardianship: int) -> HttpResponse:
    """Show a ward's code on this phone, and open the ward's pages."""
    now = timezone.now()
    device = device_of(request.headers.get("User-Agent", ""))
    keeper = resident if resident.guardianship is None else _keeper(request)
    issued = family.open_ward(keeper, guardianship, device, now)
    token = request.COOKIES["ankang_resident"] if resident.guardianship is None else request.COOKIES[GUARDIAN_COOKIE]
    response = redirect("/code" if request.POST.get("to") == "code" else "me")
    _keep_guardian(response, token, keeper, now)
    set_cookie(response, issued, now)
    return response


@resident_page
@require_POST
def back(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Back to the guardian's own code and pages."""
    now, keeper = timezone.now(), _keeper(request)
    response = redirect("family")
    set_cookie(response, Issued(request.COOKIES[GUARDIAN_COOKIE], keeper.expires), now)
    response.delete_cookie(GUARDIAN_COOKIE, samesite="Lax")
    return response


@own_page
@require_http_methods(_METHODS)
def end(request: HttpRequest, resident: Resident, guardianship: int) -> HttpResponse:
    """End it, after being asked once more; an adult ward may, and the guardian may."""
    now = timezone.now()
    row = family.live_guardianships(now).filter(pk=guardianship).first()
    if row is None or resident.person not in (row.guardian_id, row.ward_id):
        return redirect("family")
    if request.method == "POST":
        why = "by_guardian" if resident.person == row.guardian_id else "by_ward"
        family.end_guardianship(guardianship, resident.person, None, why, now)
        return redirect("family")
    other = row.ward_id if resident.person == row.guardian_id else row.guardian_id
    person = services.masked_people([other])[other]
    return render(request, "people/family_end.html", {"person": person, "row": row})


@own_page
@require_POST
def withdraw(request: HttpRequest, resident: Resident, number: int) -> HttpResponse:
    """Take a request back."""
    requests.withdraw_request(resident.person, number, timezone.now())
    return redirect("family")


def section(person: int, now: Any) -> Section:
    """The card on /me that leads here."""
    return Section("people/family_section.html", {"wards": family.wards_of(person, now)}, order=45, own=True)


def uploads(request: HttpRequest) -> list[bytes]:
    """The pictures that came with a form, one more than allowed at most."""
    return [one.read() for one in request.FILES.getlist("pictures")[: PICTURES_PER_REQUEST + 1]]


def _ward_shown(request: HttpRequest, resident: Resident) -> HttpResponse:
    """This page is the guardian's own: whose pages are open now, and the way back."""
    ward = services.masked_people([resident.person])[resident.person]
    return render(request, "people/own_only.html", {"person": ward}, status=OwnCodeOnly.status)


def _begin(request: HttpRequest, resident: Resident, form: RelativeForm, data: dict[str, Any]) -> str:
    """Check what can be checked now; where the reader goes on."""
    application = form.application(phone=data["phone"] or None, via="family")
    if data["kind"] == "adult" and data["phone"]:
        relatives.ask_consent(resident.person, application, timezone.now())
        data["phone_checked"] = services.check(application, timezone.now()).phone
        remember_number(request, data["phone_checked"])
        return "family_consent"
    data["phone"] = ""
    services.check(form.application(), timezone.now(), alone=False)
    return "family_pictures"


def _application(draft: dict[str, Any]) -> Application:
    """The draft as an application; the agreements were given on the first page."""
    form = RelativeForm({**draft, "agreed": "on"}, towns=services.towns())
    form.is_valid()
    return form.application(phone=draft.get("phone") or None, via="family")


def _keeper(request: HttpRequest) -> Resident:
    """The guardian whose phone this is. Raises NotSignedIn when that credential has ended."""
    keeper = resident_behind(request.COOKIES.get(GUARDIAN_COOKIE, ""), timezone.now())
    if keeper is None:
        raise NotSignedIn()
    return keeper


def _keep_guardian(response: HttpResponse, token: str, keeper: Resident, now: Any) -> None:
    seconds = int((keeper.expires - now).total_seconds())
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(GUARDIAN_COOKIE, token, max_age=seconds, httponly=True, samesite="Lax", secure=secure)


def _relative(one: family.Relative) -> dict[str, Any]:
    row: Guardianship = one.guardianship
    return {"row": row, "person": one.person, "kind": GUARDIAN_KINDS[row.kind]}


def _request(row: Any) -> dict[str, Any]:
    return {"row": row, "kind": REQUEST_KINDS[row.kind], "state": REQUEST_STATES[row.state], "reason": row.reason}


def _page(request: HttpRequest, template: str, form: PlainForm, problem: str, **context: Any) -> HttpResponse:
    status = 422 if problem or (form.is_bound and form.errors) else 200
    return render(request, f"people/{template}.html", {"form": form, "problem_words": problem, **context}, status=status)


def _message(problem: Problem) -> str:
    return problem.message(translation.get_language() or "zh-hans")
