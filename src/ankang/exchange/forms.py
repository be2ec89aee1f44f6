"""Forms of the feeds' pages. The form of a single record is made from the feed's columns and checked by its own reader."""

import re
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ankang.base.reading import Column
from ankang.core.identifiers import DocumentKind

from .faults import RowFault, sentence
from .kinds import FeedKind
from .rows import RowReader
from .rules import FARTHEST

_DAY, _MINUTE = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?")
_LONGEST = 500


class RecordForm(forms.Form):
    """One record of a feed: a field a column, named by its attribute; faults stand at the field they are about."""

    use_required_attribute = False

    def __init__(self, kind: FeedKind, data: Any = None) -> None:
        super().__init__(data)
        self.kind, self.lang = kind, get_language() or "zh-hans"
        for column in kind.columns:
            self.fields[column.attribute] = _field(column, self.lang, str((data or {}).get(column.attribute, "")))

    def row(self) -> dict[str, str]:
        """The record as a row of the feed's file: header and cell; empty cells are left out."""
        cells = ((column.zh, self.cleaned_data.get(column.attribute, "")) for column in self.kind.columns)
        return {title: cell for title, cell in cells if cell}

    def clean(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        if not self.errors:
            reader = RowReader(self.kind, [column.zh for column in self.kind.columns], int(timezone.now().timestamp()))
            try:
                reader.read([data.get(column.attribute, "") for column in self.kind.columns])
            except RowFault as fault:
                self.say(fault.code, fault.column)
        return data

    def say(self, code: str, column: str) -> None:
        """Put the sentence of a row's fault at its column, or on top when it is about none."""
        at = next((one.attribute for one in self.kind.columns if one.zh == column), None)
        self.add_error("document" if at is None and code == "no_person" else at, sentence(code, self.lang))


class SubmitForm(forms.Form):
    """What goes with a submission: a note for who decides, and when it is to run."""

    note = forms.CharField(required=False, max_length=2000)
    run_at = forms.DateTimeField(required=False, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])

    def clean_run_at(self) -> datetime | None:
        """A moment of Beijing time that has not passed yet; empty: at once."""
        wanted: datetime | None = self.cleaned_data["run_at"]
        if wanted is not None and wanted <= timezone.now():
            raise forms.ValidationError(_("That moment has passed."))
        if wanted is not None and wanted > timezone.now() + FARTHEST:
            raise forms.ValidationError(_("That is more than a year ahead."))
        return wanted


class TokenForm(forms.Form):
    """A machine's token: its name, for which feeds, how long."""

    use_required_attribute = False
    label = forms.CharField(max_length=100, error_messages={"required": _("Give it a name.")})
    feeds = forms.MultipleChoiceField(error_messages={"required": _("Choose at least one feed.")})
    days = forms.IntegerField(
        initial=365,
        min_value=1,
        max_value=730,
        error_messages={
            "required": _("Between 1 and 730 days."),
            "invalid": _("Between 1 and 730 days."),
            "min_value": _("Between 1 and 730 days."),
            "max_value": _("Between 1 and 730 days."),
        },
    )

    def __init__(self, kinds: tuple[FeedKind, ...], data: Any = None) -> None:
        super().__init__(data)
        choices: Any = self.fields["feeds"]
        choices.choices = [(kind.slug, kind.word(get_language() or "zh-hans")) for kind in kinds]


def label_of(column: Column, lang: str) -> str:
    """A column's header as a label: ``sampled_at`` is "Sampled at" in English."""
    return column.zh if lang.startswith("zh") else column.en.replace("_", " ").capitalize()


def values_of(column: Column, lang: str) -> list[tuple[str, str]]:
    """The values of a column as (cell, words), each stored value once."""
    first: dict[str, str] = {}
    for spelling, value in column.values.items():
        first.setdefault(value, spelling)
    if lang.startswith("zh"):
        return [(spelling, spelling) for spelling in first.values()]
    return [(spelling, value.replace("_", " ")) for value, spelling in first.items()]


def _field(column: Column, lang: str, typed: str) -> forms.Field:
    needed = {"required": sentence("missing", lang), "max_length": sentence("too_long", lang)}
    choices = _choices(column, lang)
    if choices and typed in {"", *(cell for cell, _word in choices)}:
        widget: forms.Widget = forms.Select(attrs={"class": "field-input"}, choices=choices)
    else:
        widget = forms.TextInput(_input(column, typed))
    return forms.CharField(
        label=label_of(column, lang),
        required=column.required,
        max_length=_LONGEST,
        widget=widget,
        error_messages={**needed, "null_characters_not_allowed": sentence("nul_bytes", lang)},
        help_text=_hint(column, lang),
    )


def _choices(column: Column, lang: str) -> list[tuple[str, str]]:
    match column.type:
        case "choice":
            return [("", "–"), *values_of(column, lang)]
        case "flag":
            return [("", "–"), ("是", str(_("yes"))), ("否", str(_("no")))]
        case "document_kind":
            return [(kind.value, kind.word(lang)) for kind in DocumentKind]
    return []


def _input(column: Column, typed: str) -> dict[str, str]:
    """The attributes of the input: a calendar where the browser has one and what was typed fits it."""
    common = {"class": "field-input", "autocomplete": "off", "spellcheck": "false"}
    if column.type in ("moment", "end"):
        day = len(column.example) == 10
        if not typed or (_DAY if day else _MINUTE).fullmatch(typed):
            return {**common, "type": "date" if day else "datetime-local"}
    modes = {"phone": "tel", "integer": "numeric", "number": "decimal"}
    return {**common, **({"inputmode": modes[column.type]} if column.type in modes else {})}


def _hint(column: Column, lang: str) -> str:
    if column.type == "code":
        words = ("、" if lang.startswith("zh") else ", ").join(spelling for spelling in column.values)
        return str(_("For example: %(words)s")) % {"words": words}
    if column.type in ("choice", "flag", "document_kind", "moment", "end") or not column.example:
        return ""
    return str(_("For example: %(words)s")) % {"words": column.example}
