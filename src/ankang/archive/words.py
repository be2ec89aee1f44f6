"""The words of this room's pages."""

from typing import Any

from django.utils.translation import gettext_lazy as _

STATES: dict[str, Any] = {
    "waiting": _("waiting for the office"),
    "proposed": _("corrected by an officer, a colleague checks it"),
    "accepted": _("accepted: the office sends the right record"),
    "corrected": _("corrected"),
    "declined": _("not accepted"),
}
FAULTS: dict[tuple[str, str], Any] = {
    ("words", "missing"): _("Write in a few words what is wrong and how it should be."),
    ("words", "too_long"): _("500 characters at most, please."),
    ("reason", "missing"): _("Give the reason; the person reads it."),
    ("reason", "too_long"): _("500 characters at most, please."),
    ("document", "too_large"): _("The file is larger than 600 kB."),
    ("document", "not_a_picture"): _("The file must be a JPEG or PNG picture or a PDF."),
}
DIRECTIONS: dict[str, Any] = {"entry": _("in"), "exit": _("out")}
VERDICTS: dict[str, Any] = {"admit": _("admitted"), "deny": _("not admitted"), "refer": _("staff looked")}


def fault_words(field: str, code: str) -> str:
    """The sentence for one fault of one field."""
    return str(FAULTS.get((field, code), _("This cannot be right. Please check it.")))
