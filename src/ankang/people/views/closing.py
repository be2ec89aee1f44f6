"""Closing one's account: what ends, what is kept and why, a one-time code, and a week to think it over."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from ankang.base.errors import Problem

from ..credentials import Resident
from ..forms_family import CloseForm
from ..messages import latest_messages
from ..models import Person
from ..rules import COOLING_DAYS, check_digits
from ..services import erasing, leaving
from .family import _message, own_page


@own_page
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Say what it means; send the digits; take them; or keep the account."""
    now, wanted, problem = timezone.now(), request.POST.get("do", ""), ""
    form, sent = CloseForm(request.POST if wanted == "close" else None), wanted == "close"
    try:
        if wanted == "keep":
            leaving.keep_account(resident.person, now)
            return redirect("me")
        if wanted == "send":
            leaving.ask_closing_code(resident.person, now)
            sent = True
        elif wanted == "close" and form.is_valid():
            digits, faults = check_digits(form.cleaned_data["code"])
            form.say(faults)
            if not faults:
                leaving.ask_to_close(resident.person, digits, form.cleaned_data["erase"], now)
                return redirect("close")
    except Problem as refusal:
        problem = _message(refusal)
    phone = Person.objects.values_list("phone", flat=True).get(pk=resident.person)
    context = {
        "form": form,
        "problem_words": problem,
        "sent": sent,
        "closing": leaving.closing_of(resident.person),
        "days": COOLING_DAYS,
        "erase_days": erasing.ERASE_DAYS,
        "messages_shown": latest_messages(phone, 1) if settings.ANKANG_DEMO and sent and phone else [],
    }
    status = 422 if problem or (form.is_bound and form.errors) else 200
    return render(request, "people/close.html", context, status=status)
