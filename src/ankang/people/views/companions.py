"""Companions 同行人 on the citizen's pages: who walks with me today, whom I may bring, who may bring me (A6)."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from ankang.base.errors import BadInput, NotFound, Problem
from ankang.core.masking import mask_name

from .. import companion_wards, companions
from ..credentials import Resident, resident_page
from ..drafts import drop_draft, read_draft, remember_number, remembered_number, write_draft
from ..forms import CodeForm, WhoForm, posted
from ..messages import latest_messages
from ..models import Companion
from ..rules import COMPANIONS_PER_PERSON
from ..sections import Section
from ..services import find_person
from ..words import COMPANION_BASES

DRAFT = "companion"
HOURS = (2, 4, 8)
_METHODS = ["GET", "HEAD", "POST"]


@resident_page
@require_http_methods(_METHODS)
def mine(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Who walks with me today, and what either side may end."""
    problem = ""
    if request.method == "POST":
        try:
            _act(request.POST, resident.person, timezone.now())
            return redirect("my_companions")
        except Problem as fault:
            if isinstance(fault, NotFound):
                raise
            problem = fault.message(get_language() or "zh-hans")
    context = _shown(resident.person, timezone.now()) | {"problem_words": problem}
    return render(request, "people/companions.html", context, status=422 if problem else 200)


@resident_page
@require_http_methods(_METHODS)
def add(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Somebody to bring: name and document; a code goes to that person's phone, and the answer never tells who is on file."""
    form, problem = WhoForm(posted(request), initial=read_draft(request, DRAFT)), ""
    if request.method == "POST" and form.is_valid():
        who = {key: form.cleaned_data[key] for key in ("document_kind", "document", "name")}
        try:
            pair = companions.propose(resident.person, *who.values(), timezone.now())
        except BadInput as fault:
            form.say(fault.details["fields"])
        except Problem as fault:
            problem = fault.message(get_language() or "zh-hans")
        else:
            write_draft(request, DRAFT, who)
            _remember_for_demo(request, who)
            return redirect("my_companions" if pair else "confirm_companion")
    context = {"form": form, "problem_words": problem}
    return render(request, "people/companion_add.html", context, status=422 if form.errors or problem else 200)


@resident_page
@require_http_methods(_METHODS)
def confirm(request: HttpRequest, resident: Resident) -> HttpResponse:
    """The six digits that came to the other one's phone."""
    draft = read_draft(request, DRAFT)
    if "document" not in draft:
        return redirect("add_companion")
    form = CodeForm(posted(request))
    if request.method == "POST" and form.is_valid():
        who = (draft["document_kind"], draft["document"], draft["name"])
        try:
            companions.confirm(resident.person, *who, form.cleaned_data["code"], timezone.now())
        except Problem as fault:
            form.add_error("code", fault.message(get_language() or "zh-hans"))
        else:
            drop_draft(request, DRAFT)
            return redirect("my_companions")
    number = remembered_number(request) if settings.ANKANG_DEMO else ""
    context = {"form": form, "name": mask_name(draft["name"]), "messages_shown": latest_messages(number, 1) if number else []}
    return render(request, "people/companion_confirm.html", context, status=422 if form.errors else 200)


def section(person: int, now: datetime) -> Section:
    """The card on /me that leads here."""
    along = [pair for pair in companions.companions_of(person) if _walks(pair, now)]
    return Section("people/companions_section.html", {"names": [mask_name(pair.companion.name) for pair in along]}, order=45)


def _act(given: Any, person: int, now: datetime) -> None:
    wanted, pair = given.get("do"), given.get("pair", "")
    number = int(pair[:18]) if pair.isdecimal() else 0
    if wanted == "along":
        chosen = [int(one[:18]) for one in given.getlist("pairs")[: 2 * COMPANIONS_PER_PERSON] if one.isdecimal()]
        companions.take_along(person, chosen, _until(given.get("until", ""), now), now)
    elif wanted == "ward":
        companion_wards.bind_ward(person, number, now)
    elif wanted == "apart":
        companions.step_out(number, person, now)
    elif wanted == "end":
        companions.end(number, person, now)


def _until(hours: str, now: datetime) -> datetime | None:
    return now + timedelta(hours=int(hours)) if hours in {str(number) for number in HOURS} else None


def _shown(person: int, now: datetime) -> dict[str, Any]:
    pairs = [_row(pair, pair.companion, now) for pair in companions.companions_of(person)]
    return {
        "pairs": pairs,
        "along": [row for row in pairs if row["walks"]],
        "holders": [_row(pair, pair.holder, now) for pair in companions.holders_of(person)],
        "wards": companion_wards.wards_to_bring(person, now),
        "hours": HOURS,
        "full": len(pairs) >= COMPANIONS_PER_PERSON,
        "most": COMPANIONS_PER_PERSON,
    }


def _row(pair: Companion, other: Any, now: datetime) -> dict[str, Any]:
    walks = _walks(pair, now)
    return {"pair": pair, "name": mask_name(other.name), "how": COMPANION_BASES[pair.how], "walks": walks}


def _walks(pair: Companion, now: datetime) -> bool:
    return pair.along_until is not None and pair.along_until > now


def _remember_for_demo(request: HttpRequest, who: dict[str, str]) -> None:
    """The demonstration's on-screen phone shows the message to the companion."""
    person = find_person(who["document_kind"], who["document"]) if settings.ANKANG_DEMO else None
    if person is not None and person.phone:
        remember_number(request, person.phone)
