"""A row of a feed's file, checked and made ready to be recorded. Pure: the moment is given.

Nothing here knows persons: a row names its person by document or phone, and matching comes later.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from ankang.archive.kinds import Values, check_values, section_kinds
from ankang.base.reading import WHY, Column, cells, headers, simple
from ankang.core.evidence import Attributes, EvidenceFault, check_evidence, check_moments

from .faults import FileFault, RowFault
from .kinds import PERSON, TRAVELLER, FeedKind

_BIRTH = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?")
CLOCK_SKEW = 600
"""Seconds by which a sender's clock may be ahead (as for single records)."""


class Parsed(NamedTuple):
    """A good row. ``document`` is ``kind:number``; ``number`` the parts of its issuer's number, if it has one."""

    occurred_at: int
    attributes: Attributes | Values
    document: str | None
    phone: str | None
    name: str
    number: str | None
    worsens: bool
    issuer: str = ""
    born: str = ""


class RowReader:
    """Reads the rows below one header. Build it once a file; ``ignored`` are the headers nobody asked for."""

    def __init__(self, kind: FeedKind, header: Sequence[str], now: int) -> None:
        """Raises FileFault: missing_columns, no_person_column, columns_twice."""
        self.kind, self.width, self._latest = kind, len(header), now + CLOCK_SKEW
        self.first = 1 if header and simple(header[0]) in WHY else 0
        places, self.ignored = _places(kind, header, self.first)
        self._name, self._document_kind, self._document, self._phone = (places.get(name) for name in PERSON)
        self._columns = [
            (places[column.attribute], column, cells.reader_of(column))
            for column in kind.own_columns
            if column.attribute in places
        ]
        self._fall_back = next((column.falls_back for column in kind.columns if column.falls_back), "")
        self._titles = {column.attribute: column.zh for column in kind.columns}

    def read(self, row: Sequence[str]) -> Parsed:
        """The checked row. Raises RowFault."""
        if len(row) != self.width:
            row = self._fitted(row)
        if "\0" in "".join(row):
            raise RowFault("nul_bytes")
        document, phone = self._who(row)
        values: dict[str, Any] = dict(self.kind.fixed)
        for at, column, read in self._columns:
            text = row[at].strip()
            if text:
                try:
                    values[column.attribute] = read(text)
                except RowFault as fault:
                    raise RowFault(fault.code, column.zh) from None
            elif column.required:
                raise RowFault("missing", column.zh)
        occurred_at = values.pop("occurred_at", None)
        if occurred_at is None:
            occurred_at = values[self._fall_back]
        if occurred_at > self._latest:
            raise RowFault("in_the_future", self._titles["occurred_at"])
        issuer, born = self._traveller(values)
        attributes = self._attributes(occurred_at, values)
        name = row[self._name].strip() if self._name is not None else ""
        if len(name) > 200:
            raise RowFault("too_long", self._titles["name"])
        worsens = self.kind.could_worsen(attributes)
        return Parsed(occurred_at, attributes, document, phone, name, self._number(values), worsens, issuer, born)

    def _traveller(self, values: dict[str, Any]) -> tuple[str, str]:
        """Passport country and birth date (ISO day), taken out of what becomes evidence."""
        if not self.kind.opens:
            return "", ""
        issuer, born = (str(values.pop(name, "")) for name in TRAVELLER)
        try:
            return issuer, _birth_day(born) if born else ""
        except ValueError:
            raise RowFault("bad_moment", self._titles["born"]) from None

    def _fitted(self, row: Sequence[str]) -> Sequence[str]:
        """Empty cells at the end may be too many or too few, contents may not."""
        if len(row) > self.width and not any(cell.strip() for cell in row[self.width :]):
            return row[: self.width]
        raise RowFault("ragged")

    def _who(self, row: Sequence[str]) -> tuple[str | None, str | None]:
        number = row[self._document].strip() if self._document is not None else ""
        phone = row[self._phone].strip() if self._phone is not None else ""
        try:
            if number:
                kind = cells.document_kind(row[self._document_kind].strip() if self._document_kind is not None else "")
                return f"{kind}:{cells.document(kind, number)}", None
            if phone:
                return None, cells.phone(phone)
        except RowFault as fault:
            column = {"bad_phone": "phone", "bad_document_kind": "document_kind"}.get(fault.code, "document")
            raise RowFault(fault.code, self._titles[column]) from None
        raise RowFault("no_person")

    def _attributes(self, occurred_at: int, values: dict[str, Any]) -> Attributes | Values:
        if self.kind.evidence is None:
            return check_values(section_kinds()[self.kind.section], values)
        try:
            attributes = check_evidence(self.kind.evidence, values)
            check_moments(occurred_at, attributes)
        except EvidenceFault as fault:
            raise RowFault(*self._translated(fault)) from None
        return attributes

    def _translated(self, fault: EvidenceFault) -> tuple[str, str]:
        """The fault's code and column, without the words of the cell."""
        attribute = fault.detail.rpartition("`$.")[2].rstrip("`")
        code = "too_long" if "length <=" in fault.detail else fault.code
        if code == "bad_attribute" and ("`int`" in fault.detail or "`float`" in fault.detail):
            code = "bad_number"
        return code, self._titles.get(attribute, "")

    def _number(self, values: dict[str, Any]) -> str | None:
        parts = self.kind.number
        if not parts or not values.get(parts[-1]):
            return None
        return "\0".join(str(values.get(part, "")) for part in parts)


def _birth_day(text: str) -> str:
    """A day of any century as ISO; raises ValueError. Moments of evidence begin in 2000, people earlier."""
    found = _BIRTH.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        raise ValueError(text)
    return date(int(found[1]), int(found[2]), int(found[3])).isoformat()


def _places(kind: FeedKind, header: Sequence[str], first: int) -> tuple[dict[str, int], tuple[str, ...]]:
    """Where each column stands, and the headers that are nobody's."""
    known = headers(kind.columns)
    places: dict[str, int] = {}
    ignored = []
    for at, title in enumerate(header):
        column = known.get(simple(title))
        if column is None:
            if at >= first and title.strip():
                ignored.append(title.strip()[:60])
        elif column.attribute in places:
            raise FileFault("columns_twice", 0, (column.zh,))
        else:
            places[column.attribute] = at
    _check_complete(kind.columns, places)
    return places, tuple(ignored)


def _check_complete(columns: Sequence[Column], places: dict[str, int]) -> None:
    missing = tuple(column.zh for column in columns if column.required and column.attribute not in places)
    if missing:
        raise FileFault("missing_columns", 0, missing)
    if "document" not in places and "phone" not in places:
        raise FileFault("no_person_column")
