"""The files of exports: CSV, workbook, PDF; each says on itself who took it, when, why, and its number.

Every row bears a mark of its own, so that a single line that turns up somewhere leads back to its file. Cells are text: what
a spreadsheet would take for a formula is defused (``base.reading.inert``).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from .pdf import render_pdf
from .reading import as_csv, as_xlsx

FORMS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


@dataclass(frozen=True)
class Told:
    """What a file says about itself. ``mark(line)``: the mark of a row, counted from 1."""

    number: int
    form: str
    lang: str
    title: str
    who: str
    at: datetime
    purpose: str
    approved_by: str
    masked: bool
    columns: Sequence[str]
    mark: Callable[[int], str]

    def lines(self) -> list[str]:
        """Who, when, why, number: the watermark in words."""
        at = timezone.localtime(self.at).strftime("%Y-%m-%d %H:%M")
        if self.lang == "en":
            kind = "masked" if self.masked else f"NOT masked; approved by {self.approved_by}"
            said = [f"Ankang code export {self.number}: {self.title} ({kind})", f"taken by {self.who} on {at}"]
            return [*said, f"purpose: {self.purpose}"] if self.purpose else said
        kind = "已脱敏" if self.masked else f"未脱敏，审批人 {self.approved_by}"
        said = [f"安康码导出 {self.number} 号：{self.title}（{kind}）", f"导出人 {self.who}，时间 {at}"]
        return [*said, f"用途：{self.purpose}"] if self.purpose else said


def make_file(told: Told, rows: Sequence[Sequence[str]]) -> bytes:
    """The file of ``rows``; its cells stand in the order of ``told.columns``."""
    marked = [[*row, told.mark(line)] for line, row in enumerate(rows, 1)]
    header = [*told.columns, "标记" if told.lang != "en" else "mark"]
    if told.form == "pdf":
        return _pdf(told, header, marked)
    said = [[line] for line in told.lines()]
    table = [*said, header, *marked, *said]
    return as_xlsx(table) if told.form == "xlsx" else b"".join(as_csv(table))


def _pdf(told: Told, header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    at = timezone.localtime(told.at).strftime("%Y-%m-%d %H:%M")
    stamp = " · ".join(part for part in (told.who, at, told.purpose, f"No. {told.number}") if part)
    data = {
        "lang": told.lang,
        "title": told.title,
        "said": told.lines(),
        "stamp": stamp,
        "header": list(header),
        "rows": [list(row) for row in rows],
    }
    return render_pdf("base/export.typ", data)
