"""What the three screens share."""

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ankang.base.admin import ReadOnlyAdmin
from ankang.base.bulk_actions import MOST_ROWS
from ankang.base.permissions import may

from ..forms import MOST_CHOICES, TypedPlaceField
from ..services import checkpoints_of, organisations_of

TREE_ORDER = (RawSQL("string_to_array(trim(both '/' from path), '/')::bigint[]", []),)


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
        if "queryset" in kwargs and kwargs["queryset"].order_by()[MOST_CHOICES : MOST_CHOICES + 1].exists():
            return TypedPlaceField(kwargs["queryset"], label=capfirst(db_field.verbose_name), required=not db_field.blank)
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


def with_ids(request: HttpRequest, page: str, queryset: QuerySet[Any], *args: str) -> HttpResponse:
    """On to ``page`` with the chosen rows; more than it takes at once are refused, never cut off."""
    numbers = list(queryset.values_list("pk", flat=True)[: MOST_ROWS + 1])
    if len(numbers) > MOST_ROWS:
        messages.warning(request, _("At most %d rows at once. Choose fewer, or narrow the list.") % MOST_ROWS)
        return HttpResponseRedirect(request.get_full_path())
    ids = ",".join(map(str, numbers))
    return HttpResponseRedirect(f"{reverse(page, args=args)}?{urlencode({'ids': ids})}")
