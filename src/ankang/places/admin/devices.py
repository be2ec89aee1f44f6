"""Devices: enter, pair, revoke."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from ankang.base.permissions import may

from ..forms import DeviceForm
from ..models import Device
from ..services import devices_of, enrol_device
from ..views import show_pairing
from .screen import PlacesAdmin


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
    list_display = ("name", "place", "lane", "kind", "status", "label", "enrolled_at")
    list_filter = (StatusFilter, "kind")
    search_fields = ("name", "label", "checkpoint__name", "organisation__name")
    ordering = ("-created_at",)
    actions_detail = ("pairing", "revoke")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Device]:
        return devices_of(request.user, self.permission)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ("checkpoint", "organisation", "name", "lane", "kind")
        return (
            "name",
            "place",
            "lane",
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
        pairing = enrol_device(place, obj.name, request.user, timezone.now(), obj.kind, obj.lane)
        obj.pk = pairing.device.pk
        request.pairing = pairing  # type: ignore[attr-defined]

    def response_add(self, request: HttpRequest, obj: Device, post_url_continue: Any = None) -> HttpResponse:
        """The pairing code is shown in the answer itself: it is stored nowhere."""
        return show_pairing(request, request.pairing)  # type: ignore[attr-defined]

    @action(description=gettext_lazy("Pairing code"), url_path="pairing", icon="qr_code_2", permissions=["enrol"])
    def pairing(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return HttpResponseRedirect(reverse("places_pairing", args=[object_id]))

    @action(description=gettext_lazy("Revoke"), url_path="revoke", icon="block", permissions=["enrol"])
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return HttpResponseRedirect(reverse("places_revoke", args=[object_id]))

    def has_enrol_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Asked by the detail actions."""
        return may(request.user, self.edit_permission)
