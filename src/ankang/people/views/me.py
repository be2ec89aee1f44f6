"""Signing in on another device, and the resident's own page: my data, consents, devices, and who looked at me (I8)."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ankang.base.errors import Problem
from ankang.base.models import AccessRecord
from ankang.base.permissions import public
from ankang.core.identifiers import DocumentKind

from .. import services
from ..credentials import Resident, drop_cookie, guardian_again, resident_of, resident_page, set_cookie
from ..drafts import drop_draft, read_draft, remember_number, remembered_number, write_draft
from ..forms import CodeForm, WhoForm, posted
from ..messages import latest_messages
from ..models import Consent, Credential
from ..paths import local_path
from ..reads import READS_SHOWN, shown_reads
from ..rules import device_of
from ..sections import sections_of
from ..words import DEVICES, OTHER_DEVICE, PURPOSE_WORDS

DRAFT = "sign_in"
STOPPED = "ankang_stopped"


@public("this is where a resident signs in")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Name and document; a code goes to the phone on file, and the answer is the same if nobody is on file."""
    own = guardian_again(request, timezone.now()) if resident_of(request) is None else None
    if own is not None:
        return own
    draft = read_draft(request, DRAFT)
    form = WhoForm(posted(request), initial=draft)
    after = local_path(request.GET.get("next", ""), draft.get("next", "/code"))
    if request.method == "POST" and form.is_valid():
        who = form.cleaned_data
        phone = services.send_sign_in_code(who["document_kind"], who["document"], who["name"], timezone.now())
        if phone and settings.ANKANG_DEMO:
            remember_number(request, phone)
        write_draft(request, DRAFT, who | {"next": after})
        return redirect("sign_in_code")
    if request.method != "POST" and request.GET.get("next"):
        write_draft(request, DRAFT, draft | {"next": after})
    return render(request, "people/sign_in.html", {"form": form}, status=422 if form.errors else 200)


@public("this is where a resident signs in")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """The six digits; then this device has its credential."""
    draft = read_draft(request, DRAFT)
    if "document" not in draft:
        return redirect("sign_in")
    form = CodeForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            return _signed_in(request, draft, form.cleaned_data["code"])
        except Problem as problem:
            form.add_error("code", problem.message(translation.get_language() or "zh-hans"))
    number = remembered_number(request) if settings.ANKANG_DEMO else ""
    shown = latest_messages(number, 1) if number else []
    status = 422 if form.errors else 200
    return render(request, "people/sign_in_code.html", {"form": form, "messages_shown": shown}, status=status)


def _signed_in(request: HttpRequest, draft: dict[str, Any], digits: str) -> HttpResponse:
    now = timezone.now()
    device = device_of(request.headers.get("User-Agent", ""))
    issued = services.sign_in(draft["document_kind"], draft["document"], draft["name"], digits, device, now)
    drop_draft(request, DRAFT)
    response = redirect(local_path(draft.get("next", ""), "/code"))
    set_cookie(response, issued, now)
    return response


@resident_page
@require_safe
def me(request: HttpRequest, resident: Resident) -> HttpResponse:
    """My data (masked), my colour with its reasons, consents, devices, reads."""
    now = timezone.now()
    person = services.masked_people([resident.person])[resident.person]
    context = {
        "person": person,
        "document_word": DocumentKind(person.document_kind).word(translation.get_language() or "zh-hans"),
        "sections": sections_of(resident.person, now, resident.guardianship is not None),
        "consents": _consents(resident.person),
        "devices": _devices(resident, now),
        "reads": shown_reads(AccessRecord.objects.filter(person=resident.person).order_by("-at")[:READS_SHOWN]),
        "for_ward": resident.guardianship is not None,
    }
    return render(request, "people/me.html", context)


@resident_page
@require_POST
def revoke(request: HttpRequest, resident: Resident, serial: int) -> HttpResponse:
    """Sign another of my devices out."""
    services.revoke_credential(resident.person, serial, timezone.now())
    return signed_out("home") if serial == resident.serial else redirect("me")


@resident_page
@require_POST
def sign_out(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Sign this device out; its credential ends."""
    services.revoke_credential(resident.person, resident.serial, timezone.now())
    return signed_out("home")


@public("said after the code was stopped by its holder")
@require_safe
def stopped(request: HttpRequest) -> HttpResponse:
    """The code has stopped because its holder withdrew an agreement; how to have it again. Others are led elsewhere."""
    if resident_of(request) is not None:
        return redirect("me")
    return render(request, "people/stopped.html") if STOPPED in request.COOKIES else redirect("sign_in")


def code_stopped() -> HttpResponse:
    """To the page that says so: without the credential, with a mark of ten minutes that it was this browser."""
    response = signed_out("stopped")
    response.set_cookie(STOPPED, "1", max_age=600, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    return response


def signed_out(where: str) -> HttpResponse:
    """To ``where``, without the credential."""
    response = redirect(where)
    drop_cookie(response)
    return response


def _consents(person: int) -> list[dict[str, Any]]:
    live = {row.purpose: row for row in Consent.objects.filter(person=person, withdrawn_at=None)}
    return [{"words": words, "given": live.get(words.slug)} for words in PURPOSE_WORDS if words.purpose.at_application]


def _devices(resident: Resident, now: Any) -> list[dict[str, Any]]:
    live = Credential.objects.filter(person=resident.person, revoked_at=None, expires_at__gt=now)
    return [
        {"row": row, "word": DEVICES.get(row.label, OTHER_DEVICE), "here": row.pk == resident.serial}
        for row in live.order_by("-issued_at")[:50]
    ]
