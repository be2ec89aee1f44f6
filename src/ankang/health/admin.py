"""Back-office screens of health. All of them only look: a colour is computed, evidence is appended by
services.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from unfold.decorators import display

from ankang.base.admin import ReadOnlyAdmin
from ankang.core.colours import Colour as CodeColour
from ankang.core.evidence import EvidenceKind, check_evidence
from ankang.people.services import MaskedPerson, masked_people

from .marks import colour_mark
from .models import Colour, ColourChange, Evidence, Retraction
from .services import ReasonView
from .services.colours import view_of
from .services.evidence import SOURCE_FIELDS
from .services.staff import rows_in_reach
from .words import attributes_in_words


class HealthAdmin(ReadOnlyAdmin):
    """A screen over rows that carry a person number: narrowed to the reader's regions, persons masked."""

    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return rows_in_reach(super().get_queryset(request), request.user, self.permission)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        self.complete(changelist.result_list)
        return changelist

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            self.complete([row])
        return row

    def complete(self, rows: Sequence[Any]) -> None:
        """Give each row its masked person: one query a page, not one a row."""
        people = masked_people({row.person for row in rows})
        for row in rows:
            row.masked = people.get(row.person)

    @display(description=gettext_lazy("person"))
    def who(self, row: Any) -> str:
        """Masked name and town."""
        masked: MaskedPerson | None = row.masked
        return f"{masked.name} · {masked.town}" if masked else "–"

    @display(description=gettext_lazy("document"))
    def document(self, row: Any) -> str:
        """The masked document number."""
        return row.masked.document if row.masked else "–"


class ColourFilter(admin.SimpleListFilter):
    """People or changes of one colour, in the reader's words."""

    title = gettext_lazy("colour")
    parameter_name = "is"
    field = "colour"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        lang = get_language() or "zh-hans"
        return [(colour.slug, colour.word(lang)) for colour in CodeColour]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = {colour.slug: colour.value for colour in CodeColour}.get(str(self.value()))
        return queryset if chosen is None else queryset.filter(**{self.field: chosen})


class NewColourFilter(ColourFilter):
    """Changes to one colour."""

    field = "new"


class KindFilter(admin.SimpleListFilter):
    """Evidence of one kind, in the reader's words."""

    title = gettext_lazy("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind.value, kind.word(get_language() or "zh-hans")) for kind in EvidenceKind]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Evidence]) -> QuerySet[Evidence]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class FeedFilter(admin.SimpleListFilter):
    """Evidence of one feed, among those that sent something lately."""

    title = gettext_lazy("feed")
    parameter_name = "feed"
    lately = 5_000

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        latest = model_admin.get_queryset(request).order_by("-recorded_at").values_list("source__feed", flat=True)
        chosen = request.GET.get(self.parameter_name)
        return [(feed, feed) for feed in sorted({*latest[: self.lately], chosen} - {None, ""})]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Evidence]) -> QuerySet[Evidence]:
        return queryset.filter(source__feed=self.value()) if self.value() else queryset


class RetractedFilter(admin.SimpleListFilter):
    """Evidence that counts, or that was retracted."""

    title = gettext_lazy("standing")
    parameter_name = "retracted"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", _("counts")), ("yes", _("retracted"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Evidence]) -> QuerySet[Evidence]:
        said = Exists(Retraction.objects.filter(person=OuterRef("person"), evidence=OuterRef("id")))
        return {"yes": queryset.filter(said), "no": queryset.filter(~said)}.get(str(self.value()), queryset)


