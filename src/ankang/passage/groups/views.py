"""Groups on the citizen's pages: those I am in, joining by code, and the leader's page with the code for the door."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from ankang.base.errors import Problem
from ankang.people.credentials import Resident, resident_page
from ankang.people.sections import Section
from ankang.places.services import qr_svg

from . import services
from .attendance import attendance
from .forms import JoinForm

_METHODS = ["GET", "HEAD", "POST"]
HOURS = (1, 4, 12)


@resident_page
@require_http_methods(_METHODS)
def mine(request: HttpRequest, resident: Resident) -> HttpResponse:
    """The groups I am in; I may leave each."""
    number = request.POST.get("group", "")
    if request.method == "POST":
        services.leave_group(int(number[:18]) if number.isdecimal() else 0, resident.person, timezone.now())
        return redirect("my_groups")
    rows = [{"group": group, "leads": group.leader == resident.person} for group in services.groups_with(resident.person)]
    return render(request, "passage/my_groups.html", {"rows": rows})


@resident_page
@require_http_methods(_METHODS)
def join(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Join by code: first what the group is for, then yes."""
    form = JoinForm(request.POST or (request.GET if request.GET.get("code") else None))
    context: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        try:
            code = form.cleaned_data["code"]
            if request.method == "POST" and request.POST.get("do") == "join":
                services.join_group(code, resident.person, timezone.now())
                return redirect("my_groups")
            context["group"] = services.find_by_code(code)
        except Problem as problem:
            context["problem_words"] = problem.message(get_language() or "zh-hans")
    status = 422 if form.errors or context.get("problem_words") else 200
    return render(request, "passage/join_group.html", context, status=status)


@resident_page
@require_http_methods(_METHODS)
def led(request: HttpRequest, resident: Resident, pk: int) -> HttpResponse:
    """The leader's page: the code to show at the door, and who came today."""
    group, now = services.led_group(pk, resident.person), timezone.now()
    if request.method == "POST":
        hours = request.POST.get("hours", "0")
        services.open_group(group, int(hours) if hours in {str(one) for one in HOURS} else 0, now)
        return redirect("led_group", pk)
    rows, is_open = attendance(group, now), group.open_until is not None and group.open_until > now
    context = {
        "group": group,
        "rows": rows,
        "came": sum(row.at is not None for row in rows),
        "open": is_open,
        "qr": qr_svg(services.code_of(group, now), group.name, border=2) if is_open else "",
        "hours": HOURS,
        "now": now,
    }
    response = render(request, "passage/led_group.html", context)
    response["Cache-Control"] = "no-store"
    if is_open:
        response["Refresh"] = "300"  # the code is good for ten minutes; no script is needed to renew it
    return response


def section(person: int, now: Any) -> Section | None:
    """The card on /me, for those who are in a group."""
    groups = services.groups_with(person)
    return Section("passage/groups_section.html", {"groups": groups}, order=46) if groups else None
