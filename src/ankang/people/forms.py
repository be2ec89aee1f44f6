"""Forms of the citizen pages: every field has a size limit and says its fault in words."""

from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ankang.core.countries import countries
from ankang.core.identifiers import OWN_KINDS, DocumentKind

from .rules import CARD_KINDS, Faults, check_alone, check_details, check_digits, check_number, check_who
from .words import CARRIER_KINDS, PURPOSE_WORDS, READ_PURPOSES, fault_words


def posted(request: HttpRequest) -> QueryDict | None:
    """What the reader sent, also when it is nothing; ``None`` when the page is only opened."""
    return request.POST if request.method == "POST" else None


class PlainForm(forms.Form):
    """A form whose faults come from ``rules`` as codes and are shown as sentences."""

    use_required_attribute = False

    def say(self, faults: Faults) -> None:
        """Put the sentence of each fault at its field, unless the field has one already."""
        for field, code in faults.items():
            if field not in self.errors:
                self.add_error(field, fault_words(field, code))


def _text(missing: Any, longest: int = 100, **attrs: str) -> forms.CharField:
    messages = {
        "required": missing,
        "max_length": _("This is too long. Please check it."),
        "null_characters_not_allowed": _("There is a sign in it that cannot be used. Please type it again."),
    }
    return forms.CharField(max_length=longest, error_messages=messages, widget=forms.TextInput(attrs))


class WhoForm(PlainForm):
    """Who applies: name, document, number."""

    name = _text(_("Write the name as on the document."), autocomplete="name")
    document_kind = forms.ChoiceField(
        error_messages={
            "required": _("Choose one of the documents in the list."),
            "invalid_choice": _("Choose one of the documents in the list."),
        }
    )
    document = _text(_("Write the number of the document."), autocomplete="off", autocapitalize="characters")
    kinds = tuple(DocumentKind)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lang = get_language() or "zh-hans"
        kinds: Any = self.fields["document_kind"]
        kinds.choices = [(kind.value, kind.word(lang)) for kind in self.kinds]

    def clean(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        if {"document_kind", "document", "name"} <= data.keys():
            today = timezone.localdate()
            data["document"], data["name"], faults = check_who(
                data["document_kind"], data["document"], data["name"], today
            )
            self.say(faults)
        return data


class ApplyWhoForm(WhoForm):
    """Who applies: with a document of their own; a passport names its country."""

    country = forms.CharField(max_length=2, required=False)
    kinds = OWN_KINDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.countries = countries(get_language() or "zh-hans")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if "document_kind" in data:
            self.say(check_alone(data["document_kind"], data.get("country", "")))
        return data


class PhoneForm(PlainForm):
    """The phone that receives the one-time code."""

    phone = _text(_("Write your mobile number."), 40, type="tel", inputmode="tel", autocomplete="tel")

    def clean_phone(self) -> str:
        phone, faults = check_number(self.cleaned_data["phone"])
        self.say(faults)
        return phone


class CodeForm(PlainForm):
    """The six digits that came by message."""

    code = _text(_("Write the 6 digits of the message."), 40, inputmode="numeric", autocomplete="one-time-code")

    def clean_code(self) -> str:
        digits, faults = check_digits(self.cleaned_data["code"])
        self.say(faults)
        return digits


class DetailsForm(PlainForm):
    """Town, consents by purpose, declaration."""

    town = forms.CharField(max_length=40, required=False)
    declared = forms.BooleanField(required=False)

    def __init__(self, *args: Any, towns: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.towns = towns
        self.fields["consents"] = forms.MultipleChoiceField(
            choices=[(words.slug, words.title) for words in PURPOSE_WORDS if words.purpose.at_application],
            required=False,
            error_messages={"invalid_choice": _("Choose from the list.")},
        )
        self.order_fields(["town", "consents", "declared"])

    def clean(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        codes = {town.code for town in self.towns}
        self.say(check_details(data.get("town", ""), data.get("declared", False), data.get("consents", ()), codes))
        return data


class NumberForm(PhoneForm):
    """The number whose messages the demonstration's on-screen phone shows."""


class CardForm(PlainForm):
    """A card to bind: what it is, and the number on it or the identifier of its chip."""

    kind = forms.ChoiceField(label=_("kind of card"), choices=[(kind, CARRIER_KINDS[kind]) for kind in CARD_KINDS])
    number = _text(_("Write the number on the card."), 80, autocomplete="off", autocapitalize="characters")


class FindForm(PlainForm):
    """Staff: whose sheets and cards, and why."""

    document = forms.CharField(label=_("document number"), max_length=100)
    purpose = forms.ChoiceField(label=_("purpose"), choices=list(READ_PURPOSES.items()))
    note = forms.CharField(label=_("case or order number"), max_length=100, required=False)

    def words(self) -> str:
        """The purpose as it goes on record: the choice, and the note."""
        note = self.cleaned_data["note"]
        return f"{self.cleaned_data['purpose']}: {note}" if note else str(self.cleaned_data["purpose"])
