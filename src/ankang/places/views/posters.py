"""Posters to print: as pages of the browser, or as PDF. More than one file takes are offered part by part."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ankang.base.errors import BadInput, NotFound
from ankang.base.limits import is_number
from ankang.base.permissions import requires

from ..models import Checkpoint, PlaceImportRow
from ..services import checkpoints_of, posters_of
from ..services.imports import fetch_import
from ..services.poster_files import MOST, part_of, posters_pdf


@requires("checkpoints.view")
@require_safe
def posters(request: HttpRequest) -> HttpResponse:
    """Printable A4 pages, one a checkpoint of ``?ids=1,2``, ``?state=in_use`` or a list (``?list=``); ``part`` of more than 500."""
    chosen = _chosen(request)
    if _ask_for_part(request, chosen):
        return _parts(request, chosen)
    doors = part_of(chosen, _part(request)).doors if chosen.exists() else []
    return render(request, "places/posters.html", {"posters": posters_of(doors, settings.ANKANG_PUBLIC_URL)})


@requires("checkpoints.view")
@require_safe
def posters_file(request: HttpRequest) -> HttpResponse:
    """The same as one PDF; ``size`` a4 or a6."""
    chosen = _chosen(request)
    size = request.GET.get("size", "a4")
    if size not in ("a4", "a6"):
        raise BadInput(details={"fields": {"size": "unknown"}})
    if _ask_for_part(request, chosen):
        return _parts(request, chosen)
    part = part_of(chosen, _part(request))
    answer = HttpResponse(posters_pdf(part.doors, settings.ANKANG_PUBLIC_URL, size), content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="posters-{size}-{part.name}.pdf"'
    return answer


def _ask_for_part(request: HttpRequest, chosen: QuerySet[Checkpoint]) -> bool:
    """Whether there are more than one file takes and nobody said which of them."""
    return "part" not in request.GET and chosen[MOST : MOST + 1].exists()


def _parts(request: HttpRequest, chosen: QuerySet[Checkpoint]) -> HttpResponse:
    total, asked = chosen.count(), request.GET.dict()
    context: dict[str, Any] = {
        "title": _("Posters"),
        "total": total,
        "most": MOST,
        "parts": [
            (first + 1, min(first + MOST, total), urlencode({**asked, "part": number}))
            for number, first in enumerate(range(0, total, MOST), 1)
        ],
    }
    return TemplateResponse(request, "places/poster_parts.html", {**admin.site.each_context(request), **context})


def _part(request: HttpRequest) -> int:
    wanted = request.GET.get("part", "1")
    if not is_number(wanted):
        raise NotFound()
    return int(wanted)


def _chosen(request: HttpRequest) -> QuerySet[Checkpoint]:
    rows = checkpoints_of(request.user, "checkpoints.view").order_by("site_no", "pk")
    wanted = request.GET
    if is_number(wanted.get("list", "")):
        batch = fetch_import(int(wanted["list"]), request.user)
        made = PlaceImportRow.objects.filter(batch=batch, outcome="done", checkpoint__isnull=False)
        rows = rows.filter(pk__in=made.values("checkpoint"))
    if "ids" in wanted:
        rows = rows.filter(pk__in=[int(one) for one in wanted["ids"].split(",")[:MOST] if is_number(one)])
    if "state" in wanted:
        rows = rows.filter(state=wanted["state"])
    return rows
