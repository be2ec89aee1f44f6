"""Small tables in one go: any spelling of a header, any encoding; each bad row told, mended, and sent again."""

import pytest

from ankang.base.reading import (
    Column,
    FileFault,
    GoodRow,
    Refusal,
    as_csv,
    as_xlsx,
    read_table,
    refused_table,
    template_table,
)

COLUMNS = (
    Column("document_kind", "证件类型", "document_kind", "document_kind"),
    Column(
        "document", "证件号码", "document", "document", also=("身份证号",), required=True, example="110101199003070134"
    ),
    Column("number", "卡号", "card_number", "text", required=True),
    Column("phone", "手机号", "phone", "phone"),
)
GOOD = GoodRow(2, {"number": "04A2", "document": "resident_id:110101199003070134"}, ["110101199003070134", "04A2"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_spreadsheets_spellings_are_one(encoding: str) -> None:
    read = read_table("身份证号,卡号\r\n110101199003070134,04A2\r\n,\r\n".encode(encoding), "卡.csv", COLUMNS)
    assert (read.good, read.refused, read.header) == ([GOOD], [], ["身份证号", "卡号"])


def test_a_workbook_reads_as_its_text() -> None:
    body = as_xlsx([["document", "card number"], ["110101199003070134", "04A2"]])
    assert read_table(body, "a.xlsx", COLUMNS).good == [GOOD]


def test_bad_rows_are_told_mended_and_sent_again() -> None:
    body = '证件号码,卡号,备注\n110101199003070134,"04\nA2",\n12,04A3,x\n110101199003070134,,\n1,2\n'.encode()
    read = read_table(body, "a.csv", COLUMNS)
    assert (read.ignored, [row.values["number"] for row in read.good]) == (("备注",), ["04\nA2"])
    assert read.refused == [
        Refusal(3, "bad_document", "证件号码", ["12", "04A3", "x"]),
        Refusal(4, "missing", "卡号", ["110101199003070134", "", ""]),
        Refusal(5, "ragged", "", ["1", "2"]),
    ]
    given_back = b"".join(as_csv(refused_table(read.header, read.refused[:1], "zh")))
    assert given_back.decode("utf-8-sig").splitlines()[1] == "证件号码：证件号码不正确,12,04A3,x"
    mended = given_back.replace("确,12".encode(), "确,110101199003070134".encode())
    again = read_table(mended, "mended.csv", COLUMNS)
    assert ([row.values["number"] for row in again.good], again.refused) == (["04A3"], [])


@pytest.mark.parametrize(
    ("body", "name", "code"),
    [
        (b"", "a.csv", "empty_file"),
        ("证件号码,卡号\n".encode(), "a.csv", "no_rows"),
        (b"%PDF-1.7", "a.csv", "wrong_type"),
        (b"PK\x03\x04broken", "a.xlsx", "broken_file"),
        (b"x", "a.docx", "unknown_type"),
        ("证件号码\n1\n".encode(), "a.csv", "missing_columns"),
        ("证件号码,身份证号,卡号\n1,2,3\n".encode(), "a.csv", "columns_twice"),
        (("证件号码,卡号\n" + "1,2\n" * 4).encode(), "a.csv", "too_many_at_once"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(body: bytes, name: str, code: str) -> None:
    with pytest.raises(FileFault) as told:
        read_table(body, name, COLUMNS, most=3)
    assert told.value.code == code


def test_the_form_to_fill_in_can_be_read() -> None:
    assert template_table(COLUMNS, "en")[0] == ["document_kind", "document", "card_number", "phone"]
