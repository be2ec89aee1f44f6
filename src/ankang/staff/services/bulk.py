"""Many invitations from a sheet: each row is checked as it would be invited, shown, and only then sent."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ankang.base.errors import BadInput, Problem
from ankang.base.limits import is_number

from ..errors import SheetTooLong, SheetUnreadable
from .invitations import Invited, check_invitation, invite

COLUMNS = ("name", "email", "phone", "role", "region", "organisation", "employer")
HEADINGS = {
    "姓名": "name",
    "邮箱": "email",
    "手机": "phone",
    "岗位": "role",
    "地区": "region",
    "限于单位": "organisation",
    "任职单位": "employer",
}
MOST = 500


@dataclass(frozen=True)
class Row:
    """One line of the sheet (``line`` as a text editor counts): what it says, and what is wrong with it."""

    line: int
    values: dict[str, str]
    fault: Problem | None

    @property
    def duty(self) -> dict[str, Any]:
        """The duty that the line asks for."""
        return duty_of(self.values)


def read_rows(data: bytes, by: Any) -> list[Row]:
    """The rows of a CSV sheet with headings, each checked. Raises SheetUnreadable, SheetTooLong."""
    rows = []
    for line, values in _lines(_text(data)):
        if len(rows) == MOST:
            raise SheetTooLong()
        rows.append(Row(line, values, _fault(values, by)))
    if not rows:
        raise SheetUnreadable()
    return rows


def invite_rows(data: bytes, by: Any, now: datetime, public_url: str) -> list[Invited]:
    """Invite everybody on a sheet without faults; all or nobody. Raises what :func:`read_rows` raises, and BadInput."""
    rows = read_rows(data, by)
    if faulty := [row.line for row in rows if row.fault]:
        raise BadInput(details={"fields": {"lines": faulty}})
    return [
        invite(
            row.values["name"],
            [row.duty],
            by,
            now,
            email=row.values["email"],
            phone=row.values["phone"],
            public_url=public_url,
        )
        for row in rows
    ]


def duty_of(values: dict[str, str]) -> dict[str, Any]:
    """The duty in a row's or a form's words; a number that is none stays out of reach as 0."""
    return {
        "role": values.get("role", "").strip(),
        "region": values.get("region", "").strip(),
        "organisation": _number(values.get("organisation", "")),
        "employer": _number(values.get("employer", "")),
    }


def _number(text: str) -> int | None:
    text = text.strip()
    return (int(text) if is_number(text) else 0) if text else None


def _fault(values: dict[str, str], by: Any) -> Problem | None:
    try:
        check_invitation(values["name"], [duty_of(values)], by, email=values["email"], phone=values["phone"])
    except Problem as problem:
        return problem
    return None


def _text(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise SheetUnreadable()


def _lines(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        names = [HEADINGS.get(cell.strip(), cell.strip().casefold()) for cell in next(reader, [])]
        if not {"name", "role", "region"} <= set(names):
            raise SheetUnreadable()
        for cells in reader:
            if any(cell.strip() for cell in cells):
                said = dict(zip(names, (cell.strip() for cell in cells), strict=False))
                yield reader.line_num, {column: said.get(column, "") for column in COLUMNS}
    except csv.Error:
        raise SheetUnreadable() from None
