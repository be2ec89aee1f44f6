"""Back-office screens of the foundations, and the read-only screen that most rooms use."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from .models import Region
from .permissions import may

LEVEL_WORDS = {
    "province": _("province"),
    "city": _("city"),
    "county": _("county"),
    "town": _("town"),
    "village": _("village"),
    "grid": _("grid cell"),
}


class ReadOnlyAdmin(ModelAdmin):
    """A list and a detail screen that change nothing; ``permission`` says who may look."""

    permission: ClassVar[str]
    compressed_fields = True
    list_filter_submit = False
    show_full_result_count = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, self.permission)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may(request.user, self.permission)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


admin.site.unregister(Group)
admin.site.unregister(User)


@admin.register(Region)
class RegionAdmin(ReadOnlyAdmin):
    permission = "board.view"
    list_display = ("named", "code", "level_word", "population", "target")
    list_display_links = ("named",)
    fields = ("named", "name_en", "code", "level_word", "population", "target")
    readonly_fields = fields
    search_fields = ("name", "name_en", "code")

    @display(description=_("name"), ordering="name")
    def named(self, region: Region) -> str:
        """In the reader's language."""
        return region.name_en if get_language() == "en" and region.name_en else region.name

    @display(description=_("level"), ordering="level")
    def level_word(self, region: Region) -> Any:
        """The level in words."""
        return LEVEL_WORDS.get(region.level, region.level)
