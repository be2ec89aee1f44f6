"""Back-office screens of organisations, checkpoints and devices. Every change goes through a service."""

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from unfold.decorators import action, display

from ankang.base.admin import ReadOnlyAdmin
from ankang.base.permissions import may

from .forms import CheckpointForm, DeviceForm, OrganisationForm
from .models import Checkpoint, Device, Organisation
from .rules import type_choices, type_word
from .services import (
    add_checkpoint,
    add_organisation,
    checkpoints_of,
    devices_of,
    edit_checkpoint,
    edit_organisation,
    enrol_device,
    organisations_of,
    without_scanner,
)
from .views import show_pairing


class PlacesAdmin(ReadOnlyAdmin):
    """A screen that those with ``edit_permission`` may also write; nothing here is ever deleted."""

    edit_permission: ClassVar[str]
    actions_on_top = True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may(request.user, self.edit_permission)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, self.edit_permission)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only organisations and checkpoints that the reader answers for."""
        if db_field.name in ("parent", "organisation"):
            kwargs["queryset"] = organisations_of(request.user, self.edit_permission).order_by(*TREE_ORDER)
        elif db_field.name == "checkpoint":
            kwargs["queryset"] = checkpoints_of(request.user, self.edit_permission).order_by("site_no", "pk")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Without the buttons that add or edit the related row in a second window."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and hasattr(field.widget, "can_add_related"):
            field.widget.can_add_related = field.widget.can_change_related = False
            field.widget.can_view_related = field.widget.can_delete_related = False
        return field

    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        one_button = {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().changeform_view(request, object_id, form_url, {**one_button, **(extra_context or {})})


TREE_ORDER = (RawSQL("string_to_array(trim(both '/' from path), '/')::bigint[]", []),)


@admin.register(Organisation)
class OrganisationAdmin(PlacesAdmin):
    permission = "checkpoints.view"
    edit_permission = "checkpoints.edit"
    form = OrganisationForm
    list_display = ("in_tree", "name_en", "kind", "region", "doors")
    list_filter = ("kind",)
    search_fields = ("name", "name_en")
    list_per_page = 200
    list_select_related = ("region",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Organisation]:
        return organisations_of(request.user, self.permission).prefetch_related("checkpoints")

    def get_ordering(self, request: HttpRequest) -> Any:
        return TREE_ORDER

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("parent", "kind", "region") if obj else ()

    @display(description=gettext_lazy("organisation"))
    def in_tree(self, obj: Organisation) -> str:
        """The name, indented by its depth in the tree."""
        depth = max(0, obj.path.count("/") - 2)
        return format_html('<span class="tree tree--{}">{}</span>', min(depth, 5), obj.name)

    @display(description=gettext_lazy("checkpoints"))
    def doors(self, obj: Organisation) -> int:
        return len(obj.checkpoints.all())

    def save_model(self, request: HttpRequest, obj: Organisation, form: Any, change: bool) -> None:
        if change:
            edit_organisation(obj, obj.name, obj.name_en, request.user)
            return
        made = add_organisation(obj.name, obj.kind, obj.region_id, obj.parent, obj.name_en, request.user)
        obj.pk, obj.path = made.pk, made.path


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
    list_display = ("site_no", "named", "organisation", "type_named", "state_named", "generation", "devices")
    list_display_links = ("named",)
    list_filter = ("state", TypeFilter, ScannerFilter)
    search_fields = ("name", "name_en", "organisation__name", "organisation__name_en")
    ordering = ("site_no", "pk")
    list_per_page = 100
    actions = ("posters", "open_doors", "close_doors", "void")
    actions_detail = ("poster_of", "move", "void_of")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Checkpoint]:
        return checkpoints_of(request.user, self.permission).prefetch_related("devices")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("organisation", "site_no", "state_named", "generation") if obj else ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        shown = ("organisation", "site_no", "name", "name_en", "type", "latitude", "longitude")
        return (*shown, "state_named", "generation") if obj else shown

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
        return _with_ids("places_posters", queryset)

    @admin.action(description=gettext_lazy("Open …"), permissions=["change"])
    def open_doors(self, request: HttpRequest, queryset: QuerySet[Checkpoint]) -> HttpResponse:
        return _with_ids("places_change", queryset, "in_use")

    @admin.action(description=gettext_lazy("Close …"), permissions=["change"])
    def close_doors(self, request: HttpRequest, queryset: QuerySet[Checkpoint]) -> HttpResponse:
        return _with_ids("places_change", queryset, "closed")

    @admin.action(description=gettext_lazy("Void posters …"), permissions=["change"])
    def void(self, request: HttpRequest, queryset: QuerySet[Checkpoint]) -> HttpResponse:
        return _with_ids("places_change", queryset, "void")

    @action(description=gettext_lazy("Poster"), url_path="poster", icon="print")
    def poster_of(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return _with_ids("places_posters", self.get_queryset(request).filter(pk=object_id))

    @action(
        description=gettext_lazy("Open or close"), url_path="move", icon="door_front", permissions=["edit"]
    )
    def move(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = self.get_queryset(request).filter(pk=object_id)
        state = found.values_list("state", flat=True).first()
        wanted = {"planned": "built", "in_use": "closed"}.get(state or "", "in_use")
        return _with_ids("places_change", found, wanted)

    @action(description=gettext_lazy("Void posters"), url_path="void", icon="block", permissions=["edit"])
    def void_of(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return _with_ids("places_change", self.get_queryset(request).filter(pk=object_id), "void")

    def has_edit_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Asked by the detail actions."""
        return may(request.user, self.edit_permission)


