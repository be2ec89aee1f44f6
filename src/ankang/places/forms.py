"""Forms of the back office for organisations, checkpoints and devices; they check, the services write."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from ankang.base.models import Region

from .import_plan import LONGEST_NAME, letters_fault
from .models import Checkpoint, Device, Organisation
from .rules import type_choices
from .services import meant_by

MOST_CHOICES = 500
"""More than these are not offered in a list to choose from."""
NONE_MEANT = _("There is none of this number or name, or several have the name: type the number.")


def _visible(text: str) -> None:
    """Refuse what the services would: characters that nobody sees, letters of two alphabets that look alike."""
    if letters_fault(text):
        raise forms.ValidationError(_("Characters that nobody sees, or letters that look like others, cannot stand in a name."))


class TypedPlaceField(forms.ModelChoiceField):
    """An organisation or checkpoint where there are too many to choose from: its number or its whole name is typed."""

    widget = UnfoldAdminTextInputWidget

    def __init__(self, queryset: Any, **kwargs: Any) -> None:
        kwargs["help_text"] = _("Its number, as #12, or its whole name. Both stand in the list.")
        super().__init__(queryset, **kwargs)

    def to_python(self, value: Any) -> Any:
        """The row; several of one name are told by their number."""
        if value in self.empty_values:
            return None
        found = meant_by(str(value)[:LONGEST_NAME], self.queryset)
        if found is None:
            raise forms.ValidationError(NONE_MEANT)
        return found


class OrganisationForm(forms.ModelForm):
    """Name and place in the tree; the place is fixed once made."""

    name = forms.CharField(validators=[_visible], label=_("name"), max_length=80, widget=UnfoldAdminTextInputWidget)
    name_en = forms.CharField(
        validators=[_visible], label=_("English name"), max_length=160, required=False, widget=UnfoldAdminTextInputWidget
    )

    class Meta:
        model = Organisation
        fields = ("parent", "name", "name_en", "kind", "region")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "region" in self.fields:
            self.fields["region"].queryset = Region.objects.filter(level__in=["county", "town"])  # type: ignore[attr-defined]


class CheckpointForm(forms.ModelForm):
    """What staff may change by hand; state and poster edition move by actions."""

    name = forms.CharField(validators=[_visible], label=_("name"), max_length=80, widget=UnfoldAdminTextInputWidget)
    name_en = forms.CharField(
        validators=[_visible], label=_("English name"), max_length=160, required=False, widget=UnfoldAdminTextInputWidget
    )
    type = forms.TypedChoiceField(
        label=_("place type"),
        coerce=int,
        widget=UnfoldAdminSelectWidget,
        help_text=_("The type decides which colours may enter. Changing it voids the posters printed so far."),
    )
    latitude = forms.FloatField(
        label=_("latitude"),
        min_value=-90,
        max_value=90,
        required=False,
        widget=UnfoldAdminDecimalFieldWidget,
        help_text=_("Degrees. With both, a scan of the printed code proves presence by coarse location."),
    )
    longitude = forms.FloatField(
        label=_("longitude"),
        min_value=-180,
        max_value=180,
        required=False,
        widget=UnfoldAdminDecimalFieldWidget,
    )

    class Meta:
        model = Checkpoint
        fields = ("organisation", "name", "name_en", "type", "site_no", "latitude", "longitude")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if place_type := self.fields.get("type"):
            place_type.choices = type_choices(get_language() or "zh")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A position has two numbers or none."""
        data = super().clean() or {}
        if (data.get("latitude") is None) != (data.get("longitude") is None):
            self.add_error("longitude", _("Give both latitude and longitude, or neither."))
        return data


class DeviceForm(forms.ModelForm):
    """A new device: at one checkpoint, or at an organisation for all its checkpoints."""

    name = forms.CharField(
        validators=[_visible], label=_("name"),
        max_length=60,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("What the staff call it, for example: front door, phone 1."),
    )
    lane = forms.CharField(
        validators=[_visible], label=_("lane"),
        max_length=20,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Where a door has several lanes: which one. A code passes one lane only, whichever it is."),
    )

    class Meta:
        model = Device
        fields = ("checkpoint", "organisation", "name", "lane", "kind")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if organisation := self.fields.get("organisation"):
            organisation.required = False
            organisation.help_text = _("Only for a device that serves every checkpoint of a unit.")

    def clean(self) -> dict[str, Any]:
        """One place, and no live device of the same name there (a form sent twice makes one device)."""
        data = super().clean() or {}
        checkpoint, organisation = data.get("checkpoint"), data.get("organisation")
        if checkpoint is None and organisation is None:
            self.add_error("checkpoint", _("Choose a checkpoint, or a unit for all its checkpoints."))
            return data
        home = checkpoint.organisation if checkpoint else organisation
        twin = Device.objects.filter(organisation=home, name=data.get("name", "").strip(), revoked_at=None)
        if twin.exists():
            self.add_error("name", _("There is already a device of this name here."))
        data["organisation"] = home
        return data
