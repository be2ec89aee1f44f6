"""Sheets and cards by the list: nothing before it is said, bad rows told and mended, the work done once and on record (A5)."""

import csv
import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import zxingcpp
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from pypdf import PdfReader

from ankang.base import pdf
from ankang.base.models import AccessRecord, Duty
from ankang.core.cards import sheet_name
from ankang.core.codes import parse_shown
from ankang.people import carriers, carriers_print, carriers_runs
from ankang.people.errors import CarrierRunStateWrong
from ankang.people.models import Carrier, CarrierFile, CarrierRun

from .conftest import HARBOUR, HELI, NOW, a_document
from .test_console import staff
from .test_pages import text

Apply = Callable[..., Any]
LISTS = "/console/carriers/lists/"
OTHER = {"document": a_document(2), "name": "李大海", "phone": "+8613800000002"}


def sent(clerk: Client, body: str, kind: str = "bind", name: str = "名单.csv") -> Any:
    """The answer to a list that was sent."""
    file = SimpleUploadedFile(name, body.encode("gb18030"))
    return clerk.post(LISTS, {"kind": kind, "file": file, "purpose": "window", "note": "drive"})


def done(run: CarrierRun) -> CarrierRun:
    """The list after the worker."""
    carriers_runs.start_run(run.pk, User.objects.get(pk=run.created_by))
    carriers_runs.do_run(run.pk)
    run.refresh_from_db()
    return run


def test_cards_are_bound_by_the_list_and_bad_rows_come_back(applied: Apply) -> None:
    other = (applied(), applied(**OTHER))[1].person
    away = applied(document=a_document(3), name="赵一", phone="+8613800000003", town=HELI).person
    carriers.bind_card(other.pk, "bus", "9999 0000", None, NOW)
    clerk = staff("operations", HARBOUR)
    rows = [
        "姓名,证件号码,卡种,卡号,芯片号",
        f"王小明,{a_document()},公交卡,5555 6666,",
        f"李大海,{a_document(2)},门禁卡,,04:A2:1B:3C",
        f"王小明,{a_document()},门禁卡,,04a21b3c",
        f"李小海,{a_document(2)},公交卡,1234 5678,",
        f"赵一,{a_document(3)},公交卡,7777 8888,",
        f"王小明,{a_document()},公交卡,9999 0000,",
        f"王小明,{a_document()},公交卡,,zz",
        f"王小明,{a_document()},饭卡,1111,",
    ]
    answer = sent(clerk, "\n".join(rows))
    run = CarrierRun.objects.get()
    page = text(clerk.get(answer.headers["Location"]))
    assert (run.state, run.rows, run.refused, Carrier.objects.count()) == ("checked", 2, 6, 1)
    assert all(word in page for word in ("Cards to be bound: 2", "王*明", "Bus card …6666", "twice", "in your region"))
    assert "王小明" not in page
    assert a_document() not in page
    assert clerk.post(f"{LISTS}{run.pk}/act/", {"do": "start"}).status_code == 302
    carriers.bind_card(other.pk, "bus", "5555 6666", None, NOW)  # meanwhile, at a counter
    carriers_runs.do_run(run.pk)
    carriers_runs.do_run(run.pk)  # another worker has nothing left to do
    run.refresh_from_db()
    assert (run.state, run.cursor, run.done, run.refused, run.sealed) == ("finished", 2, 1, 7, None)
    assert "1 of 2 rows were done" in text(clerk.get(f"{LISTS}{run.pk}/"))
    bound = Carrier.objects.exclude(last_digits="0000").order_by("id").values_list("person", "kind", "last_digits")
    assert list(bound) == [(other.pk, "bus", "6666"), (other.pk, "fob", "1b3c")]
    rows = list(csv.reader(clerk.get(f"{LISTS}{run.pk}/refused.csv").getvalue().decode("utf-8-sig").splitlines()))
    assert [row[0] for row in rows] == [
        "why",
        "卡号: The card is in the list twice",
        "姓名: The name is not the one on file",
        "证件号码: Nobody with this document in your region",
        "卡号: The card is bound to somebody else",
        "芯片号: A chip's number has 8, 14 or 20 hexadecimal digits",
        "卡种: Not one of the values",
        "The card is bound to somebody else",
    ]
    assert rows[-1][1:] == ["王小明", a_document(), "公交卡", "5555 6666", ""]
    assert list(AccessRecord.objects.values_list("purpose", flat=True).distinct()) == ["window: drive"]
    assert AccessRecord.objects.filter(person=away.pk).count() == 0


def test_refused_rows_are_mended_and_sent_again(applied: Apply) -> None:
    applied()
    clerk = staff("operations", HARBOUR)
    sent(clerk, f"证件号码,卡种,卡号\n{a_document()},公交卡,\n")
    back = clerk.get(f"{LISTS}{CarrierRun.objects.get().pk}/refused.xlsx").content
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(back))
    book.active["D2"] = "5555 6666"
    mended = io.BytesIO()
    book.save(mended)
    file = SimpleUploadedFile("mended.xlsx", mended.getvalue())
    clerk.post(LISTS, {"kind": "bind", "file": file, "purpose": "window"})
    assert done(CarrierRun.objects.latest("pk")).refused == 0
    assert Carrier.objects.get().last_digits == "6666"


