"""The feeds as data: what a file of each must hold (``data/feeds.toml``). Pure; no Django, no clock."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any, Literal

import msgspec

from ankang.archive.kinds import section_kinds
from ankang.base.reading.columns import Column
from ankang.core.evidence import EvidenceKind

PERSON = ("name", "document_kind", "document", "phone")
TRAVELLER = ("issuer", "born")
"""Columns of a feed that ``opens`` records: the passport's country and the birth date, kept with the person."""


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
    """One feed: what its rows become, their columns, and whether they can turn a colour worse.

    Its rows become ``evidence``, or items of a ``section`` of the personal archive: never both, and a section moves no colour.
    """

    slug: str
    zh: str
    en: str
    worsens: Literal["always", "never", "some"]
    columns: tuple[Column, ...]
    evidence: EvidenceKind | None = None
    section: str = ""
    worsening: Worsening | None = None
    fixed: dict[str, str] = {}
    number: tuple[str, ...] = ()
    opens: bool = False

    def __post_init__(self) -> None:
        if (self.evidence is None) is not bool(self.section) or (self.section and self.worsens != "never"):
            raise ValueError(f"{self.slug}: evidence, or a section that worsens nothing")

    @property
    def permission(self) -> str:
        """What a sender needs beside ``feeds.send``; empty: nothing."""
        return section_kinds()[self.section].permission if self.section else ""

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
    people = [msgspec.convert(column, Column) for column in raw["person"]]
    for feed in raw["feeds"]:
        own = section_kinds()[feed["section"]].columns if "section" in feed else feed["columns"]
        feed["columns"] = [*people, *(msgspec.convert(column, Column) for column in own)]
    return {kind.slug: kind for kind in (msgspec.convert(feed, FeedKind) for feed in raw["feeds"])}
