"""What people type into this room's pages; lengths are bounded here, meaning is checked in services."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ankang.base.plain_text import visible
from ankang.people.words import READ_PURPOSES, fault_words

from .services.reads import Wanted

_FIELD = {"class": "field-input"}
_BAD = {"null_characters_not_allowed": _("There is a sign in it that cannot be used. Please type it again.")}


def _line(label: Any, longest: int = 100, required: bool = False, **attrs: str) -> forms.CharField:
    messages = {**_BAD, "required": _("Please write something here.")}
    widget = forms.TextInput(_FIELD | {"autocomplete": "off"} | attrs)
    return forms.CharField(label=label, max_length=longest, required=required, widget=widget, error_messages=messages)


class PurposeForm(forms.Form):
    """The purpose of a look-up: one of the list, and words that are obligatory."""

    purpose = forms.ChoiceField(
        label=_("purpose"),
        choices=[("", "–"), *READ_PURPOSES.items()],
        widget=forms.Select(_FIELD),
        error_messages={"required": _("Choose from the list."), "invalid_choice": _("Choose from the list.")},
    )
    note = _line(_("what for: case, order or event"), required=True)

    def clean_note(self) -> str:
        """The words without what nobody sees, and some of them."""
        if note := visible(self.cleaned_data["note"]):
            return note
        raise forms.ValidationError(_("Please write something here."))

    def words(self) -> str:
        """The purpose as it goes on record."""
        return f"{self.cleaned_data['purpose']}: {self.cleaned_data['note']}"


class WhoForm(forms.Form):
    """Who is looked up: the document number, or the full name and the birth date."""

    number = _line(_("document number"), 60, autocapitalize="characters", spellcheck="false")
    name = _line(_("full name"), 100, spellcheck="false")
    born = _line(_("birth date"), 10, type="date")

    def clean(self) -> dict[str, Any]:
        """One way or the other, and that one whole."""
        data = super().clean() or {}
        number, name, born = (data.get(field, "") for field in ("number", "name", "born"))
        if self.errors:
            return data
        if number and (name or born):
            self.add_error("number", _("Write the number, or the name and the birth date; not both."))
        elif not number and not name and not born:
            self.add_error("number", _("Write the document number here, or the name and the birth date below."))
        elif not number and not name:
            self.add_error("name", _("Write the full name, as on the document."))
        elif not number and not born:
            self.add_error("born", _("The birth date is needed too: nobody is found by the name alone."))
        return data

    def say(self, faults: dict[str, str]) -> None:
        """Show the faults that a service found, by field."""
        for field, code in faults.items():
            self.add_error(field, fault_words(field, code))


class SearchForm(forms.Form):
    """What an auditor looks for. A document wants a purpose."""

    reader = _line(_("reader"))
    office = _line(_("office"))
    purpose = _line(_("words in the purpose"))
    since = forms.DateField(label=_("first day"), required=False, widget=forms.DateInput(_FIELD | {"type": "date"}))
    until = forms.DateField(label=_("last day"), required=False, widget=forms.DateInput(_FIELD | {"type": "date"}))
    unusual = forms.BooleanField(label=_("only unusual ones"), required=False)

    def wanted(self, **given: str) -> Wanted:
        """The search; a field that cannot be read does not matter."""
        data = getattr(self, "cleaned_data", {})
        until = data.get("until")
        return Wanted(
            reader=data.get("reader", ""),
            office=data.get("office", ""),
            purpose=data.get("purpose", ""),
            since=_start(data.get("since")),
            until=_start(until + timedelta(days=1)) if until and until.year < 9999 else None,
            unusual=bool(data.get("unusual")),
            **given,
        )


class PersonForm(forms.Form):
    """Reads of one person: the document, and why the auditor asks."""

    document = _line(_("document or phone of the person"), 60, required=True)
    why = _line(_("why you look for this person"), required=True)


def _start(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), timezone.get_current_timezone()) if day and day.year > 1970 else None
