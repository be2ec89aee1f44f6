"""Refused rows come back with a first column that says why; mended, they are taken, and nothing is doubled."""

import csv
import io

import pytest
from openpyxl import load_workbook

from ankang.base.errors import NotFound
from ankang.exchange import services
from ankang.health.models import Evidence

from .builders import NOW, a_test, counts, ran, residents, staff, submitted, table
from .test_files import a_workbook

pytestmark = pytest.mark.django_db(transaction=True)


def fetched(batch, by, lang="zh"):
    """The refused rows as CSV."""
    text = b"".join(services.rejects_csv(batch, by, lang, NOW)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_the_refused_rows_are_the_original_ones_with_the_reason_and_can_be_mended(officer, people):
    rows = [a_test(who, f"N{n}") | {"职业": "教师"} for n, who in enumerate(residents(5))]
    rows[1]["检测结果"], rows[3]["姓名"] = "很好", "别人"
    batch = ran(submitted(table(rows, "gbk"), officer))
    header, *refused = fetched(batch, officer)
    assert header == ["原因", *rows[0]]
    assert refused == [["检测结果：不在可选值之内", *rows[1].values()], ["姓名：姓名与登记的不一致", *rows[3].values()]]
    assert fetched(batch, officer, "en")[1][0] == "检测结果: Not one of the values"
    refused[0][5] = "阴性"
    again = ran(submitted(table([dict(zip(header, row, strict=True)) for row in refused]), officer))
    assert counts(again) == {"succeeded": 1, "failed": 1}
    assert fetched(again, officer)[0] == header
    refused[1][1] = residents(5)[3].name
    sheet = services.rejects_xlsx(again, officer, "en", NOW)
    cells = [list(row) for row in load_workbook(io.BytesIO(sheet)).active.iter_rows(values_only=True)]
    cells[1][1] = residents(5)[3].name
    assert counts(ran(submitted(a_workbook([*cells, ["", *rows[1].values()]]), officer, filename="m.xlsx"))) == {
        "succeeded": 1,
        "failed": 1,
    }
    assert Evidence.objects.count() == 5


def test_only_who_may_send_there_sees_them(officer, people):
    batch = ran(submitted(table([a_test(residents(1)[0], "N1", "很好"), a_test(residents(1)[0], "N2")]), officer))
    for stranger in (staff("feed_officer", "34"), staff("approver", "34")):
        if stranger.username.startswith("feed"):
            assert len(fetched(batch, stranger)) == 2
        else:
            with pytest.raises(NotFound):
                services.rejects_csv(batch, stranger, "zh", NOW)


def test_a_cell_that_looks_like_a_formula_stays_text(officer, people):
    row = a_test(residents(1)[0], "=1+1", "很好")
    batch = ran(submitted(table([row, a_test(residents(1)[0], "N2")]), officer))
    sheet = load_workbook(io.BytesIO(services.rejects_xlsx(batch, officer, "zh", NOW))).active
    assert [cell.data_type for cell in next(sheet.iter_rows(min_row=2))] == ["s"] * sheet.max_column