class StatusFilter(admin.SimpleListFilter):
    """Devices by where they stand."""

    title = gettext_lazy("status")
    parameter_name = "status"
    _rows: ClassVar[dict[str, dict[str, Any]]] = {
        "waiting": {"revoked_at": None, "enrolled_at": None},
        "paired": {"revoked_at": None, "enrolled_at__isnull": False},
        "revoked": {"revoked_at__isnull": False},
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waiting", _("waiting to be paired")), ("paired", _("paired")), ("revoked", _("revoked"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Device]) -> QuerySet[Device]:
        return queryset.filter(**self._rows.get(self.value() or "", {}))


@admin.register(Device)
class DeviceAdmin(PlacesAdmin):
    permission = "devices.view"
    edit_permission = "devices.enrol"
    form = DeviceForm
    list_display = ("name", "place", "kind", "status", "label", "enrolled_at")
    list_filter = (StatusFilter, "kind")
    search_fields = ("name", "label", "checkpoint__name", "organisation__name")
    ordering = ("-created_at",)
    actions_detail = ("pairing", "revoke")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Device]:
        return devices_of(request.user, self.permission)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ("checkpoint", "organisation", "name", "kind")
        return (
            "name",
            "place",
            "kind",
            "status",
            "label",
            "generation",
            "created_at",
            "enrolled_at",
            "revoked_at",
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.get_fields(request, obj) if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description=gettext_lazy("place"))
    def place(self, obj: Device) -> str:
        if obj.checkpoint:
            return obj.checkpoint.name
        return _("%s, every checkpoint") % obj.organisation.name

    @display(description=gettext_lazy("status"))
    def status(self, obj: Device) -> str:
        if obj.revoked_at:
            return "⊘ " + _("revoked")
        return "● " + _("paired") if obj.enrolled_at else "○ " + _("waiting to be paired")

    def save_model(self, request: HttpRequest, obj: Device, form: Any, change: bool) -> None:
        place = obj.checkpoint or obj.organisation
        pairing = enrol_device(place, obj.name, request.user, timezone.now(), obj.kind)
        obj.pk = pairing.device.pk
        request.pairing = pairing  # type: ignore[attr-defined]

    def response_add(self, request: HttpRequest, obj: Device, post_url_continue: Any = None) -> HttpResponse:
        """The pairing code is shown in the answer itself: it is stored nowhere."""
        return show_pairing(request, request.pairing)  # type: ignore[attr-defined]

    @action(
        description=gettext_lazy("Pairing code"), url_path="pairing", icon="qr_code_2", permissions=["enrol"]
    )
    def pairing(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return HttpResponseRedirect(reverse("places_pairing", args=[object_id]))

    @action(description=gettext_lazy("Revoke"), url_path="revoke", icon="block", permissions=["enrol"])
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return HttpResponseRedirect(reverse("places_revoke", args=[object_id]))

    def has_enrol_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Asked by the detail actions."""
        return may(request.user, self.edit_permission)


def _with_ids(page: str, queryset: QuerySet[Any], *args: str) -> HttpResponse:
    ids = ",".join(str(pk) for pk in queryset.values_list("pk", flat=True))
    return HttpResponseRedirect(f"{reverse(page, args=args)}?{urlencode({'ids': ids})}")
