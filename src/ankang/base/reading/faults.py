"""What can be wrong with one row of a table, and with a file as a whole: codes, and the sentences people read.

A fault never repeats what the cell holds. Rooms add faults of their own beside these and give their sentences to ``sentence``.
"""

from collections.abc import Mapping
from typing import NamedTuple

Words = Mapping[str, tuple[str, str]]

ROW_FAULTS: Words = {
    "missing": ("必填项为空", "A required cell is empty"),
    "bad_document": ("证件号码不正确", "The document number cannot be right"),
    "bad_document_kind": ("证件类型不认识", "Unknown type of document"),
    "lost_digits": (
        "号码被表格软件改成了科学计数，末几位已丢失，请把该列设为文本",
        "The spreadsheet turned the number into a power of ten and lost digits; format the column as text",
    ),
    "bad_phone": ("手机号不正确", "The phone number cannot be right"),
    "bad_moment": ("时间无法识别", "The time cannot be read"),
    "bad_number": ("不是数字，或超出合理范围", "Not a number, or out of range"),
    "bad_choice": ("不在可选值之内", "Not one of the values"),
    "bad_region": ("区划代码应为 6、9 或 12 位数字", "A region code has 6, 9 or 12 digits"),
    "unknown_region": ("没有这个区划代码", "There is no such region"),
    "bad_country": ("国家或地区无法识别", "The country cannot be recognised"),
    "bad_flag": ("请填写是或否", "Say yes or no"),
    "bad_attribute": ("内容不符合要求", "The content does not fit"),
    "too_long": ("内容过长", "The content is too long"),
    "ragged": ("单元格的个数与表头不一致", "The row has more or fewer cells than the header"),
    "nul_bytes": ("含有不可见的空字符", "It holds NUL characters"),
    "bad_json": ("这一行不是 JSON 对象", "The line is not a JSON object"),
}

FILE_FAULTS: Words = {
    "empty_file": ("文件是空的", "The file is empty"),
    "no_rows": ("只有表头，没有数据", "There is a header and nothing below it"),
    "unknown_type": ("不支持这种文件，请用 CSV、XLSX 或 NDJSON", "Not a file we read: send CSV, XLSX or NDJSON"),
    "wrong_type": ("文件内容与扩展名不符", "The content is not what the file's name says"),
    "broken_file": ("文件损坏或不完整", "The file is broken or cut short"),
    "bad_encoding": ("文字编码应为 UTF-8 或 GB18030", "The text is neither UTF-8 nor GB18030"),
    "too_many_rows": ("超过 100 万行，请分成几个文件", "More than a million rows; send several files"),
    "too_many_at_once": ("行数太多，请分成几个文件", "Too many rows at once; send several files"),
    "unpacks_too_large": ("解压后过大", "It unpacks to far too much"),
    "missing_columns": ("缺少必需的列", "Columns are missing"),
    "columns_twice": ("同一列出现两次", "A column is there twice"),
    "line_too_long": ("有一行过长", "One line is far too long"),
}


class RowFault(Exception):
    """One row cannot be taken. ``column`` is the header's Chinese name, or empty."""

    def __init__(self, code: str, column: str = "") -> None:
        super().__init__(code)
        self.code, self.column = code, column


class FileFault(Exception):
    """A file cannot be read (any further). ``row``: how far it went; ``columns``: which, where it is about columns."""

    def __init__(self, code: str, row: int = 0, columns: tuple[str, ...] = ()) -> None:
        super().__init__(code)
        self.code, self.row, self.columns = code, row, columns


class Refusal(NamedTuple):
    """A refused row: its number as a spreadsheet counts, why, in which column, and its cells as they came."""

    row: int
    code: str
    column: str
    cells: list[str]

    def why(self, lang: str, own: Words | None = None) -> str:
        """The sentence of the first column of a file of refused rows."""
        said = sentence(self.code, lang, own)
        if not self.column:
            return said
        return f"{self.column}：{said}" if lang.startswith("zh") else f"{self.column}: {said}"


def sentence(code: str, lang: str, own: Words | None = None) -> str:
    """A fault's code in words, Chinese or English; ``own``: the room's own faults, looked up first."""
    zh, en = (own or {}).get(code) or ROW_FAULTS.get(code) or FILE_FAULTS.get(code) or (code, code)
    return zh if lang.startswith("zh") else en
