"""The sections that other offices feed, as data (``data/sections.toml``). Pure; no Django, no clock."""

import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from functools import cache
from importlib import resources

import msgspec

from ankang.base.reading.columns import Column
from ankang.base.reading.faults import RowFault
from ankang.core.names import has_control

OWN_SECTIONS = ("identity", "health", "travel")
"""Read where they are kept (people, health, passage); nothing of them is copied."""
LONGEST = 200
Values = dict[str, str | int | float | bool]
_BEIJING = timezone(timedelta(hours=8))


class SectionKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One fed section: what its items hold, who feeds it, and the consent it is under."""

    slug: str
    zh: str
    en: str
    office: tuple[str, str]
    purpose: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def permission(self) -> str:
        """What an officer needs to feed this section, to look at it, and to answer corrections."""
        return f"personal_archive.{self.slug}"

    @property
    def facts(self) -> tuple[Column, ...]:
        """The columns beside the time of the fact."""
        return tuple(column for column in self.columns if column.attribute != "occurred_at")

    def word(self, lang: str) -> str:
        """The section's name in the reader's language."""
        return self.zh if lang.startswith("zh") else self.en

    def office_word(self, lang: str) -> str:
        """Who feeds it."""
        return self.office[0 if lang.startswith("zh") else 1]


@cache
def section_kinds() -> dict[str, SectionKind]:
    """Every fed section by its slug, in the order of the file."""
    raw = tomllib.loads(resources.files("ankang.archive").joinpath("data/sections.toml").read_text(encoding="utf-8"))
    return {kind.slug: kind for kind in (msgspec.convert(section, SectionKind) for section in raw["sections"])}


def check_values(kind: SectionKind, values: Mapping[str, object]) -> Values:
    """The values of an item: known attributes only, none too long, none with control characters. Raises RowFault."""
    checked: Values = {}
    for column in kind.facts:
        value = values.get(column.attribute)
        if value is None or value == "":
            if column.required:
                raise RowFault("missing", column.zh)
            continue
        if isinstance(value, str) and len(value) > LONGEST:
            raise RowFault("too_long", column.zh)
        if isinstance(value, str) and has_control(value):
            raise RowFault("bad_attribute", column.zh)
        if isinstance(value, float) and not -1e12 < value < 1e12:
            raise RowFault("bad_number", column.zh)
        assert isinstance(value, str | int | float | bool)
        checked[column.attribute] = value
    return checked


def key_of(kind: SectionKind, values: Mapping[str, object]) -> str:
    """Which fact the values are about."""
    return "\0".join(str(values.get(name, "")) for name in kind.key)


def in_words(kind: SectionKind, values: Mapping[str, object], lang: str) -> list[tuple[str, str]]:
    """Title and words of each value, in the reader's language."""
    return [
        (_title(column, lang), _value(column, values[column.attribute], lang))
        for column in kind.facts
        if column.attribute in values
    ]


def _title(column: Column, lang: str) -> str:
    return column.zh if lang.startswith("zh") else column.en.replace("_", " ").capitalize()


def _value(column: Column, value: object, lang: str) -> str:
    if column.type == "choice":
        chinese = next((spelling for spelling, stored in column.values.items() if stored == value), str(value))
        return chinese if lang.startswith("zh") else str(value).replace("_", " ")
    if column.type in ("moment", "end") and isinstance(value, int):
        day = datetime.fromtimestamp(value - (1 if column.type == "end" else 0), _BEIJING)
        return f"{day:%Y-%m-%d}"
    return str(value)
