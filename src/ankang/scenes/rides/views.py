"""Pages and public files of rides: my rides, the keys that gates trust, the revocations."""

from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ankang.base.api.paging import PageIn, page_of
from ankang.base.permissions import public
from ankang.core.verdicts import Direction, Reason, Verdict, sentence
from ankang.people.credentials import Resident, resident_page
from ankang.people.sections import Section

from . import services
from .models import Ride
from .rules import LIST, ORDER, verdict_of

SHOWN, IN_BRIEF = 50, 3
KEEP_KEYS, KEEP_REVOKED = 3600, 60


@resident_page
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest, resident: Resident) -> HttpResponse:
    """My rides as long as they are kept, fifty a page, and how to end the ride codes on all my phones."""
    now = timezone.now()
    if request.method == "POST":
        services.revoke_authorisations(resident.person, now)
        return redirect(reverse("my_rides") + "?stopped=1")
    wanted = PageIn(limit=SHOWN, cursor=request.GET.get("cursor", "")[:600])
    page = page_of(services.my_rides(resident.person, now), ORDER, wanted, _row, LIST)
    context = {"rows": page["items"], "next": page["next"], "later": bool(wanted.cursor), "days": services.days_kept()}
    context["stopped"] = "stopped" in request.GET
    return render(request, "rides/mine.html", context)


@public("public keys: gates and anybody who checks a ride code need them")
@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """What a transit gate is set up with."""
    response = JsonResponse(services.public_keys(timezone.now()), json_dumps_params={"indent": 1})
    return _open(response, KEEP_KEYS)


@public("entries are random numbers that tell nobody's name; gates without a network carry them")
@require_safe
def revoked(request: HttpRequest) -> HttpResponse:
    """The signed list of authorisations that no longer count; made anew once a minute."""
    now = timezone.now()
    key = f"rides.revoked.{int(now.timestamp()) // KEEP_REVOKED}"
    data = cache.get_or_set(key, lambda: services.revoked_list(now), KEEP_REVOKED)
    return _open(HttpResponse(data, content_type="application/octet-stream"), KEEP_REVOKED)


def section(person: int, now: Any) -> Section:
    """The card on /me that leads here."""
    rows = [_row(ride) for ride in services.my_rides(person, now, brief=True)[:IN_BRIEF]]
    return Section("rides/section.html", {"rows": rows}, order=45)


def _row(ride: Ride) -> dict[str, Any]:
    exit_ = ride.direction == Direction.EXIT
    words = {Verdict.ADMIT: _("got off") if exit_ else _("got on"), Verdict.DENY: _("turned away")}
    rejected = verdict_of(ride.verdict, ride.reason) != ride.verdict
    why = sentence(Reason(ride.reason), get_language() or "zh-hans")
    return {
        "at": ride.at,
        "where": " · ".join(part for part in (ride.line, ride.vehicle) if part) or _("transit gate"),
        "what": _("refused: %s") % why if rejected else words.get(Verdict(ride.verdict), _("sent to the staff")),
    }


def _open(response: HttpResponse, seconds: int) -> HttpResponse:
    response["Cache-Control"] = f"public, max-age={seconds}"
    response["Access-Control-Allow-Origin"] = "*"
    return response
