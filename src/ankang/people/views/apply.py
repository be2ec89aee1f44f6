"""Applying, one thing a page: who → phone → one-time code → town and consents → done (requirement A1)."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods, require_safe

from ankang.base.errors import Problem
from ankang.base.permissions import public
from ankang.core.masking import mask_document, mask_name, mask_phone

from .. import services
from ..credentials import Resident, resident_page, set_cookie
from ..drafts import Draft, drop_draft, read_draft, remember_number, write_draft
from ..errors import CodeExpired, DetailsDoNotMatch, PhoneFull, TooManyClaims
from ..example import example_applicant
from ..forms import ApplyWhoForm, CodeForm, DetailsForm, PhoneForm, PlainForm, posted
from ..messages import latest_messages
from ..paths import local_path
from ..rules import APPLICATION_PURPOSES, CODE_GAP_SECONDS, Application, device_of
from ..words import PURPOSE_WORDS
from .claim import claimed

WHY_PUBLIC = "anybody may apply; the phone is proved by a one-time code"
DRAFT = "apply"
STEPS = 4
Page = Callable[[HttpRequest, Draft], HttpResponse]


def step(*needs: str) -> Callable[[Page], Callable[[HttpRequest], HttpResponse]]:
    """A page of the application, called with the draft; without what it ``needs`` the reader begins anew."""

    def wrap(page: Page) -> Callable[[HttpRequest], HttpResponse]:
        @wraps(page)
        def view(request: HttpRequest) -> HttpResponse:
            draft = read_draft(request, DRAFT)
            if not all(need in draft for need in needs) or ("proof" in needs and not draft["name"]):
                return redirect("claim" if "claim" in draft else "apply")
            return page(request, draft)

        return public(WHY_PUBLIC)(require_http_methods(["GET", "HEAD", "POST"])(view))

    return wrap


@step()
def who(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Step 1: name and document."""
    form = ApplyWhoForm(posted(request), initial=draft)
    if request.method == "POST" and form.is_valid():
        kept = {key: draft[key] for key in ("next", "phone") if key in draft}
        write_draft(request, DRAFT, kept | form.cleaned_data)
        return redirect("apply_phone")
    if request.GET.get("next"):
        write_draft(request, DRAFT, draft | {"next": local_path(request.GET["next"], "/code")})
    example = example_applicant() if settings.ANKANG_DEMO else None
    return _page(request, "apply_who", 1, form, example=example)


