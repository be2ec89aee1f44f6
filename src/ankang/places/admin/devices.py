"""Devices: enter, pair, revoke, and how they are."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from ankang.base.permissions import may

from ..device_models import DeviceReport
from ..forms import DeviceForm
from ..models import Device
from ..services import devices_of, enrol_device
from ..services.device_health import health_of, with_lamp
from ..views import show_pairing
from .screen import PlacesAdmin, with_ids


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


LAMPS = {
    "well": ("●", gettext_lazy("well")),
    "faulty": ("▲", gettext_lazy("reports a fault")),
    "silent": ("◌", gettext_lazy("silent")),
    "twins": ("◆", gettext_lazy("two machines under this number")),
    "never": ("○", gettext_lazy("has not reported yet")),
}


class HealthFilter(admin.SimpleListFilter):
    """Devices by how they are."""

    title = gettext_lazy("health")
    parameter_name = "health"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(lamp, word) for lamp, (_sign, word) in LAMPS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Device]) -> QuerySet[Device]:
        return with_lamp(queryset, self.value() or "", timezone.now())


@admin.register(Device)
class DeviceAdmin(PlacesAdmin):
    permission = "devices.view"
    edit_permission = "devices.enrol"
    form = DeviceForm
    list_display = ("name", "place", "lane", "kind", "status", "health", "last_seen", "clock", "queue", "version")
    list_filter = (HealthFilter, StatusFilter, "kind")
    search_fields = ("name", "label", "checkpoint__name", "organisation__name")
    ordering = ("-created_at",)
    actions = ("revoke_many",)
    actions_detail = ("pairing", "revoke")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Device]:
        return devices_of(request.user, self.permission).prefetch_related("reports")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ("checkpoint", "organisation", "name", "lane", "kind")
        return (
            "name",
            "place",
            "lane",
            "kind",
            "status",
            "health",
            "machines",
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

    @display(description=gettext_lazy("health"))
    def health(self, obj: Device) -> str:
        if obj.revoked_at or not obj.enrolled_at:
            return "–"
        sign, word = LAMPS[health_of(obj, timezone.now()).lamp]
        return f"{sign} {word}"

    @display(description=gettext_lazy("last seen"))
    def last_seen(self, obj: Device) -> Any:
        newest = self._newest(obj)
        return newest.at if newest else None

    @display(description=gettext_lazy("clock"))
    def clock(self, obj: Device) -> str:
        newest = self._newest(obj)
        return f"{newest.clock_offset:+.1f} s" if newest else "–"

    @display(description=gettext_lazy("visits waiting"))
    def queue(self, obj: Device) -> str:
        newest = self._newest(obj)
        return str(newest.queue) if newest else "–"

    @display(description=gettext_lazy("version"))
    def version(self, obj: Device) -> str:
        newest = self._newest(obj)
        return newest.version if newest else "–"

    @display(description=gettext_lazy("machines that report"))
    def machines(self, obj: Device) -> str:
        """One line a machine; more than one within ten minutes means that the credential was copied."""
        found = health_of(obj, timezone.now())
        lines = [_line(report) for report in found.machines]
        if found.lamp == "twins":
            lines.append(
                _(
                    "Two machines use this device's credential. Revoke it, or pair the right one again; their visits are kept apart."
                )
            )
        return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in lines)) or "–"

    def _newest(self, obj: Device) -> DeviceReport | None:
        return health_of(obj, timezone.now()).newest

    def save_model(self, request: HttpRequest, obj: Device, form: Any, change: bool) -> None:
        place = obj.checkpoint or obj.organisation
        pairing = enrol_device(place, obj.name, request.user, timezone.now(), obj.kind, obj.lane)
        obj.pk = pairing.device.pk
        request.pairing = pairing  # type: ignore[attr-defined]

    def response_add(self, request: HttpRequest, obj: Device, post_url_continue: Any = None) -> HttpResponse:
        """The pairing code is shown in the answer itself: it is stored nowhere."""
        return show_pairing(request, request.pairing)  # type: ignore[attr-defined]

    @admin.action(description=gettext_lazy("Revoke …"), permissions=["enrol"])
    def revoke_many(self, request: HttpRequest, queryset: QuerySet[Device]) -> HttpResponse:
        return with_ids(request, "bulk", queryset, "devices-revoke")

    @action(description=gettext_lazy("Pairing code"), url_path="pairing", icon="qr_code_2", permissions=["enrol"])
    def pairing(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return HttpResponseRedirect(reverse("places_pairing", args=[object_id]))

    @action(description=gettext_lazy("Revoke"), url_path="revoke", icon="block", permissions=["enrol"])
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return HttpResponseRedirect(reverse("places_revoke", args=[object_id]))

    def has_enrol_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Asked by the detail actions."""
        return may(request.user, self.edit_permission)


def _line(report: DeviceReport) -> str:
    """A machine's last word in one line."""
    seen = timezone.localtime(report.at).strftime("%m-%d %H:%M:%S")
    battery = _("battery %d %%") % report.battery if report.battery is not None else ""
    warmth = f"{report.temperature:.0f} °C" if report.temperature is not None else ""
    lists = _("list %d min old") % (report.list_age // 60) if report.list_age is not None else ""
    waiting = _("%d visits waiting") % report.queue
    parts = (
        report.hardware,
        seen,
        report.mode,
        f"{report.clock_offset:+.1f} s",
        waiting,
        lists,
        battery,
        warmth,
        report.version,
    )
    return " · ".join(part for part in (*parts, report.faults) if part)
