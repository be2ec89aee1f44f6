"""PDF files: data stays data, the same data the same bytes, Chinese inside the file, limits said."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from ankang.base import pdf

SOURCE = """#import "/base/templates/base/print.typ": *
#show: printed.with(title: data.title)
#set page(paper: "a6", margin: 10mm)
= #data.title
#for name in data.names [#name #linebreak()]
#qr(data.qr, 40mm)
#cut-line()
#cut-out(30mm, 20mm)[*#data.title*]
"""


@pytest.fixture
def template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A template of a room that stands beside the real ``base``."""
    (tmp_path / "base").symlink_to(pdf.FONTS.parent)
    (tmp_path / "room" / "templates" / "room").mkdir(parents=True)
    (tmp_path / "room" / "templates" / "room" / "a.typ").write_text(SOURCE)
    monkeypatch.setattr(pdf, "_ROOMS", tmp_path)
    return "room/a.typ"


def _data(**other: Any) -> dict[str, Any]:
    names = ["张*三", "𬱖龑㛃", '#panic("x") $x$ *b* ] "', "\U0002a6d0 beyond the font"]
    return {"lang": "zh", "title": "纸质码", "names": names, "qr": pdf.qr_svg("AK1:ABC")} | other


def test_chinese_rare_signs_and_markup_come_out_as_they_were(template: str) -> None:
    read = PdfReader(io.BytesIO(pdf.render_pdf(template, _data())))
    text = read.pages[0].extract_text()
    assert [word in text for word in ("张*三", "𬱖龑㛃", '#panic("x") $x$ *b* ] "', "beyond the font")] == [True] * 4
    assert (read.metadata.title, read.trailer["/Root"]["/Lang"]) == ("纸质码", "zh-CN")
    fonts = read.pages[0]["/Resources"]["/Font"].values()
    assert {str(font.get_object()["/BaseFont"]).partition("+")[2].partition("-")[0] for font in fonts} == {"NotoSansSC"}


def test_the_same_data_give_the_same_bytes(template: str) -> None:
    assert pdf.render_pdf(template, _data()) == pdf.render_pdf(template, _data())
    assert PdfReader(io.BytesIO(pdf.render_pdf(template, _data(lang="en")))).trailer["/Root"]["/Lang"] == "en-GB"


def test_the_code_on_the_page_can_be_read(template: str) -> None:
    picture = pdf.compile_pages(template, json.dumps(_data()), "png")
    assert [found.text for found in zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))] == ["AK1:ABC"]


def test_too_much_for_one_file_is_said(template: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(pdf.PdfTooLarge):
        pdf.render_pdf(template, _data(names=["长" * 2_000_000]))
    monkeypatch.setattr(pdf, "MOST_SECONDS", 0.0)
    with pytest.raises(pdf.PdfTooSlow):
        pdf.render_pdf(template, _data(names=["x"] * 5_000))
