"""Back-office screens of the foundations, and the read-only screen that most rooms use."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from .models import Region
from .permissions import may


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
    list_display = ("name", "code", "level", "population", "target")
    search_fields = ("name", "code")
