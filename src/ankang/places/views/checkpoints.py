"""Pages of the console beside the lists: the preview of a change, pairing, revoking."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ankang.base.errors import NotFound
from ankang.base.permissions import requires

from ..errors import CheckpointMoveRefused, NothingChosen, PosterEditionsUsedUp
from ..models import Checkpoint
from ..rules import MOST_GENERATIONS, may_move
from ..services import (
    Pairing,
    checkpoints_of,
    fetch_device,
    move_checkpoint,
    qr_svg,
    renew_pairing,
    revoke_device,
)
from ..services.standing import void_poster

_CHANGES = ("built", "in_use", "closed", "void")
_MOST_AT_ONCE = 500


@requires("checkpoints.edit")
def change(request: HttpRequest, wanted: str) -> HttpResponse:
    """Show what moving the checkpoints of ``?ids=`` to ``wanted`` (or ``void``) does; POST does it."""
    if wanted not in _CHANGES:
        raise NotFound(details={"change": wanted})
    chosen = _chosen(request, "checkpoints.edit") if _choice(request) else []
    if not chosen:
        raise NothingChosen()
    if request.method == "POST":
        return _change(request, chosen, wanted)
    rows = [(checkpoint, _possible(checkpoint, wanted)) for checkpoint in chosen]
    words = {
        "built": (_("Mark as built"), _("These checkpoints become built; doors do not admit people yet.")),
        "in_use": (_("Open"), _("These doors admit people from now on.")),
        "closed": (
            _("Close"),
            _("These doors refuse everybody from now on. Nothing is lost; open them again at any time."),
        ),
        "void": (
            _("Void posters"),
            _("Posters printed so far stop working within seconds. Print and hang new ones."),
        ),
    }[wanted]
    context = {
        "title": words[0],
        "explanation": words[1],
        "rows": rows,
        "possible": sum(able for _row, able in rows),
        "wanted": wanted,
        "wanted_word": dict(Checkpoint.STATES).get(wanted),
    }
    return _page(request, "places/change.html", context)


@requires("devices.enrol")
def pairing(request: HttpRequest, pk: int) -> HttpResponse:
    """POST makes a new pairing code and shows it; GET says what that will do."""
    if request.method == "POST":
        return show_pairing(request, renew_pairing(pk, request.user, timezone.now()))
    device = fetch_device(pk, request.user, "devices.enrol")
    return _page(request, "places/pairing_ask.html", {"title": _("Pairing code"), "device": device})


@requires("devices.enrol")
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """POST revokes the device; GET says what that will do."""
    device = fetch_device(pk, request.user, "devices.enrol")
    if request.method == "POST":
        if revoke_device(pk, request.user, timezone.now()):
            messages.success(request, _("“%s” is revoked and can no longer verify.") % device.name)
        else:
            messages.info(request, _("“%s” was revoked before.") % device.name)
        return HttpResponseRedirect(reverse("admin:places_device_changelist"))
    return _page(request, "places/revoke.html", {"title": _("Revoke a device"), "device": device})


def show_pairing(request: HttpRequest, pairing: Pairing) -> HttpResponse:
    """The page with the pairing QR; it exists only in this answer."""
    address = pairing.address(settings.ANKANG_PUBLIC_URL)
    context = {
        "title": _("Pair a device"),
        "device": pairing.device,
        "address": address,
        "expires_at": pairing.expires_at,
        "qr": qr_svg(address, _("pairing code")),
    }
    return _page(request, "places/pairing.html", context)


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return TemplateResponse(request, template, {**admin.site.each_context(request), **context})


def _choice(request: HttpRequest) -> bool:
    """Whether the address or the form names checkpoints: without them it would be all there are."""
    return bool(request.POST.get("ids") or request.GET.get("ids") or request.GET.get("state"))


def _chosen(request: HttpRequest, permission: str) -> list[Checkpoint]:
    rows = checkpoints_of(request.user, permission).order_by("site_no", "pk")
    if (state := request.GET.get("state")) is not None:
        rows = rows.filter(state=state)
    ids = request.POST.get("ids") or request.GET.get("ids")
    if ids is not None:
        rows = rows.filter(pk__in=[int(part) for part in ids.split(",")[:_MOST_AT_ONCE] if part.isdigit()])
    return list(rows[:_MOST_AT_ONCE])


def _possible(checkpoint: Checkpoint, wanted: str) -> bool:
    if wanted == "void":
        return checkpoint.generation < MOST_GENERATIONS
    return may_move(checkpoint.state, wanted)


def _change(request: HttpRequest, chosen: list[Checkpoint], wanted: str) -> HttpResponse:
    done, refused = 0, []
    for checkpoint in chosen:
        try:
            if wanted == "void":
                void_poster(checkpoint.pk, request.POST.get("reason", "") or _("not stated"), request.user, timezone.now())
            else:
                move_checkpoint(checkpoint.pk, wanted, request.user)
            done += 1
        except (CheckpointMoveRefused, PosterEditionsUsedUp):
            refused.append(checkpoint.name)
    if done:
        said = ngettext("%d checkpoint changed.", "%d checkpoints changed.", done) % done
        messages.success(request, said)
    if refused:
        messages.warning(request, _("Left as they were: %s") % "、".join(refused))
    return HttpResponseRedirect(reverse("admin:places_checkpoint_changelist"))
