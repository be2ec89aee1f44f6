"""Take along everything that is kept on me: a one-time code where the sign-in is old, then JSON or PDF."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from ankang.base.errors import Problem
from ankang.core.masking import mask_phone
from ankang.people.credentials import Resident
from ankang.people.drafts import read_draft, write_draft
from ankang.people.forms import CodeForm
from ankang.people.messages import latest_messages
from ankang.people.models import Person
from ankang.people.views.family import own_page

from ..rules import DOWNLOADS_A_DAY
from ..services.downloading import as_json, as_pdf, code_needed, confirm_code, send_code, whole_file

DRAFT = "archive"
TYPES = {"json": "application/json", "pdf": "application/pdf"}


@own_page
@require_http_methods(["GET", "HEAD", "POST"])
def take(request: HttpRequest, resident: Resident) -> HttpResponse:
    """What the file holds; the digits, where they are needed; the file itself."""
    now, wanted, problem = timezone.now(), request.POST.get("do", ""), ""
    form = CodeForm(request.POST if wanted == "confirm" else None)
    try:
        if wanted == "send":
            send_code(resident, now)
        elif wanted == "confirm" and form.is_valid():
            write_draft(request, DRAFT, {"proof": confirm_code(resident, form.cleaned_data["code"], now)})
            return redirect("take_archive")
        elif wanted in TYPES:
            return _file(resident, wanted, _proof(request), now)
    except Problem as refusal:
        problem = refusal.message(get_language() or "zh-hans")
    return _page(request, resident, form, wanted, problem)


def _file(resident: Resident, form: str, proof: int | None, now: datetime) -> HttpResponse:
    file = whole_file(resident, proof, now)
    content = as_json(file) if form == "json" else as_pdf(file, get_language() or "zh-hans")
    name = f"ankang-archive-{timezone.localdate(now)}.{form}"
    return HttpResponse(
        content, content_type=TYPES[form], headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _page(request: HttpRequest, resident: Resident, form: CodeForm, wanted: str, problem: str) -> HttpResponse:
    phone = Person.objects.values_list("phone", flat=True).get(pk=resident.person)
    sent = wanted in ("send", "confirm")
    context: dict[str, Any] = {
        "form": form,
        "problem_words": problem,
        "needed": code_needed(resident, _proof(request), timezone.now()),
        "sent": sent,
        "phone": mask_phone(phone) if phone else "",
        "most": DOWNLOADS_A_DAY,
        "messages_shown": latest_messages(phone, 1) if settings.ANKANG_DEMO and sent and phone else [],
    }
    status = 422 if problem or (form.is_bound and form.errors) else 200
    return render(request, "archive/take.html", context, status=status)


def _proof(request: HttpRequest) -> int | None:
    return read_draft(request, DRAFT).get("proof")
