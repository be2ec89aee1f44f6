"""What staff type into the pages of areas, history and evidence; the services check it once more."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ankang.core.rules.vocabulary import level_word
from ankang.people.words import READ_PURPOSES

from .models import LEVELS
from .services.declarations import LONGEST
from .services.retractions import LONGEST_REASON

_FIELD = {"class": "field-input"}
_MOMENTS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
FAULTS = {
    "unknown_region": _("This code never stood for a region. Six digits (GB/T 2260), or 9 or 12 within a county."),
    "unknown_level": _("Choose one of the levels."),
    "missing": _("This is needed."),
    "too_long": _("This is too long."),
    "bad_characters": _("Write letters and digits in one line; no control characters."),
    "out_of_range": _("An assessment begins between 1970 and 60 days from now, and ends before 2100."),
    "bad_order": _("The end must lie after the beginning, and before the end that stands."),
}


class Moment(forms.DateTimeField):
    """Date and time of day in Shanghai, as a browser's own field gives them."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput({"type": "datetime-local", **_FIELD}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, input_formats=_MOMENTS, **options)


class DeclareForm(forms.Form):
    """An assessment to be proposed."""

    code = forms.CharField(
        label=_("region code"), max_length=12, widget=forms.TextInput(_FIELD | {"inputmode": "numeric"})
    )
    name = forms.CharField(label=_("name"), max_length=LONGEST["name"], required=False, widget=forms.TextInput(_FIELD))
    level = forms.ChoiceField(label=_("level"), widget=forms.Select(_FIELD))
    since = Moment(label=_("since"))
    until = Moment(label=_("until (leave empty when it is open)"), required=False)
    source = forms.CharField(
        label=_("document that says so"), max_length=LONGEST["source"], widget=forms.TextInput(_FIELD)
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        lang = get_language() or "zh-hans"
        self.fields["level"].choices = [("", "–"), *((level, level_word(level, lang)) for level in LEVELS)]

    def add_faults(self, faults: dict[str, str]) -> None:
        """Put what the service found wrong beside the fields."""
        for field, fault in faults.items():
            self.add_error(field, FAULTS[fault])


class LiftForm(forms.Form):
    """When an assessment ends."""

    lift = Moment(label=_("ends at"))


class AtForm(forms.Form):
    """A past moment that is asked about, and with which knowledge."""

    at = Moment(label=_("date and time"))
    today = forms.BooleanField(label=_("with what is known today"), required=False)


class ReadForm(forms.Form):
    """Why somebody needs to see a person's health history."""

    purpose = forms.ChoiceField(label=_("purpose"), choices=list(READ_PURPOSES.items()), widget=forms.Select(_FIELD))
    note = forms.CharField(
        label=_("case or order number"), max_length=100, required=False, widget=forms.TextInput(_FIELD)
    )

    def words(self) -> str:
        """The purpose as it goes on record: the choice, and the note."""
        note = self.cleaned_data["note"]
        return f"{self.cleaned_data['purpose']}: {note}" if note else str(self.cleaned_data["purpose"])


class Paragraphs(forms.CharField):
    """Text of several lines: a line's end counts as one character, as browsers count it."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(str(value or "").replace("\r\n", "\n")))


class RetractForm(forms.Form):
    """Why a record was a mistake."""

    reason = Paragraphs(
        label=_("why the record was a mistake"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(_FIELD | {"rows": 3}),
    )
