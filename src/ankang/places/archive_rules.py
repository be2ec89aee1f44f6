"""The sections of the checkpoint archive: which regulator fills which, with what kinds of entries. Pure."""

from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

LONGEST = {"title": 120, "result": 300, "number": 60, "source": 120}
EARLIEST = date(1990, 1, 1)


class Section(NamedTuple):
    """One regulator's part; ``permission``: who fills it."""

    permission: str
    word: object
    kinds: dict[str, object]


SECTIONS: dict[str, Section] = {
    "health": Section(
        "archive.health",
        _("Health"),
        {
            "inspection": _("hygiene inspection"),
            "disinfection": _("disinfection"),
            "licence": _("hygiene licence"),
            "test": _("test of surfaces and goods"),
        },
    ),
    "environment": Section(
        "archive.environment",
        _("Environment"),
        {"inspection": _("environmental inspection"), "ventilation": _("ventilation"), "waste": _("medical and other waste")},
    ),
    "market": Section(
        "archive.market",
        _("Market regulation"),
        {
            "licence": _("business licence"),
            "inspection": _("market inspection"),
            "cold_chain": _("cold-chain goods"),
            "rating": _("food safety rating"),
        },
    ),
}


def kind_word(section: str, kind: str) -> str:
    """``Health · disinfection`` in the reader's language."""
    one = SECTIONS[section]
    return f"{one.word} · {one.kinds[kind]}"


def faults_of_entry(
    section: str, kind: str, texts: dict[str, str], happened_on: date | None, valid_until: date | None, today: date
) -> dict[str, str]:
    """Field → fault code of an entry that cannot be taken."""
    faults = {name: "too_long" for name, text in texts.items() if len(text) > LONGEST[name]}
    faults |= {name: "required" for name in ("title", "source") if not texts[name].strip()}
    if section not in SECTIONS or kind not in SECTIONS[section].kinds:
        faults["kind"] = "unknown"
    if happened_on is None or not EARLIEST <= happened_on <= today:
        faults["happened_on"] = "out_of_range"
    elif valid_until is not None and not happened_on <= valid_until <= date(2100, 1, 1):
        faults["valid_until"] = "out_of_range"
    return faults
