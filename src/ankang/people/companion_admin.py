"""The console's list of companions: masked on both sides, narrowed to the reader's regions (A6, G2, G3)."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from ankang.base.admin import ReadOnlyAdmin
from ankang.base.permissions import regions_where
from ankang.base.services import region_codes_below
from ankang.core.masking import mask_name

from .models import Companion
from .words import COMPANION_BASES


@admin.register(Companion)
class CompanionAdmin(ReadOnlyAdmin):
    permission = "people.view"
    list_display = ("holder_name", "companion_name", "basis", "agreed_at", "walks_until", "ended_at")
    list_display_links = None
    list_per_page = 50
    ordering = ("-agreed_at", "-id")
    fields = list_display
    readonly_fields = list_display

    def get_queryset(self, request: HttpRequest) -> QuerySet[Companion]:
        """Pairs whose both sides live in the reader's regions."""
        regions = region_codes_below(regions_where(request.user, self.permission))
        rows = Companion.objects.filter(holder__town__in=regions, companion__town__in=regions)
        return rows.select_related("holder", "companion")

    @display(description=_("holder"))
    def holder_name(self, pair: Companion) -> str:
        return mask_name(pair.holder.name)

    @display(description=_("companion"))
    def companion_name(self, pair: Companion) -> str:
        return mask_name(pair.companion.name)

    @display(description=_("how agreed"))
    def basis(self, pair: Companion) -> Any:
        return COMPANION_BASES[pair.how]

    @display(description=_("walks along until"))
    def walks_until(self, pair: Companion) -> str:
        lives = pair.along_until is not None and pair.along_until > timezone.now()
        return f"{timezone.localtime(pair.along_until):%m-%d %H:%M}" if lives else "—"
