"""What can be wrong with one row, and with a file as a whole: codes, and the sentences people read.

A fault never repeats what the cell holds.
"""

from typing import NamedTuple

ROW_FAULTS: dict[str, tuple[str, str]] = {
    "missing": ("必填项为空", "A required cell is empty"),
    "no_person": ("没有证件号码，也没有手机号", "Neither a document number nor a phone number"),
    "bad_document": ("证件号码不正确", "The document number cannot be right"),
    "bad_document_kind": ("证件类型不认识", "Unknown type of document"),
    "lost_digits": (
        "号码被表格软件改成了科学计数，末几位已丢失，请把该列设为文本",
        "The spreadsheet turned the number into a power of ten and lost digits; format the column as text",
    ),
    "bad_phone": ("手机号不正确", "The phone number cannot be right"),
    "bad_moment": ("时间无法识别", "The time cannot be read"),
    "in_the_future": ("时间在将来", "The time lies in the future"),
    "result_before_sampling": ("检测时间早于采样时间", "The result is earlier than the sampling"),
    "bad_order": ("结束早于开始", "It ends before it begins"),
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
    "number_taken": ("该编号已用于另一条记录", "This number belongs to another record"),
    "ambiguous_person": ("手机号对应多人，请补充证件号码", "Several people have this phone; add the document number"),
    "name_differs": ("姓名与登记的不一致", "The name is not the one on file"),
    "evidence_refused": ("记录时被拒绝", "It was refused when it was to be recorded"),
}

FILE_FAULTS: dict[str, tuple[str, str]] = {
    "empty_file": ("文件是空的", "The file is empty"),
    "no_rows": ("只有表头，没有数据", "There is a header and nothing below it"),
    "unknown_type": ("不支持这种文件，请用 CSV、XLSX 或 NDJSON", "Not a file we read: send CSV, XLSX or NDJSON"),
    "wrong_type": ("文件内容与扩展名不符", "The content is not what the file's name says"),
    "broken_file": ("文件损坏或不完整", "The file is broken or cut short"),
    "bad_encoding": ("文字编码应为 UTF-8 或 GB18030", "The text is neither UTF-8 nor GB18030"),
    "too_many_rows": ("超过 100 万行，请分成几个文件", "More than a million rows; send several files"),
    "unpacks_too_large": ("解压后过大", "It unpacks to far too much"),
    "missing_columns": ("缺少必需的列", "Columns are missing"),
    "no_person_column": ("须有证件号码列或手机号列", "There must be a column with document or phone numbers"),
    "columns_twice": ("同一列出现两次", "A column is there twice"),
    "columns_ignored": ("以下各列不需要，已忽略，也不会保存为健康信息", "These columns are not needed and were left out"),
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
    """A refused row: its number, why, and its cells as they came."""

    row: int
    code: str
    column: str
    cells: list[str]


def sentence(code: str, lang: str) -> str:
    """A fault's code in words, Chinese or English."""
    zh, en = ROW_FAULTS.get(code) or FILE_FAULTS.get(code) or (code, code)
    return zh if lang.startswith("zh") else en
