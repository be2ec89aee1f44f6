"""Risk areas: the list with the form that declares one, and the page of each with its approval and dry run."""

from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ankang.base.approvals import approval_context
from ankang.base.errors import NotFound
from ankang.base.permissions import may, requires
from ankang.core.regions import find_regions
from ankang.core.rules.vocabulary import level_word

from ..errors import AreaOverlaps, AreaRefused
from ..forms import DeclareForm, LiftForm
from ..models import Area, Recolouring
from ..services.areas import areas_on_list, name_of_code, short_code
from ..services.declarations import approval_of, carry_alarm, declare_area, dry_run_of, lift_area

SHOWN = ("in_force", "pending", "past", "all")
PAGE = 50


@requires("areas.view")
@require_safe
def areas(request: HttpRequest) -> HttpResponse:
    """The list: in force, waiting, past, or all; by words in name, code or document."""
    now, words = timezone.now(), request.GET.get("q", "").replace("\0", "").strip()[:100]
    which = request.GET.get("show", "in_force")
    which = which if which in SHOWN else "in_force"
    page = Paginator(areas_on_list(which, words, now), PAGE).get_page(request.GET.get("page"))
    titles = {"in_force": _("In force"), "pending": _("Waiting"), "past": _("Past"), "all": _("All")}
    return _page(
        request,
        "health/areas.html",
        title=_("Risk areas"),
        page=page,
        rows=[_row(area, now) for area in page],
        tabs=[(name, titles[name], areas_on_list(name, words, now).count()) for name in SHOWN],
        which=which,
        words=words,
        may_declare=may(request.user, "areas.declare"),
    )


@requires("areas.declare")
def declare(request: HttpRequest) -> HttpResponse:
    """Find the region, fill in the assessment, propose it. A refusal keeps what was typed."""
    form, overlap = DeclareForm(request.POST or None, initial=_chosen(request)), None
    if request.method == "POST" and form.is_valid():
        try:
            area = declare_area(**form.cleaned_data, by=request.user, now=timezone.now())
        except AreaRefused as fault:
            form.add_faults(fault.details["fields"])
        except AreaOverlaps as fault:
            overlap = fault
        else:
            messages.success(request, _("Proposed. The dry run shows whom it would turn; then the province decides."))
            return redirect("area", area.pk)
    sought = request.GET.get("region", "").strip()[:40]
    return _page(
        request,
        "health/area_declare.html",
        title=_("Declare a risk area"),
        form=form,
        overlap=overlap and {"words": overlap.message(_lang()), **overlap.details},
        sought=sought,
        regions=find_regions(sought),
    )


@requires("areas.view")
@require_safe
def area(request: HttpRequest, number: int) -> HttpResponse:
    """One assessment: what it says, who asked, the dry run, the decision, and what it changed."""
    row = _found(number)
    return _area_page(request, row, LiftForm(initial={"lift": timezone.localtime().replace(second=0, microsecond=0)}))


@requires("areas.declare")
@require_POST
def lift(request: HttpRequest, number: int) -> HttpResponse:
    """Propose the end of an assessment in force."""
    row, form = _found(number), LiftForm(request.POST)
    if form.is_valid():
        try:
            lift_area(row.pk, form.cleaned_data["lift"], request.user, timezone.now())
        except AreaRefused:
            form.add_error("lift", _("The end must lie after the beginning, and before the end that stands."))
        else:
            messages.success(request, _("Proposed. It ends once the province has agreed."))
            return redirect("area", row.pk)
    return _area_page(request, row, form, status=422)


def _area_page(request: HttpRequest, row: Area, form: LiftForm, status: int = 200) -> HttpResponse:
    now, asked = timezone.now(), approval_of(row.pk)
    if asked is not None:
        carry_alarm(row, asked)
    references = (str(row.pk), f"{row.pk}/lifted")
    live = row.state == "in_force" and not row.lift_until and not row.lifted_at and not _is_over(row, now)
    return _page(
        request,
        "health/area_page.html",
        status=status,
        title=_row(row, now)["title"],
        row=_row(row, now),
        area=row,
        may_lift=live and may(request.user, "areas.declare"),
        form=form,
        dry_run=dry_run_of(row),
        dry_run_subject="area",
        dry_run_reference=str(row.pk),
        recolourings=Recolouring.objects.filter(cause="area", reference__in=references).order_by("-pk"),
        **approval_context(asked, request.user),
    )


def _row(area: Area, now: Any) -> dict[str, Any]:
    """An area for a table: its words, and where it stands."""
    lang = _lang()
    level = level_word(area.level, lang)
    return {
        "area": area,
        "level": level,
        "title": f"{area.name} · {level}",
        "place": name_of_code(area.code),
        "standing": _standing(area, now),
    }


def _standing(area: Area, now: Any) -> str:
    if area.state != "in_force":
        return str(area.get_state_display())
    if area.lift_until is not None:
        return _("in force, its end waits for approval")
    if _is_over(area, now):
        return _("over")
    return _("in force from its beginning on") if area.since > now else _("in force")


def _is_over(area: Area, now: Any) -> bool:
    return area.until is not None and area.until <= now


def _chosen(request: HttpRequest) -> dict[str, Any]:
    """What the form begins with: the region that was chosen, and this hour."""
    code = request.GET.get("code", "").strip()[:12]
    name = name_of_code(short_code(code)) if code.isascii() and code.isdecimal() else ""
    return {"code": code, "name": name, "since": timezone.localtime().replace(minute=0, second=0, microsecond=0)}


def _found(number: int) -> Area:
    row = Area.objects.filter(pk=number).first() if number < 2**63 else None
    if row is None:
        raise NotFound()
    return row


def _page(request: HttpRequest, template: str, status: int = 200, **context: Any) -> HttpResponse:
    return TemplateResponse(request, template, admin.site.each_context(request) | context, status=status)


def _lang() -> str:
    return get_language() or "zh-hans"