@step("document")
def phone(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Step 2: the phone; a code goes there at once."""
    form = PhoneForm(posted(request), initial=draft)
    if request.method == "POST" and form.is_valid():
        number = form.cleaned_data["phone"]
        try:
            services.send_one_time_code(number, "apply", timezone.now())
        except Problem as problem:
            form.add_error("phone", _message(problem))
        else:
            remember_number(request, number)
            write_draft(request, DRAFT, {key: draft[key] for key in draft if key != "proof"} | {"phone": number})
            return redirect("apply_code")
    example = example_applicant() if settings.ANKANG_DEMO else None
    return _page(request, "apply_phone", 2, form, example=example, before="claim" if "claim" in draft else "apply")


@step("document", "phone")
def code(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Step 3: the six digits; what would be refused later is said here."""
    form = CodeForm(None if request.POST.get("do") == "again" else posted(request))
    sent_again = False
    try:
        if request.POST.get("do") == "again":
            services.send_one_time_code(draft["phone"], "apply", timezone.now())
            sent_again = True
        elif request.method == "POST" and form.is_valid():
            return _confirm(request, draft, form.cleaned_data["code"])
    except Problem as problem:
        return _refused(request, "apply_code", 3, form, draft, problem)
    return _page(request, "apply_code", 3, form, sent_again=sent_again, **_phone_words(draft))


@step("document", "phone", "proof")
def details(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Step 4: town, consents, declaration; then the code is there."""
    towns = services.towns()
    form = DetailsForm(posted(request), towns=towns)
    if request.method == "POST" and form.is_valid():
        try:
            return _apply(request, draft, form.cleaned_data)
        except CodeExpired:
            write_draft(request, DRAFT, {key: draft[key] for key in draft if key != "proof"})
            return redirect("apply_phone")
        except Problem as problem:
            return _refused(request, "apply_details", 4, form, draft, problem, **_details_words(form, towns))
    return _page(request, "apply_details", 4, form, **_details_words(form, towns), who=_who_words(draft))


@resident_page
@require_safe
def done(request: HttpRequest, resident: Resident) -> HttpResponse:
    """The code is there; where to go now."""
    person = services.masked_people([resident.person])[resident.person]
    after = read_draft(request, "applied")
    context = {
        "person": person,
        "is_new": after.get("is_new", True),
        "next": local_path(after.get("next", ""), "/code"),
    }
    return render(request, "people/apply_done.html", context)


def _confirm(request: HttpRequest, draft: Draft, digits: str) -> HttpResponse:
    now = timezone.now()
    proof = services.confirm_phone(draft["phone"], "apply", digits, now)
    write_draft(request, DRAFT, draft | {"proof": proof})
    country = draft.get("country", "")
    if "claim" in draft:
        return _claimed(request, draft | {"proof": proof})
    services.check_applicant(
        draft["document_kind"], draft["document"], draft["name"], draft["phone"], proof, now, country
    )
    return redirect("apply_details")


def _claimed(request: HttpRequest, draft: Draft) -> HttpResponse:
    """A claim of a code issued on entry; a wrong one goes back to the page where it was typed."""
    try:
        return claimed(request, draft)
    except (DetailsDoNotMatch, TooManyClaims) as refused:
        write_draft(request, "claim", {"refused": type(refused).__name__})
        return redirect("claim")


def _apply(request: HttpRequest, draft: Draft, data: dict[str, Any]) -> HttpResponse:
    now = timezone.now()
    application = Application(
        name=draft["name"],
        document_kind=draft["document_kind"],
        document=draft["document"],
        phone=draft["phone"],
        town=data["town"],
        declared=data["declared"],
        consents=frozenset(data["consents"]),
        proof=draft["proof"],
        country=draft.get("country", ""),
        device=device_of(request.headers.get("User-Agent", "")),
    )
    applied = services.apply(application, now)
    write_draft(request, "applied", {"is_new": applied.is_new, "next": draft.get("next", "")})
    drop_draft(request, DRAFT)
    response = redirect("apply_done")
    set_cookie(response, applied.credential, now)
    return response


def _refused(
    request: HttpRequest,
    template: str,
    number: int,
    form: PlainForm,
    draft: Draft,
    problem: Problem,
    **context: Any,
) -> HttpResponse:
    """The page again with the refusal at its top; where the cause lies on an earlier page, a link to it."""
    earlier = {PhoneFull: "apply_phone", DetailsDoNotMatch: "apply"}.get(type(problem))
    if earlier is None and "code" in form.fields and form.is_bound:
        form.add_error("code", _message(problem))
        problem_words = ""
    else:
        problem_words = _message(problem)
    if earlier == "apply" and "claim" in draft:
        earlier = "claim"
    words = {
        "problem_words": problem_words,
        "earlier": earlier,
        "who": _who_words(draft),
        **_phone_words(draft),
    }
    return _page(request, template, number, form, status=problem.status, **words, **context)


def _page(
    request: HttpRequest, template: str, number: int, form: PlainForm, status: int = 200, **context: Any
) -> HttpResponse:
    words = {"form": form, "step": number, "steps": STEPS, "percent": 100 * number // STEPS, **context}
    if form.is_bound and form.errors and status == 200:
        status = 422
    return render(request, f"people/{template}.html", words, status=status)


def _who_words(draft: Draft) -> dict[str, str]:
    return {
        "name": mask_name(draft["name"]),
        "document": mask_document(draft["document"]),
        "phone": mask_phone(draft["phone"]),
    }


def _phone_words(draft: Draft) -> dict[str, Any]:
    words: dict[str, Any] = {"masked_phone": mask_phone(draft["phone"]), "gap": CODE_GAP_SECONDS}
    if settings.ANKANG_DEMO:
        words["messages_shown"] = latest_messages(draft["phone"], 1)
    return words


def _details_words(form: DetailsForm, towns: list[Any]) -> dict[str, Any]:
    ticked = form["consents"].value() or [] if form.is_bound else []
    asked = [words for words in PURPOSE_WORDS if words.purpose.at_application]
    groups = [
        {"required": required, "purposes": [words for words in asked if words.purpose.required is required]}
        for required in (True, False)
    ]
    return {"towns": towns, "groups": groups, "ticked": ticked, "count": len(APPLICATION_PURPOSES)}


def _message(problem: Problem) -> str:
    return problem.message(translation.get_language() or "zh-hans")
