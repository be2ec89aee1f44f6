"""Files as people really send them: what is read, what is refused and why, and that nothing is recorded by a check."""

import io
import zipfile
from datetime import datetime, time, timedelta

import pytest
from openpyxl import Workbook

from ankang.exchange import services
from ankang.exchange.errors import FileNotReadable, FileTooLarge
from ankang.exchange.models import Batch, Chunk
from ankang.health.models import Evidence

from .builders import (
    HEADER,
    NOW,
    a_test,
    arrived,
    at,
    counts,
    decided,
    document,
    evidence_of,
    ran,
    residents,
    sent,
    submitted,
    table,
)

pytestmark = pytest.mark.django_db(transaction=True)


def faults(batch):
    """What the check found: row, code, column."""
    return [(fault["row"], fault["code"], fault["column"]) for fault in batch.findings["first"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
@pytest.mark.parametrize("options", [{}, {"delimiter": "\t"}, {"lineterminator": "\n"}, {"quoting": 1}])
def test_text_in_the_encodings_and_manners_of_spreadsheets(encoding, options, officer, people):
    rows = [a_test(who, f"N{n}", 检测机构="医院\n检验科, 二楼") for n, who in enumerate(residents(5))]
    batch = ran(submitted(table(rows, encoding, **options), officer))
    assert counts(batch) == {"succeeded": 5}
    assert {attributes["lab"] for _, _, attributes in evidence_of(*people)} == {"医院\n检验科, 二楼"}


def test_columns_come_in_any_order_in_chinese_or_english_and_strange_ones_are_left_out_and_named(officer, people):
    (who,) = residents(1)
    row = {"Result ": "negative", "职业": "教师", "检测时间": at(-1), "sampled_at": at(-2), "身份证号": who.document}
    batch = sent(table([row]), officer)
    assert batch.findings["notices"] == [{"code": "columns_ignored", "columns": ["职业"]}]
    assert counts(ran(submitted(table([row | {"职业": "医生"}]), officer))) == {"succeeded": 1}


def test_a_check_tells_every_fault_by_row_and_column_and_records_nothing(officer, people):
    (who,) = residents(1)
    good = a_test(who, "N0")
    rows = [
        good,
        a_test(who, "N1", 证件号码=who.document[:-1] + "?"),
        a_test(who, "N2", 检测时间=at(2)),
        a_test(who, "N3", 采样时间=at(-0.5)),
        a_test(who, "N4", 检测结果="很好"),
        a_test(who, "N5", 检测结果=""),
        a_test(who, "N6", 采样时间="昨天"),
        a_test(who, "N7", 证件号码=""),
        a_test(who, "N8", 证件号码="3.41881E+17"),
        a_test(who, "N9", 检测机构="长" * 201),
        a_test(who, "N0", 采样时间=at(-3)),
    ]
    batch = sent(table(rows), officer)
    assert batch.state == "validated"
    assert faults(batch) == [
        (3, "bad_document", "证件号码"),
        (4, "in_the_future", "检测时间"),
        (5, "result_before_sampling", "采样时间"),
        (6, "bad_choice", "检测结果"),
        (7, "missing", "检测结果"),
        (8, "bad_moment", "采样时间"),
        (9, "no_person", ""),
        (10, "lost_digits", "证件号码"),
        (11, "too_long", "检测机构"),
        (12, "number_taken", "样本编号"),
    ]
    assert (batch.findings["good"], batch.findings["bad"], Evidence.objects.count()) == (1, 10, 0)


def test_ragged_rows_and_nul_bytes_are_faults_of_their_row_alone(officer, people):
    one, two, three = residents(3)
    lines = table([a_test(one, "N1"), a_test(two, "N2"), a_test(three, "N3")]).decode().splitlines()
    lines[1] += ",too,much"
    lines[2] = lines[2].replace("N2", "N\0002")
    batch = sent("\r\n".join(lines).encode(), officer)
    assert faults(batch) == [(2, "ragged", ""), (3, "nul_bytes", "")]
    assert batch.findings["good"] == 1


@pytest.mark.parametrize(
    ("filename", "content", "fault"),
    [
        ("a.csv", b"", "empty_file"),
        ("a.csv", b" \r\n\r\n", "empty_file"),
        ("a.pdf", b"%PDF-1.7", "unknown_type"),
        ("a.csv", b"%PDF-1.7", "wrong_type"),
        ("a.csv", b"PK\x03\x04rest", "wrong_type"),
        ("a.xlsx", b"name,document\n", "wrong_type"),
        ("a.ndjson", b"name,document\n", "wrong_type"),
        ("a.csv", '{"name": "王"}'.encode(), "wrong_type"),
        ("a.csv", "姓名,证件号码".encode("utf-16"), "bad_encoding"),
        ("a.csv", "name,document,phone".encode("utf-16-le"), "wrong_type"),
        ("a.csv", "姓名".encode() + b"\xff\xff\n", "bad_encoding"),
    ],
)
def test_a_file_that_is_no_table_or_not_what_its_name_says_is_refused_at_once(filename, content, fault, officer):
    with pytest.raises(FileNotReadable) as refused:
        arrived(content, officer, filename=filename)
    assert refused.value.details == {"fault": fault}
    assert (Batch.objects.count(), Chunk.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("header", "fault", "columns"),
    [
        ("姓名,采样时间,检测时间,检测结果", "no_person_column", []),
        ("证件号码,采样时间,检测时间", "missing_columns", ["检测结果"]),
        ("证件号码,身份证号,采样时间,检测时间,检测结果", "columns_twice", ["证件号码"]),
        (",".join(HEADER), "no_rows", []),
    ],
)
def test_a_header_that_lacks_something_says_what(header, fault, columns, officer):
    batch = sent((header + "\r\n").encode() + (b"" if fault == "no_rows" else b"a,b,c,d,e\r\n"), officer)
    assert (batch.state, batch.fault, batch.findings["columns"]) == ("error", fault, columns)
    assert not Chunk.objects.exists()


def a_workbook(rows) -> bytes:
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def test_a_workbook_has_dates_as_dates_or_text_and_its_formulas_are_not_run(officer, people):
    one, two, three = residents(3)
    sampled = datetime.combine(NOW.date(), time(7, 30)) - timedelta(days=3)
    rows = [
        HEADER,
        (one.name, one.document, sampled, at(-1), "阴性", "医院", "N1"),
        (two.name, two.document, at(-2), at(-1), "阴性", "医院", 17),
        (three.name, three.document, at(-2), at(-1), '=CONCATENATE("阴","性")', "医院", "N3"),
        (three.name, int(three.document[:17] + "0"), at(-2), at(-1), "阴性", "医院", "N4"),
    ]
    batch = ran(submitted(a_workbook(rows), officer, filename="a.xlsx"))
    assert faults(batch) == [(4, "missing", "检测结果"), (5, "lost_digits", "证件号码")]
    assert counts(batch) == {"succeeded": 2, "failed": 2}
    assert [attributes.get("number") for _, _, attributes in evidence_of(*people)] == ["N1", "17"]


def test_a_workbook_that_is_cut_short_or_unpacks_to_far_too_much_is_refused(officer):
    whole = a_workbook([HEADER, *[("王小明", document(n), at(-2), at(-1), "阴性", "", "") for n in range(500)]])
    cut = sent(whole[: len(whole) // 2], officer, filename="a.xlsx")
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(9):
            with archive.open(f"xl/worksheets/sheet{n}.xml", "w", force_zip64=True) as entry:
                for _ in range(250):
                    entry.write(bytes(1024 * 1024))
    large = sent(bomb.getvalue(), officer, filename="b.xlsx")
    assert (cut.state, cut.fault) == ("error", "broken_file")
    assert (large.state, large.fault) == ("error", "unpacks_too_large")


def test_ndjson_names_its_columns_in_every_line(officer, people):
    one, two, _ = residents(3)
    lines = [
        f'{{"document": "{one.document}", "sampled_at": "{at(-2)}", "检测时间": "{at(-1)}", "result": "negative", "hobby": 1}}',
        "not json",
        f'{{"document": "{two.document}", "sampled_at": "{at(-2)}", "检测时间": "{at(-1)}", "result": ["negative"]}}',
        "",
        f'{{"document": "{two.document}", "sampled_at": "{at(-2)}", "检测时间": "{at(-1)}", "result": "negative"}}',
    ]
    batch = ran(submitted("\n".join(lines).encode(), officer, filename="a.ndjson"))
    assert faults(batch) == [(2, "bad_json", ""), (3, "bad_json", "")]
    assert batch.findings["notices"] == [{"code": "columns_ignored", "columns": ["hobby"]}]
    assert counts(batch) == {"succeeded": 2, "failed": 2, "skipped": 1}


def test_a_hundred_thousand_rows_with_five_bad_ones(officer, people):
    known = residents(5)
    header, line = table([a_test(known[0])]).decode().splitlines()
    lines = [line.replace(known[0].document, known[n % 5].document).replace(known[0].name, "") for n in range(100_000)]
    lines = [one + f"N{n}" for n, one in enumerate(lines)]
    bad = [7, 20_000, 50_001, 77_777, 99_999]
    for n in bad:
        lines[n] = lines[n].replace("阴性", "??")
    batch = sent("\r\n".join([header, *lines]).encode(), officer, submit=True)
    assert [row for row, *_ in faults(batch)] == [n + 2 for n in bad]
    batch = ran(batch, chunk=30_000)
    assert (batch.state, counts(batch)) == ("finished", {"succeeded": 99_995, "failed": 5})
    assert Evidence.objects.count() == 99_995


def test_overlapping_isolations_are_both_on_file_and_one_that_ends_before_it_begins_is_not(officer, approver, people):
    (who,) = residents(1)
    order = {"证件号码": who.document, "隔离方式": "集中隔离", "开始时间": at(-3), "结束时间": at(11)}
    rows = [order, order | {"隔离方式": "居家隔离", "结束时间": at(4)}, order | {"结束时间": at(-4)}]
    batch = submitted(table(rows), officer, "isolation-orders")
    assert faults(batch) == [(4, "bad_order", "结束时间")]
    assert counts(ran(decided(batch, approver))) == {"succeeded": 2, "failed": 1}
    assert [attributes["setting"] for _, _, attributes in evidence_of(people[0])] in (["central", "home"], ["home", "central"])


def test_more_than_300_megabytes_are_refused_before_they_are_kept(officer, monkeypatch):
    monkeypatch.setattr("ankang.exchange.services.uploads.MAX_BYTES", 1024)
    with pytest.raises(FileTooLarge):
        arrived(b"a" * 1025, officer)
    assert services.batches_of(officer).count() == 0
