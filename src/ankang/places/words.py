"""Words of policies for pages: verdicts, fields, faults. Chinese and English by the reader's language."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ankang.core.colours import Colour

VERDICTS = {"admit": gettext_lazy("admitted"), "refer": gettext_lazy("staff look"), "deny": gettext_lazy("not admitted")}
FIELDS = {
    "temperature_limit": gettext_lazy("temperature limit (°C)"),
    "test_hours": gettext_lazy("negative test within (hours)"),
    "mask": gettext_lazy("mask"),
    "source": gettext_lazy("grounds"),
}
FAULTS = {
    "green_not_admitted": gettext_lazy("Green moves freely everywhere; no version may say otherwise."),
    "red_admitted": gettext_lazy("Red is under closed management; no ordinary door admits it."),
    "worse_admitted_easier": gettext_lazy("A worse colour would be let in more easily than a better one."),
    "not_possible": gettext_lazy("This value is not possible."),
    "out_of_range": gettext_lazy("The limit lies between 36.0 and 42.0 °C."),
    "past": gettext_lazy("The moment is over."),
    "too_far": gettext_lazy("The moment is more than a year away."),
    "before_newest": gettext_lazy("It must lie after the moment of the newest approved version."),
}


def field_word(field: str, lang: str) -> str:
    """The name of a cell: a colour's word, or the field's."""
    return Colour[field.upper()].word(lang) if field.upper() in Colour.__members__ else str(FIELDS.get(field, field))


def value_word(field: str, value: Any) -> str:
    """A cell's value in words."""
    if value is None:
        return "–"
    if field == "mask":
        return _("worn") if value else _("not asked for")
    if field == "test_hours":
        return str(value) if value else _("none")
    return str(VERDICTS.get(str(value), value))
