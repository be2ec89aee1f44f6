"""Printed sheets as a PDF (A5): one A4 page each, large print above, a card to cut out below; black and white is enough."""

from collections.abc import Sequence

from ankang.base.pdf import qr_svg, render_pdf

from .carriers import Sheet

SHEETS_PER_FILE = 200
"""Pages of one file of a bulk run: about 0.6 MB, made in a quarter of a second."""


def sheets_pdf(sheets: Sequence[Sheet], lang: str) -> bytes:
    """The sheets in their order. The paper is in both languages; ``lang`` is that of the file's title and pictures."""
    title = "安康码 · 纸质码" if lang.startswith("zh") else "Ankang code on paper"
    return render_pdf("people/sheets.typ", {"lang": lang, "title": title, "sheets": [_told(sheet) for sheet in sheets]})


def _told(sheet: Sheet) -> dict[str, str | int]:
    """Error correction Q: a quarter of the picture may be folded, torn or stained."""
    return {
        "name": sheet.name,
        "document": sheet.document,
        "number": sheet.number,
        "until": sheet.last.isoformat(),
        "generation": sheet.carrier.generation or 0,
        "qr": qr_svg(sheet.text),
    }
