"""The feeds as data: what a file of each must hold (``data/feeds.toml``). Pure; no Django, no clock."""

import tomllib
import unicodedata
from functools import cache
from importlib import resources
from typing import Any, Literal

import msgspec

from ankang.core.evidence import EvidenceKind

PERSON = ("name", "document_kind", "document", "phone")
WHY = ("原因", "why")
"""Header of the first column of a file of refused rows; the reader passes over it."""

CellType = Literal[
    "text", "moment", "end", "number", "integer", "choice", "code", "region", "country", "flag",
    "document", "document_kind", "phone", "name",
]  # fmt: skip


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One column: the attribute it fills, its headers, how its cells are read. ``values``: spelling → stored value."""

    attribute: str
    zh: str
    en: str
    type: CellType
    also: tuple[str, ...] = ()
    required: bool = False
    example: str = ""
    values: dict[str, str] = {}
    falls_back: str = ""

    @property
    def name(self) -> str:
        """The Chinese header, as the template writes it."""
        return self.zh

    @property
    def alias(self) -> str:
        """The English header."""
        return self.en

    def word(self, lang: str) -> str:
        """The header in the reader's language."""
        return self.zh if lang.startswith("zh") else self.en


class Worsening(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which rows of a feed can turn a colour worse: by the value of one attribute (its default counts too)."""

    attribute: str
    values: tuple[str | bool, ...] = ()
    at_least: float | None = None

    def holds(self, attributes: Any) -> bool:
        """Whether a row with these attributes can."""
        value = getattr(attributes, self.attribute)
        return value in self.values if self.at_least is None else value >= self.at_least


class FeedKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One feed: what its rows become, their columns, and whether they can turn a colour worse."""

    slug: str
    zh: str
    en: str
    evidence: EvidenceKind
    worsens: Literal["always", "never", "some"]
    columns: tuple[Column, ...]
    worsening: Worsening | None = None
    fixed: dict[str, str] = {}
    number: tuple[str, ...] = ()

    def word(self, lang: str) -> str:
        """The feed's name in the reader's language."""
        return self.zh if lang.startswith("zh") else self.en

    @property
    def own_columns(self) -> tuple[Column, ...]:
        """The columns beside those that find the person."""
        return self.columns[len(PERSON) :]

    def could_worsen(self, attributes: Any) -> bool:
        """Whether a row with these attributes could turn a colour worse."""
        if self.worsening is not None:
            return self.worsening.holds(attributes)
        return self.worsens == "always"


@cache
def all_kinds() -> dict[str, FeedKind]:
    """Every feed by its slug, in the order of the file."""
    raw = tomllib.loads(resources.files("ankang.exchange").joinpath("data/feeds.toml").read_text(encoding="utf-8"))
    people = raw["person"]
    for feed in raw["feeds"]:
        feed["columns"] = [*people, *feed["columns"]]
    return {kind.slug: kind for kind in (msgspec.convert(feed, FeedKind) for feed in raw["feeds"])}


def headers(kind: FeedKind) -> dict[str, Column]:
    """Every spelling of a header of this feed, simplified, with its column."""
    return {simple(name): column for column in kind.columns for name in (column.zh, column.en, *column.also)}


def simple(header: str) -> str:
    """A header as it is compared: half-width, lower case, without spaces, underlines and the stars of a form."""
    half = unicodedata.normalize("NFKC", header).casefold()
    return "".join(sign for sign in half if not sign.isspace() and sign not in "_*:\ufeff")