@admin.register(Colour)
class ColourAdmin(HealthAdmin):
    """Colours with their reasons in words."""

    permission = "colours.view"
    list_display = ("who", "mark", "why", "since", "until")
    list_filter = (ColourFilter,)
    ordering = ("-evaluated_at", "person")
    fields = ("who", "document", "mark", "since", "until", "explained", "rule_set", "evaluated_at", "past")
    readonly_fields = fields

    @display(description=gettext_lazy("colour"), ordering="colour")
    def mark(self, row: Colour) -> SafeString:
        """Colour, word and shape."""
        return colour_mark(row.colour)

    @display(description=gettext_lazy("why"))
    def why(self, row: Colour) -> str:
        """The reasons in short."""
        lang = get_language() or "zh-hans"
        return " · ".join(dict.fromkeys(reason.text(lang) for reason in view_of(row).reasons)) or "–"

    @display(description=gettext_lazy("reasons"))
    def explained(self, row: Colour) -> SafeString | str:
        """Each reason with its rule, since when, and what ends it."""
        reasons = view_of(row).reasons
        if not reasons:
            return _("Being checked.") if row.colour == CodeColour.GREY else _("Nothing on file restricts this person.")
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((_sentence(r),) for r in reasons)))

    @display(description=gettext_lazy("history"))
    def past(self, row: Colour) -> SafeString:
        """The way to every change and any past moment."""
        return format_html(
            '<a class="link" href="{}">{}</a>',
            reverse("colour_history", args=[row.person]),
            _("Colour history: every change, and why at any past moment"),
        )


@admin.register(ColourChange)
class ColourChangeAdmin(HealthAdmin):
    """The feed: every real change, in order."""

    permission = "colours.view"
    list_display = ("seq", "at", "who", "from_mark", "to_mark", "since", "until")
    list_display_links = None
    list_filter = (NewColourFilter,)
    ordering = ("-seq",)

    @display(description=gettext_lazy("from"), ordering="old")
    def from_mark(self, row: ColourChange) -> SafeString | str:
        """The colour before."""
        return "–" if row.old is None else colour_mark(row.old)

    @display(description=gettext_lazy("to"), ordering="new")
    def to_mark(self, row: ColourChange) -> SafeString:
        """The colour since."""
        return colour_mark(row.new)


@admin.register(Evidence)
class EvidenceAdmin(HealthAdmin):
    """What is on file, from whom; retracted records stay visible and say so."""

    permission = "evidence.view"
    list_display = ("occurred_at", "who", "kind_word", "details", "origin", "recorded_at", "standing")
    list_display_links = None
    list_filter = (KindFilter, FeedFilter, RetractedFilter)
    ordering = ("-recorded_at",)

    def complete(self, rows: Sequence[Any]) -> None:
        super().complete(rows)
        found = Retraction.objects.filter(person__in={row.person for row in rows})
        reasons = {retraction.evidence: retraction.reason for retraction in found}
        for row in rows:
            row.retracted = reasons.get(row.id)

    @display(description=gettext_lazy("kind"), ordering="kind")
    def kind_word(self, row: Evidence) -> SafeString:
        """The kind in the reader's language, and the way to the record's page."""
        word = EvidenceKind(row.kind).word(get_language() or "zh-hans")
        return format_html(
            '<a class="link" href="{}">{}</a>', reverse("evidence_record", args=[row.person, row.id]), word
        )

    @display(description=gettext_lazy("attributes"))
    def details(self, row: Evidence) -> str:
        """Attributes as name and value, in words."""
        attributes = check_evidence(row.kind, row.attributes)
        lang = get_language() or "zh-hans"
        return " · ".join(f"{name}: {value}" for name, value in attributes_in_words(attributes, lang))

    @display(description=gettext_lazy("source"))
    def origin(self, row: Evidence) -> str:
        """Organisation, feed, batch and row."""
        return " · ".join(str(row.source[name]) for name in SOURCE_FIELDS if name in row.source)

    @display(description=gettext_lazy("standing"))
    def standing(self, row: Any) -> str:
        """Whether the record counts, and if not, why."""
        return _("retracted: %(reason)s") % {"reason": row.retracted} if row.retracted else _("counts")


def _sentence(reason: ReasonView) -> str:
    lang = get_language() or "zh-hans"
    words = {
        "text": reason.text(lang),
        "rule": reason.rule,
        "since": _local(reason.since),
        "ends": reason.ends_when(lang),
        "until": f" ({_local(reason.until)})" if reason.until else "",
    }
    return _("%(text)s (rule %(rule)s, since %(since)s). Ends when: %(ends)s%(until)s") % words


def _local(moment: datetime) -> str:
    return date_format(localtime(moment), "Y-m-d H:i")
