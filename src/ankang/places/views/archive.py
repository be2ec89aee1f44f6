"""The checkpoint archive: the public page of a place, the regulators' entries, and what is public by decision."""

from datetime import date
from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ankang.base.approvals import approval_context
from ankang.base.errors import NotAllowed, NotFound
from ankang.base.models import Approval
from ankang.base.permissions import public, requires
from ankang.core.colours import Colour
from ankang.core.opening import words_of

from ..archive_rules import LONGEST, SECTIONS, kind_word
from ..errors import ArchiveRefused, ArchiveTwice
from ..models import ArchiveDecision, ArchiveItem, Checkpoint
from ..rules import type_word
from ..services import archive, checkpoints_of, policy_book
from ..words import VERDICTS

_FORMS = require_http_methods(["GET", "HEAD", "POST"])


@public("whoever stands at a place may read what regulators published about it, and who is admitted")
@require_safe
def public_place(request: HttpRequest, number: int) -> HttpResponse:
    """One place for everybody: hours, who is admitted, and the public part of its archive."""
    door = Checkpoint.objects.select_related("organisation").filter(pk=number).exclude(state="planned").first()
    if door is None:
        raise NotFound()
    now, lang = timezone.now(), _lang()
    policies = policy_book.policies_at(now)
    policy = policies.of(door.type)
    context = {
        "place": door,
        "name": door.name if lang.startswith("zh") or not door.name_en else door.name_en,
        "type": type_word(door.type, lang),
        "hours": words_of(door.hours, lang) if door.hours else "",
        "closed": closed_words(door, now),
        "admits": [(colour.word(lang), VERDICTS[policy.outcomes[colour][0].slug]) for colour in (1, 2, 3, 0) for colour in [Colour(colour)]],
        "policy": policy,
        "limit": policy.temperature_limit / 10,
        "version": policies.version,
        "items": [(kind_word(one.section, one.kind), one) for one in archive.public_items(door.pk)],
        "today": timezone.localdate(now),
    }
    return render(request, "places/public_place.html", context)


@requires("checkpoints.view")
@require_safe
def place_archive(request: HttpRequest, number: int) -> HttpResponse:
    """All that is on file about a checkpoint, for staff in whose reach it lies."""
    door = checkpoints_of(request.user, "checkpoints.view").filter(pk=number).first()
    if door is None:
        raise NotFound()
    return _archive_page(request, door)


@requires("checkpoints.view")
@require_POST
def archive_enter(request: HttpRequest, number: int) -> HttpResponse:
    """A regulator's entry; what was typed is kept when it is refused."""
    form = request.POST
    section, _dot, kind = form.get("kind", "").partition(".")
    door = archive.checkpoint_to_fill(number, section, request.user)
    try:
        with transaction.atomic():
            archive.enter_item(
                number,
                section,
                kind,
                form.get("title", ""),
                form.get("source", ""),
                _date(form.get("happened_on", "")),
                request.user,
                timezone.now(),
                form.get("result", ""),
                form.get("number", ""),
                _date(form.get("valid_until", "")),
            )
    except ArchiveRefused as refusal:
        return _archive_page(request, door, 422, typed=form.dict(), faults=refusal.details["fields"])
    except ArchiveTwice as refusal:
        return _archive_page(request, door, 409, typed=form.dict(), refused=refusal.message(_lang()))
    messages.success(request, _("Entered."))
    return redirect("place_archive", number)


@requires("checkpoints.view")
@require_POST
def archive_retract(request: HttpRequest, number: int) -> HttpResponse:
    """Take an entry back, with a reason."""
    found = ArchiveItem.objects.filter(pk=number).first()
    if found is None:
        raise NotFound()
    archive.retract_item(number, request.POST.get("reason", ""), request.user, timezone.now())
    messages.success(request, _("Taken back. It stays on file with the reason."))
    return redirect("place_archive", found.checkpoint_id)


@requires("checkpoints.view")
@_FORMS
def archive_decisions(request: HttpRequest) -> HttpResponse:
    """Which kinds are public, every decision, and a regulator's proposal."""
    mine = archive.sections_to_fill(request.user)
    if request.method == "POST":
        section, _dot, kind = request.POST.get("kind", "").partition(".")
        if section not in mine:
            raise NotAllowed()
        public = request.POST.get("public") == "1"
        archive.propose_publication(section, kind, public, request.POST.get("reason", ""), request.user, timezone.now())
        messages.success(request, _("Proposed. Somebody of another organisation decides."))
        return redirect("archive_decisions")
    kinds = archive.public_kinds()
    rows = Paginator(archive.decisions(), 20).get_page(request.GET.get("page"))
    context = {
        "title": _("Public part of the archive"),
        "kinds": [(kind_word(name, kind), (name, kind) in kinds) for name, one in SECTIONS.items() for kind in one.kinds],
        "rows": [_decision(row, request.user) for row in rows],
        "page": rows,
        "mine": _kind_choices(mine),
    }
    return _page(request, "places/archive_decisions.html", context)


def closed_words(door: Checkpoint, now: Any) -> str:
    """Why nobody enters now, for people; empty when it is open."""
    if door.state != "in_use":
        return _("This place is not in use at present.")
    if door.closed_from is None or door.closed_from > now or (door.closed_until is not None and door.closed_until <= now):
        return ""
    if door.closed_until is None:
        return _("Closed until further notice.")
    return _("Closed until %s.") % timezone.localtime(door.closed_until).strftime("%Y-%m-%d %H:%M")


def _archive_page(request: HttpRequest, door: Checkpoint, status: int = 200, **more: Any) -> HttpResponse:
    kinds = archive.public_kinds()
    mine = [name for name in archive.sections_to_fill(request.user) if _fills(door, name, request.user)]
    context = {
        "title": _("Archive: %s") % door.name,
        "place": door,
        "items": [
            {"row": one, "word": kind_word(one.section, one.kind), "public": (one.section, one.kind) in kinds, "mine": one.section in mine}
            for one in archive.archive_of(door.pk)[:300]
        ],
        "mine": _kind_choices(mine),
        "longest": LONGEST,
        "today": timezone.localdate(),
        "events": door.events.order_by("-at")[:50],
        **more,
    }
    return _page(request, "places/archive.html", context, status)


def _fills(door: Checkpoint, section: str, by: Any) -> bool:
    try:
        archive.checkpoint_to_fill(door.pk, section, by)
    except NotFound:
        return False
    return True


def _kind_choices(sections: list[str]) -> list[tuple[str, str]]:
    return [(f"{name}.{kind}", kind_word(name, kind)) for name in sections for kind in SECTIONS[name].kinds]


def _decision(row: ArchiveDecision, user: Any) -> dict[str, Any]:
    asked = Approval.objects.filter(pk=row.approval).first()
    return {"row": row, "word": kind_word(row.section, row.kind), **approval_context(asked, user)}


def _date(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed.strip()) if typed.strip() else None
    except ValueError:
        return None


def _lang() -> str:
    return get_language() or "zh-hans"


def _page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return TemplateResponse(request, template, {**admin.site.each_context(request), **context}, status=status)