def test_a_towns_sheets_are_printed_in_parts(applied: Apply, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carriers_runs, "SHEETS_PER_FILE", 1)
    me, other = applied().person, applied(**OTHER).person
    before = carriers.issue_sheet(me.pk, None, NOW)
    clerk = staff("operations", HARBOUR)
    sent(clerk, f"证件号码\n{a_document()}\n{a_document(2)}\n{a_document()}\n", "print")
    run = done(CarrierRun.objects.get())
    assert (run.state, run.rows, run.refused, list(run.files.values_list("part", "sheets"))) == ("finished", 2, 1, [(1, 1), (2, 1)])
    file = clerk.get(f"{LISTS}{run.pk}/sheets-1.pdf")
    words = PdfReader(io.BytesIO(file.content)).pages[0].extract_text()
    sheet = carriers.print_sheet(before)
    assert (file.headers["Content-Type"], file.headers["Cache-Control"]) == ("application/pdf", "no-store")
    assert [word in words for word in (sheet.number, "王*明", sheet.last.isoformat(), "王小明", a_document())] == [
        True, True, True, False, False,
    ]  # fmt: skip
    assert Carrier.objects.filter(person=me.pk).count() == 1  # her live sheet was printed again, not replaced
    assert Carrier.objects.filter(person=other.pk, kind="paper", voided_at=None).count() == 1
    page = text(clerk.get(f"{LISTS}{run.pk}/"))
    assert all(word in page for word in ("2 of 2 rows were done", "PDF 2: 1 sheets", "Refused: 1 rows"))
    assert b"%PDF" not in bytes(CarrierFile.objects.first().sealed)


def test_a_list_is_its_makers_and_ends_with_the_duty(applied: Apply) -> None:
    applied()
    clerk = staff("operations", HARBOUR)
    sent(clerk, f"证件号码\n{a_document()}\n", "print")
    run = CarrierRun.objects.get()
    colleague = staff("operations")
    assert colleague.get(f"{LISTS}{run.pk}/").status_code == 404
    assert colleague.post(f"{LISTS}{run.pk}/act/", {"do": "start"}).status_code == 404
    assert staff("grid_worker").get(LISTS).status_code == 403
    Duty.objects.filter(user=run.created_by).delete()
    assert (done(run).refused, Carrier.objects.count()) == (1, 0)
    with pytest.raises(CarrierRunStateWrong):
        carriers_runs.cancel_run(run.pk, User.objects.get(pk=run.created_by), NOW)


@pytest.mark.parametrize(
    ("body", "name", "words"),
    [
        ("姓名\n王小明\n", "a.csv", "Columns are missing: 证件号码"),
        ("", "a.csv", "empty"),
        ("证件号码\n" + "1\n" * 2_001, "a.csv", "Too many rows"),
        ("证件号码\n1\n", "a.pdf", "CSV, XLSX"),
    ],
)
def test_a_list_that_cannot_be_read_says_why(ningguo: None, body: str, name: str, words: str) -> None:
    answer = sent(staff("operations"), body, "print", name)
    assert (answer.status_code, words in text(answer), CarrierRun.objects.count()) == (422, True, 0)


def test_lists_are_forgotten_after_two_days(applied: Apply) -> None:
    applied()
    sent(staff("operations"), f"证件号码\n{a_document()}\n", "print")
    carriers_runs.tidy_runs(NOW + carriers_runs.KEPT + carriers_runs.KEPT)
    run = CarrierRun.objects.get()
    assert (run.state, run.sealed, run.sealed_refused) == ("cancelled", None, None)


def test_the_empty_form_can_be_filled_in(ningguo: None) -> None:
    form = staff("operations").get(f"{LISTS}form/bind.csv").getvalue().decode("utf-8-sig")
    assert form.splitlines()[0] == "name,document_kind,document,card_kind,card_number,uid"
    assert staff("operations", HARBOUR).get(f"{LISTS}form/other.csv").status_code == 404


def the_page(sheet: carriers.Sheet) -> Image.Image:
    """The sheet's page as a scanner at a copy shop sees it, 110 dots an inch."""
    data = {"lang": "zh", "title": "t", "sheets": [carriers_print._told(sheet)]}
    return Image.open(io.BytesIO(pdf.compile_pages("people/sheets.typ", json.dumps(data), "png"))).convert("L")


def read(image: Image.Image) -> set[str]:
    """What a reader finds on it."""
    return {found.text for found in zxingcpp.read_barcodes(image)}


def test_a_torn_code_is_read_up_to_its_limit_and_beyond_it_the_digits_work(applied: Apply) -> None:
    me = applied().person
    sheet = carriers.print_sheet(carriers.issue_sheet(me.pk, None, NOW))
    page = the_page(sheet)
    assert read(page) == {sheet.text}
    code = zxingcpp.read_barcodes(page.crop((0, 0, page.width, page.height // 2)))[0].position
    left, top, right = code.top_left.x, code.top_left.y, code.bottom_right.x
    worked = []
    for torn in range(0, 70, 2):  # ever more of the code's lower right is gone, in hundredths of its side
        image, side = page.copy().crop((0, 0, page.width, int(page.height * 0.6))), right - left
        hole = (int(right - side * torn / 100), int(top + side * (100 - torn) / 100), right + 4, top + side + 4)
        image.paste(255, hole)
        worked.append(read(image) == {sheet.text})
    limit = worked.index(False)
    assert (all(worked[:limit]), any(worked[limit:])) == (True, False)
    assert limit * 2 >= 30  # a third of each side: error correction Q restores a quarter of the code words at most
    digits = re.sub(r" ", "", sheet.number)
    assert sheet_name(digits) == f"sheet:{digits}"
    with pytest.raises(Exception, match="bad_check"):
        sheet_name(digits[:-1] + str((int(digits[-1]) + 1) % 10))
    newer = carriers.print_sheet(carriers.issue_sheet(me.pk, None, NOW))
    assert (parse_shown(sheet.text).generation, parse_shown(newer.text).generation) == (1, 2)  # type: ignore[union-attr]
    assert (newer.number == sheet.number, Carrier.objects.get(generation=1).void_reason) == (False, "reissued")
