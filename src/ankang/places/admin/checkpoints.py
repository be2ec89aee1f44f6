"""Checkpoints: their list, their form, and the actions that open, close and void."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import action, display

from ankang.base.models import Region
from ankang.base.permissions import may
from ankang.base.services import region_codes_below

from ..forms import CheckpointForm
from ..models import Checkpoint
from ..rules import type_choices, type_word
from ..services import add_checkpoint, checkpoints_of, edit_checkpoint, without_scanner
from .screen import PlacesAdmin, with_ids

MOST_REGIONS = 500


class RegionFilter(DropdownFilter):
    """Checkpoints of one region and of all below it; the numbers of the coverage page lead here."""

    title = gettext_lazy("region")
    parameter_name = "region"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        used = model_admin.get_queryset(request).order_by().values("organisation__region")
        rows = list(Region.objects.filter(code__in=used).order_by("code")[:MOST_REGIONS])
        chosen = Region.objects.filter(code=str(self.value() or "")[:60]).exclude(code__in=[row.code for row in rows])
        english = get_language() == "en"
        return [(row.code, row.name_en if english and row.name_en else row.name) for row in [*chosen, *rows]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Checkpoint]) -> QuerySet[Checkpoint]:
        code = str(self.value() or "")[:60]
        return queryset.filter(organisation__region__in=region_codes_below([code])) if code and "\0" not in code else queryset


class TypeFilter(admin.SimpleListFilter):
    """Checkpoints of one place type."""

    title = gettext_lazy("place type")
    parameter_name = "type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        used = set(model_admin.get_queryset(request).order_by().values_list("type", flat=True).distinct())
        return [(str(no), word) for no, word in type_choices(get_language() or "zh") if no in used]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Checkpoint]) -> QuerySet[Checkpoint]:
        return queryset.filter(type=self.value()) if str(self.value() or "").isdigit() else queryset


class ScannerFilter(admin.SimpleListFilter):
    """Checkpoints in use whose door has no paired device."""

    title = gettext_lazy("scanner")
    parameter_name = "scanner"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("none", _("in use without a scanner"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Checkpoint]) -> QuerySet[Checkpoint]:
        return without_scanner(queryset) if self.value() == "none" else queryset


@admin.register(Checkpoint)
class CheckpointAdmin(PlacesAdmin):
    permission = "checkpoints.view"
    edit_permission = "checkpoints.edit"
    form = CheckpointForm
    list_display = ("number", "site_no", "named", "organisation", "type_named", "state_named", "generation", "devices")
    list_display_links = ("named",)
    list_filter = (RegionFilter, "state", TypeFilter, ScannerFilter)
    search_fields = ("name", "name_en", "organisation__name", "organisation__name_en")
    ordering = ("site_no", "pk")
    list_per_page = 100
    actions = ("posters", "posters_file", "built", "open_doors", "close_doors", "retype", "void")
    actions_detail = ("poster_of", "move", "standing_of", "archive_of", "void_of")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Checkpoint]:
        return checkpoints_of(request.user, self.permission).prefetch_related("devices")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("organisation", "site_no", "state_named", "generation") if obj else ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        shown = ("organisation", "site_no", "name", "name_en", "type", "latitude", "longitude")
        return (*shown, "state_named", "generation") if obj else shown

    @display(description=gettext_lazy("number"), ordering="pk")
    def number(self, obj: Checkpoint) -> str:
        """As printed on the poster; a scanner of a whole organisation asks for it."""
        return f"#{obj.pk}"

    @display(description=gettext_lazy("checkpoint"), ordering="name")
    def named(self, obj: Checkpoint) -> str:
        return obj.name_en or obj.name if get_language() == "en" else obj.name

    @display(description=gettext_lazy("place type"), ordering="type")
    def type_named(self, obj: Checkpoint) -> str:
        return type_word(obj.type, get_language() or "zh")

    @display(description=gettext_lazy("state"), ordering="state")
    def state_named(self, obj: Checkpoint) -> str:
        sign = {"planned": "○", "built": "◐", "in_use": "●", "closed": "⊘"}[obj.state]
        return f"{sign} {obj.get_state_display()}"

    @display(description=gettext_lazy("devices"))
    def devices(self, obj: Checkpoint) -> int:
        return sum(device.revoked_at is None for device in obj.devices.all())

    def save_model(self, request: HttpRequest, obj: Checkpoint, form: Any, change: bool) -> None:
        names = ("name", "name_en", "type", "latitude", "longitude")
        values = {name: form.cleaned_data[name] for name in names}
        if change:
            edit_checkpoint(obj.pk, request.user, **values)
            return
        obj.pk = add_checkpoint(obj.organisation, site_no=obj.site_no, **values).pk

    @admin.action(description=gettext_lazy("Print posters"))
    def posters(self, request: HttpRequest, queryset: QuerySet[Checkpoint]) -> HttpResponse:
        return with_ids(request, "places_posters", queryset)

    @admin.action(description=gettext_lazy("Posters as PDF"))
    def posters_file(self, request: HttpRequest, queryset: QuerySet[Checkpoint]) -> HttpResponse:
        return with_ids(request, "places_posters_pdf", queryset)

    @admin.action(description=gettext_lazy("Mark as built …"), permissions=["change"])
    def built(self, request: HttpRequest, queryset: QuerySet[Checkpoint]) -> HttpResponse:
        return with_ids(request, "bulk", queryset, "checkpoints-built")

    @admin.action(description=gettext_lazy("Open …"), permissions=["change"])
    def open_doors(self, request: HttpRequest, queryset: QuerySet[Checkpoint]) -> HttpResponse:
        return with_ids(request, "bulk", queryset, "checkpoints-in-use")

    @admin.action(description=gettext_lazy("Close …"), permissions=["change"])
    def close_doors(self, request: HttpRequest, queryset: QuerySet[Checkpoint]) -> HttpResponse:
        return with_ids(request, "bulk", queryset, "checkpoints-closed")

    @admin.action(description=gettext_lazy("Change the place type …"), permissions=["change"])
    def retype(self, request: HttpRequest, queryset: QuerySet[Checkpoint]) -> HttpResponse:
        return with_ids(request, "bulk", queryset, "checkpoints-type")

    @admin.action(description=gettext_lazy("Void posters …"), permissions=["change"])
    def void(self, request: HttpRequest, queryset: QuerySet[Checkpoint]) -> HttpResponse:
        return with_ids(request, "places_change", queryset, "void")

    @action(description=gettext_lazy("Poster"), url_path="poster", icon="print")
    def poster_of(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return with_ids(request, "places_posters", self.get_queryset(request).filter(pk=object_id))

    @action(description=gettext_lazy("Open or close"), url_path="move", icon="door_front", permissions=["edit"])
    def move(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = self.get_queryset(request).filter(pk=object_id)
        state = found.values_list("state", flat=True).first()
        wanted = {"planned": "built", "in_use": "closed"}.get(state or "", "in_use")
        return with_ids(request, "places_change", found, wanted)

    @action(description=gettext_lazy("Hours, closing, moving"), url_path="standing", icon="schedule", permissions=["edit"])
    def standing_of(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return HttpResponseRedirect(reverse("place_standing", args=[int(object_id)]))

    @action(description=gettext_lazy("Archive"), url_path="archive", icon="folder_open")
    def archive_of(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return HttpResponseRedirect(reverse("place_archive", args=[int(object_id)]))

    @action(description=gettext_lazy("Void posters"), url_path="void", icon="block", permissions=["edit"])
    def void_of(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return with_ids(request, "places_change", self.get_queryset(request).filter(pk=object_id), "void")

    def has_edit_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Asked by the detail actions."""
        return may(request.user, self.edit_permission)
