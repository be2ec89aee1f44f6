"""The tree of organisations."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy
from unfold.decorators import display

from ..forms import OrganisationForm
from ..models import Organisation
from ..services import add_organisation, edit_organisation, organisations_of
from .screen import TREE_ORDER, PlacesAdmin


@admin.register(Organisation)
class OrganisationAdmin(PlacesAdmin):
    permission = "checkpoints.view"
    edit_permission = "checkpoints.edit"
    form = OrganisationForm
    list_display = ("in_tree", "name_en", "kind", "region_named", "doors")
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

    @display(description=gettext_lazy("region"), ordering="region")
    def region_named(self, obj: Organisation) -> str:
        """In the reader's language."""
        return obj.region.name_en if get_language() == "en" and obj.region.name_en else obj.region.name

    @display(description=gettext_lazy("checkpoints"))
    def doors(self, obj: Organisation) -> int:
        return len(obj.checkpoints.all())

    def save_model(self, request: HttpRequest, obj: Organisation, form: Any, change: bool) -> None:
        if change:
            edit_organisation(obj, obj.name, obj.name_en, request.user)
            return
        made = add_organisation(obj.name, obj.kind, obj.region_id, obj.parent, obj.name_en, request.user)
        obj.pk, obj.path = made.pk, made.path
