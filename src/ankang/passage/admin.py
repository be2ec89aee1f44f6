"""The back-office list of visits: doors and answers, never a person."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display

from ankang.base.admin import ReadOnlyAdmin
from ankang.core.colours import Colour
from ankang.core.verdicts import Direction, Reason, Verdict, VisitKind, sentence
from ankang.places.models import Device
from ankang.places.services import checkpoints_of

from .models import Visit
from .rules import NOBODY, day_of_moment
from .services import stored_days

LOOKED_AT = frozenset(
    {Reason.OK, Reason.NOT_ENTITLED, Reason.COLOUR, Reason.STALE, Reason.TEMPERATURE, Reason.PRESENCE}
)
"""With any other reason nobody looked at the colour: the stored grey says nothing about the person."""


def verdict_word(verdict: int) -> str:
    """A verdict with its sign, in the reader's language."""
    words = {Verdict.ADMIT: "✓ " + _("admitted"), Verdict.DENY: "✕ " + _("denied")}
    return words.get(Verdict(verdict), "? " + _("referred to staff"))


class DayFilter(admin.SimpleListFilter):
    """One day (04:00 to 04:00), today unless another is chosen: only that day's partition is read."""

    title = gettext_lazy("day")
    parameter_name = "on"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        today = day_of_moment(timezone.now().timestamp())
        names = {today: _("today"), today - timedelta(days=1): _("yesterday")}
        past = [day for day in reversed(stored_days()) if day <= today]
        return [(day.isoformat(), names.get(day, day.isoformat())) for day in past[:31]]

    def day(self) -> date:
        """The day shown."""
        try:
            return date.fromisoformat(self.value() or "")
        except ValueError:
            return day_of_moment(timezone.now().timestamp())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Visit]) -> QuerySet[Visit]:
        return queryset.filter(day=self.day())

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:
        for value, title in self.lookup_choices:
            yield {
                "selected": self.day().isoformat() == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": title,
            }


class _NumberFilter(admin.SimpleListFilter):
    """Visits with one number in the column ``parameter_name``."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Visit]) -> QuerySet[Visit]:
        chosen = self.value() or ""
        return queryset.filter(**{self.parameter_name: int(chosen)}) if chosen.isdigit() else queryset


class VerdictFilter(_NumberFilter):
    title = gettext_lazy("answer")
    parameter_name = "verdict"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(verdict.value), verdict_word(verdict)) for verdict in Verdict]


class ColourFilter(_NumberFilter):
    title = gettext_lazy("colour")
    parameter_name = "colour"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(colour.value), colour.word(get_language() or "zh")) for colour in Colour]


class CheckpointFilter(_NumberFilter, DropdownFilter):
    """A list of many doors, so a drop-down."""

    title = gettext_lazy("checkpoint")
    parameter_name = "checkpoint"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        english = get_language() == "en"
        rows = checkpoints_of(request.user, "visits.view").order_by("site_no", "pk")
        return [(str(row.pk), row.name_en if english and row.name_en else row.name) for row in rows]


@admin.register(Visit)
class VisitAdmin(ReadOnlyAdmin):
    permission = "visits.view"
    list_display = ("when", "door", "lane", "answer", "why", "mark", "way", "how", "pseudonym")
    list_filter = (DayFilter, CheckpointFilter, VerdictFilter, ColourFilter)
    list_filter_submit = True
    list_per_page = 100
    ordering = ("-at",)
    list_select_related = ("checkpoint",)
    list_fullwidth = True
    fields = (*list_display, "leader", "heat", "received_at", "device", "visit")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Visit]:
        rows = Visit.objects.filter(checkpoint__in=checkpoints_of(request.user, self.permission).values("pk"))
        return rows.annotate(lane_word=Subquery(Device.objects.filter(pk=OuterRef("device")).values("lane")))

    @display(description=gettext_lazy("time"), ordering="at")
    def when(self, obj: Visit) -> str:
        return format_html('<span class="number whole">{}</span>', f"{timezone.localtime(obj.at):%m-%d %H:%M:%S}")

    @display(description=gettext_lazy("checkpoint"))
    def door(self, obj: Visit) -> str:
        return obj.checkpoint.name_en or obj.checkpoint.name if get_language() == "en" else obj.checkpoint.name

    @display(description=gettext_lazy("lane"))
    def lane(self, obj: Visit) -> str:
        return getattr(obj, "lane_word", None) or "—"

    @display(description=gettext_lazy("answer"), ordering="verdict")
    def answer(self, obj: Visit) -> str:
        return format_html('<span class="whole">{}</span>', verdict_word(obj.verdict))

    @display(description=gettext_lazy("reason"))
    def why(self, obj: Visit) -> str:
        if obj.reason == Reason.OK:
            return "—"
        said = sentence(Reason(obj.reason), get_language() or "zh", VisitKind(obj.kind), Verdict(obj.verdict))
        return format_html('<span class="roomy">{}</span>', said)

    @display(description=gettext_lazy("colour"), ordering="colour")
    def mark(self, obj: Visit) -> str:
        return colour_mark(Colour(obj.colour)) if obj.reason in LOOKED_AT else "—"

    @display(description=gettext_lazy("direction"))
    def way(self, obj: Visit) -> str:
        word = _("entry") if obj.direction == Direction.ENTRY else _("exit")
        return format_html('<span class="whole">{}</span>', f"{word} {self.heat(obj)}".removesuffix(" —"))

    @display(description=gettext_lazy("temperature"))
    def heat(self, obj: Visit) -> str:
        return "—" if obj.temperature is None else f"{obj.temperature / 10:.1f}\u00a0°C"

    @display(description=gettext_lazy("how"))
    def how(self, obj: Visit) -> str:
        words = {
            VisitKind.VERIFY: _("by staff"),
            VisitKind.SCAN: _("self-scan"),
            VisitKind.GROUP: _("group, by staff"),
            VisitKind.COMPANION: _("as companion"),
        }
        word = words.get(VisitKind(obj.kind), _("off line"))
        return format_html('<span class="whole">{}</span>', word)

    @display(description=gettext_lazy("pseudonym of the day"))
    def pseudonym(self, obj: Visit) -> str:
        return _short(obj.trace)

    @display(description=gettext_lazy("led in by (pseudonym)"))
    def leader(self, obj: Visit) -> str:
        return _short(obj.led_by or NOBODY)


def _short(trace: UUID) -> str:
    return format_html('<span class="mono">{}</span>', "—" if trace == NOBODY else trace.hex[:8])


def colour_mark(colour: Colour) -> str:
    """A code colour as colour, word and shape."""
    return format_html(
        '<span class="code-mark code-mark--{0}"><svg class="code-mark__shape" aria-hidden="true">'
        '<use href="/static/dist/shapes.svg#{0}"/></svg>{1}</span>',
        colour.slug,
        colour.word(get_language() or "zh"),
    )
