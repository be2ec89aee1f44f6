"""The console's list of people: masked, narrowed to the reader's regions (G2, G3).

Whoever looks for one person uses the console's search: it asks for the purpose and goes on record.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from ankang.base.admin import ReadOnlyAdmin
from ankang.base.confirming import confirmed_lately
from ankang.base.errors import ConfirmYourself, NotFound
from ankang.base.permissions import may, regions_where
from ankang.base.services import region_codes_below
from ankang.core.identifiers import DocumentKind

from .models import Person
from .services import masked, unmask_person
from .words import APPLIED_VIA, READ_FIELDS, READ_PURPOSES


class TownFilter(admin.SimpleListFilter):
    """People of one town among the reader's."""

    title = _("town")
    parameter_name = "town"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        towns = model_admin.get_queryset(request).order_by().values_list("town_id", "town__name").distinct()
        return sorted(towns)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Person]) -> QuerySet[Person]:
        return queryset.filter(town__in=[self.value()]) if self.value() and "\0" not in self.value() else queryset


class UnmaskForm(forms.Form):
    """Why somebody needs to see a person's data in full."""

    purpose = forms.ChoiceField(label=_("purpose"), choices=list(READ_PURPOSES.items()), widget=UnfoldAdminSelectWidget)
    note = forms.CharField(
        label=_("case or order number"), max_length=100, required=False, widget=UnfoldAdminTextInputWidget
    )

    def words(self) -> str:
        """The purpose as it goes on record: the choice, and the note."""
        note = self.cleaned_data["note"]
        return f"{self.cleaned_data['purpose']}: {note}" if note else str(self.cleaned_data["purpose"])


@admin.register(Person)
class PersonAdmin(ReadOnlyAdmin):
    permission = "people.view"
    list_display = ("masked_name", "document_word", "masked_document", "masked_phone", "town", "created_at")
    list_display_links = ("masked_name",)
    list_filter = (TownFilter,)
    list_select_related = ("town",)
    list_per_page = 50
    ordering = ("-created_at", "-id")
    fields = (
        "masked_name",
        "document_word",
        "masked_document",
        "masked_phone",
        "town",
        "created_at",
        "via",
    )
    readonly_fields = fields
    actions = ("print_sheets",)
    actions_on_top = True
    actions_detail = ("unmask",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Person]:
        return self._within(request, self.permission)

    @display(description=_("full name"))
    def masked_name(self, person: Person) -> str:
        return masked(person).name

    @display(description=_("document"))
    def document_word(self, person: Person) -> str:
        return DocumentKind(person.document_kind).word(get_language() or "zh-hans")

    @display(description=_("number"))
    def masked_document(self, person: Person) -> str:
        return masked(person).document

    @display(description=_("phone"))
    def masked_phone(self, person: Person) -> str:
        return masked(person).phone

    @display(description=_("applied by"))
    def via(self, person: Person) -> str:
        return str(APPLIED_VIA.get(person.applied_via, person.applied_via))

    def has_issue_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, "carriers.issue")

    @admin.action(description=_("Print sheets …"), permissions=["issue"])
    def print_sheets(self, request: HttpRequest, queryset: QuerySet[Person]) -> HttpResponse:
        ids = ",".join(str(pk) for pk in queryset.values_list("pk", flat=True))
        return HttpResponseRedirect(f"{reverse('bulk', args=['people-sheets'])}?ids={ids}")

    def has_unmask_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, "people.unmask")

    @action(description=_("Show in full"), url_path="unmask", permissions=["unmask"], icon="visibility")
    def unmask(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for the purpose; put the read on record; then show the data, on this answer only."""
        if not confirmed_lately(request):
            raise ConfirmYourself()
        people = self._within(request, "people.unmask")
        person = people.filter(pk=int(object_id)).first() if object_id.isdecimal() else None
        if person is None:
            raise NotFound()
        form = UnmaskForm(request.POST or None)
        shown = None
        if request.method == "POST" and form.is_valid():
            shown = unmask_person(person, request.user, form.words(), timezone.now())
        context = self.admin_site.each_context(request) | {
            "title": _("Show in full"),
            "opts": self.opts,
            "original": person,
            "person": masked(person),
            "form": form,
            "shown": shown,
            "rows": [(READ_FIELDS[field], value) for field, value in (shown or {}).items()],
        }
        return TemplateResponse(request, "people/unmask.html", context)

    def _within(self, request: HttpRequest, permission: str) -> QuerySet[Person]:
        regions = region_codes_below(regions_where(request.user, permission))
        return Person.objects.filter(town__in=regions).select_related("town")
