"""The columns of a table that a room reads: which attribute each fills, and how its header may be spelled. Pure."""

import unicodedata
from collections.abc import Iterable
from typing import Literal

import msgspec

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


def headers(columns: Iterable[Column]) -> dict[str, Column]:
    """Every spelling of a header, simplified, with its column."""
    return {simple(name): column for column in columns for name in (column.zh, column.en, *column.also)}


def simple(header: str) -> str:
    """A header as it is compared: half-width, lower case, without spaces, underlines and the stars of a form."""
    half = unicodedata.normalize("NFKC", header).casefold()
    return "".join(sign for sign in half if not sign.isspace() and sign not in "_*:\ufeff")
