"""PDF files: a Typst template of a room, its data as JSON, Chinese fonts inside (sheets, posters, archives; H1).

``render_pdf("people/sheets.typ", {"lang": "zh", …})`` compiles ``people/templates/people/sheets.typ``. The template reads its
data from ``base/print.typ``; data never becomes markup, so a name with ``#`` or ``$`` stays a name. The same template and data
give the same bytes: no date, no machine's fonts. A sign that the fonts do not hold is drawn as a box; the text stays in the file.
"""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import segno
import typst

from .errors import Problem

MOST_DATA = 4 * 1024 * 1024
"""Bytes of data as JSON: about 1,500 pages with a QR code each. More is several files."""
MOST_SECONDS = 20.0
"""After this the caller is told; 1,000 sheets take about half a second."""
AT_ONCE = 2
_ROOMS = Path(__file__).parent.parent
FONTS = Path(__file__).parent / "fonts"


class PdfTooLarge(Problem):
    """More data than one file takes (MOST_DATA)."""

    status = 413
    zh, en = "一次要生成的内容太多，请分成几份。", "This is too much for one file. Make several."


class PdfTooSlow(Problem):
    """The file was not ready within MOST_SECONDS."""

    status = 503
    zh, en = (
        "文件生成太慢，请稍后再试，或分成几份。",
        "Making the file took too long. Try again later, or make several.",
    )


def render_pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """The PDF of ``template`` (``room/name.typ``) with ``data`` (JSON values; ``lang`` ``zh`` or ``en``).

    Raises PdfTooLarge, PdfTooSlow; RuntimeError when the fonts are not built; typst.TypstError for a fault of the template.
    """
    written = json.dumps(data, ensure_ascii=False)
    if len(written.encode()) > MOST_DATA:
        raise PdfTooLarge()
    try:
        return _renderers().submit(compile_pages, template, written).result(MOST_SECONDS)
    except TooLate:
        raise PdfTooSlow() from None


def qr_svg(text: str, error: str = "q") -> str:
    """``text`` as a QR picture for a template's ``qr``: vector, no margin; ``error``: l, m, q or h."""
    return segno.make(text, error=error, micro=False, boost_error=False).svg_inline(border=0, omitsize=True)


def compile_pages(template: str, written: str, format: Literal["pdf", "png"] = "pdf") -> bytes:
    """The template with its data as JSON text: a PDF, or the picture of a single page (``png``). Without limits."""
    room, _, _ = template.partition("/")
    compiler = typst.Compiler(root=_ROOMS, font_paths=_fonts(), ignore_system_fonts=True)
    path = _ROOMS / room / "templates" / template
    made = compiler.compile(path, format=format, sys_inputs={"data": written}, timestamp=0)
    assert isinstance(made, bytes)
    return made


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """The fonts of the build, read once a process (0.02 s)."""
    if not list(FONTS.glob("*.ttf")):
        raise RuntimeError("The fonts of PDF files are missing: run `make build`.")
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


@lru_cache(maxsize=1)
def _renderers() -> ThreadPoolExecutor:
    """Typst ends endless loops by itself and leaves other threads alone; a late render ends in its thread, unheard."""
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="pdf")
