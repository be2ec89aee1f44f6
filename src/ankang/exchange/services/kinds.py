"""The feeds, and the files one fills in."""

import io
from typing import Any

from ankang.base.reading import as_csv, template_table

from ..errors import FeedUnknown
from ..kinds import FeedKind, all_kinds
from .senders import concerns


def feed_kinds() -> tuple[FeedKind, ...]:
    """Every feed, in the order of the list."""
    return tuple(all_kinds().values())


def feeds_for(user: Any) -> tuple[FeedKind, ...]:
    """The feeds that concern ``user``: of another office's sections none."""
    return tuple(kind for kind in feed_kinds() if concerns(user, kind.slug))


def feed_kind(slug: str) -> FeedKind:
    """One feed. Raises FeedUnknown."""
    try:
        return all_kinds()[slug]
    except KeyError:
        raise FeedUnknown(details={"feed": slug[:60]}) from None


def template_csv(kind: FeedKind, lang: str) -> bytes:
    """Header and one example row as CSV, UTF-8 with the mark that spreadsheets look for."""
    return b"".join(as_csv(template_table(kind.columns, lang)))


def template_xlsx(kind: FeedKind, lang: str) -> bytes:
    """The same as a workbook; every column is text, so that no number loses its last digits."""
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = kind.word(lang)[:31]
    for at, column in enumerate(kind.columns, 1):
        title = sheet.cell(1, at, column.word(lang))
        title.font = Font(bold=column.required or column.attribute == "document")
        sheet.cell(2, at, column.example)
        below = sheet.column_dimensions[get_column_letter(at)]
        below.width, below.number_format = 22, "@"
        sheet.cell(2, at).number_format = "@"
    sheet.freeze_panes = "A2"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
