"""Forms about relatives, one's own changes, and the counter. Faults come from the services as codes, by field."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ankang.core.countries import countries
from ankang.core.identifiers import OWN_KINDS, DocumentKind

from .forms import PlainForm
from .rules import ENTRY_KINDS, GUARDIAN_KINDS, REQUIRED_PURPOSES, Application, check_born, check_country, check_who
from .words import GUARDIAN_KINDS as KIND_WORDS
from .words import LEGACY_SYSTEMS, READ_PURPOSES

_TOO_LONG = {
    "max_length": _("This is too long. Please check it."),
    "null_characters_not_allowed": _("There is a sign in it that cannot be used. Please type it again."),
}


def _line(label: Any, longest: int = 100, missing: Any = None, **attrs: str) -> forms.CharField:
    messages = _TOO_LONG | ({"required": missing} if missing else {})
    return forms.CharField(
        label=label,
        max_length=longest,
        required=missing is not None,
        error_messages=messages,
        widget=forms.TextInput(attrs),
    )


def _choice(label: Any, choices: Any = (), **attrs: Any) -> forms.ChoiceField:
    messages = {"required": _("Choose from the list."), "invalid_choice": _("Choose from the list.")}
    return forms.ChoiceField(label=label, choices=list(choices), error_messages=messages, **attrs)


class MemberForm(PlainForm):
    """Somebody who does not apply alone: name, document, country of a passport, birth date, town."""

    name = _line(_("full name"), missing=_("Write the name as on the document."), autocomplete="off")
    document_kind = _choice(_("document"))
    document = _line(_("document number"), autocomplete="off", autocapitalize="characters")
    country = _choice(_("country of the passport"), required=False)
    born = _line(_("birth date"), 10, type="date")
    town = _choice(_("town"))
    document_kinds: Any = (*OWN_KINDS, DocumentKind.BIRTH_CERTIFICATE)

    def __init__(self, *args: Any, towns: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lang = get_language() or "zh-hans"
        fields: Any = self.fields
        fields["document_kind"].choices = [(kind.value, kind.word(lang)) for kind in self.document_kinds]
        fields["country"].choices = [("", "–"), *countries(lang).items()]
        chosen = [(town.code, town.name_en if lang == "en" else town.name) for town in towns]
        fields["town"].choices = [("", _("Choose…")), *chosen]

    def application(self, **given: Any) -> Application:
        """What was typed, unchecked."""
        data = self.cleaned_data
        names = ("name", "document_kind", "document", "country", "born", "town")
        typed = {name: data.get(name) or "" for name in names}
        agreed = bool(data.get("agreed"))
        consents = REQUIRED_PURPOSES if agreed else frozenset()
        return Application(**{**typed, "phone": None, "declared": agreed, "consents": consents, "proof": 0, **given})


class RelativeForm(MemberForm):
    """A relative: a child, or an adult who agrees on the own phone or whose documents staff review."""

    kind = _choice(_("who"), [(kind, KIND_WORDS[kind]) for kind in GUARDIAN_KINDS])
    phone = _line(_("the relative's own mobile number"), 40, type="tel", inputmode="tel", autocomplete="off")
    agreed = forms.BooleanField(
        label=_("I agree for them, or they told me they agree; what I gave is true."),
        error_messages={"required": _("Please confirm that what you gave is true.")},
    )
    field_order = ("kind", "name", "document_kind", "document", "country", "born", "town", "phone", "agreed")


class DeskForm(MemberForm):
    """A person at a counter: a phone and papers are not needed."""

    document_kinds = tuple(DocumentKind)
    phone = _line(_("phone (leave empty if there is none)"), 40, autocomplete="off")
    phone_owner = _choice(_("whose phone"), [("own", _("the person's own")), ("helper", _("a helper's"))])
    guardian = _line(_("document number of the guardian (for a child)"), autocomplete="off")
    purpose = _choice(_("purpose"), list(READ_PURPOSES.items()))
    note = _line(_("case or order number"))
    agreed = forms.BooleanField(
        label=_("I read the required agreements and the declaration to the person, and they agree."),
        error_messages={"required": _("Without the person's agreement there is no code.")},
    )

    def words(self) -> str:
        """The purpose as it goes on record."""
        note = self.cleaned_data["note"]
        return f"{self.cleaned_data['purpose']}: {note}" if note else str(self.cleaned_data["purpose"])


class DocumentForm(PlainForm):
    """Another document of the same person."""

    document_kind = _choice(_("document"))
    document = _line(_("document number"), autocomplete="off")
    country = _choice(_("country of the passport"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lang, fields = get_language() or "zh-hans", self.fields
        kinds: Any = fields["document_kind"]
        nations: Any = fields["country"]
        kinds.choices = [(kind.value, kind.word(lang)) for kind in DocumentKind if kind is not DocumentKind.PROVISIONAL]
        nations.choices = [("", "–"), *countries(lang).items()]


class CompanionForm(PlainForm):
    """Somebody whom the person at the counter may bring along, by the document staff have seen."""

    name = _line(_("full name"), missing=_("Write the name as on the document."), autocomplete="off")
    document_kind = _choice(_("document"))
    document = _line(_("document number"), missing=_("Write the number of the document."), autocomplete="off")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="id_companion_%s", **kwargs)
        kinds: Any = self.fields["document_kind"]
        kinds.choices = [(kind.value, kind.word(get_language() or "zh-hans")) for kind in DocumentKind]


class ClaimForm(PlainForm):
    """A code issued on entry: the document, and the birth date or the day of entry."""

    document_kind = _choice(_("document"))
    country = _choice(_("country of the passport"), required=False)
    document = _line(
        _("document number"), missing=_("Write the number of the document."), autocomplete="off", autocapitalize="characters"
    )
    born = _line(_("birth date"), 10, type="date", autocomplete="bday")
    entered_on = _line(_("day of entry"), 10, type="date", autocomplete="off")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lang, fields = get_language() or "zh-hans", self.fields
        kinds: Any = fields["document_kind"]
        nations: Any = fields["country"]
        kinds.choices = [(kind.value, kind.word(lang)) for kind in ENTRY_KINDS]
        nations.choices = [("", _("Choose…")), *countries(lang).items()]

    def clean(self) -> dict[str, Any]:
        data, today = dict(self.cleaned_data), timezone.localdate()
        if {"document_kind", "document"} <= data.keys():
            data["document"], _name, faults = check_who(data["document_kind"], data["document"], "AB", today)
            self.say(faults | check_country(data["document_kind"], data.get("country", "")))
        for field in ("born", "entered_on"):
            self.say({field: "bad_date"} if check_born(data.get(field, ""), today)[1] else {})
        if not data.get("born") and not data.get("entered_on"):
            self.say({"born": "missing"})
        return data

    def said(self) -> dict[str, str]:
        """What was typed, checked; a permit has no country."""
        data = self.cleaned_data
        country = data["country"] if data["document_kind"] == DocumentKind.PASSPORT else ""
        return {**{key: data[key] for key in ("document_kind", "document", "born", "entered_on")}, "country": country}


class HandOverForm(PlainForm):
    """A traveller agrees at the counter: where they stay, and the agreements read to them."""

    town = _choice(_("town"))
    agreed = forms.BooleanField(
        label=_("I read the required agreements and the declaration to the person, and they agree."),
        error_messages={"required": _("Without the person's agreement there is no code.")},
    )

    def __init__(self, *args: Any, towns: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, auto_id="id_hand_%s", **kwargs)
        lang, field = get_language() or "zh-hans", self.fields["town"]
        field.choices = [("", _("Choose…")), *((one.code, one.name_en if lang == "en" else one.name) for one in towns)]  # type: ignore[attr-defined]


class TownForm(PlainForm):
    """Where I live now."""

    town = _choice(_("town"))

    def __init__(self, *args: Any, towns: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lang, field = get_language() or "zh-hans", self.fields["town"]
        field.choices = [(town.code, town.name_en if lang == "en" else town.name) for town in towns]  # type: ignore[attr-defined]


class OldCodeForm(PlainForm):
    """A registration code from before."""

    system = _choice(_("registration"), list(LEGACY_SYSTEMS.items()))
    number = _line(_("number of the code"), 60, _("Write the number of the old code."), autocomplete="off")


class NewPhoneForm(PlainForm):
    """My new number."""

    phone = _line(_("new mobile number"), 40, _("Write your mobile number."), type="tel", inputmode="tel", autocomplete="tel")


class DigitsForm(PlainForm):
    """The digits that came to the new phone, and those that came to the old one."""

    code = _line(_("6 digits from the new phone"), 40, inputmode="numeric", autocomplete="one-time-code")
    old_code = _line(_("6 digits from the old phone"), 40, inputmode="numeric", autocomplete="off")


class NewNameForm(PlainForm):
    """My name as the document shows it now."""

    name = _line(_("new name"), missing=_("Write the name as on the document."), autocomplete="name")


class DeskFindForm(PlainForm):
    """Whom staff serve, and why."""

    who = _line(_("document number, phone, or number of an old code"))
    system = _choice(_("old registration code"), [("", _("none: a document or phone")), *LEGACY_SYSTEMS.items()], required=False)
    purpose = _choice(_("purpose"), list(READ_PURPOSES.items()))
    note = _line(_("case or order number"))

    def words(self) -> str:
        """The purpose as it goes on record."""
        note = self.cleaned_data["note"]
        return f"{self.cleaned_data['purpose']}: {note}" if note else str(self.cleaned_data["purpose"])


class ReasonForm(PlainForm):
    """Why, in words that go on record."""

    reason = _line(_("reason, and the document that shows it"), 500)


class MergeForm(PlainForm):
    """The two records, by document or phone, and why they are one person's."""

    absorbed = _line(_("document of the record that ends"))
    survivor = _line(_("document of the record that goes on"))
    reason = _line(_("reason, and the document that shows it"), 500)


class CloseForm(PlainForm):
    """The digits, and whether name and document shall be erased too."""

    code = _line(_("6 digits"), 40, inputmode="numeric", autocomplete="one-time-code")
    erase = forms.BooleanField(label=_("Erase my name and document number too, as soon as the law allows."), required=False)


class LegacyForm(PlainForm):
    """A list of old registration codes."""

    system = _choice(_("which registration"), list(LEGACY_SYSTEMS.items()))
    file = forms.FileField(label=_("the list (CSV or XLSX)"), max_length=200)
