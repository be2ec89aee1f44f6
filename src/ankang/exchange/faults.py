"""What can be wrong with a row of a feed beside what can be wrong with any table (base.reading.faults)."""

from ankang.base import reading
from ankang.base.reading.faults import FILE_FAULTS, ROW_FAULTS, FileFault, Refusal, RowFault, Words

__all__ = ["FILE_FAULTS", "OWN_FAULTS", "ROW_FAULTS", "FileFault", "Refusal", "RowFault", "sentence"]

OWN_FAULTS: Words = {
    "no_person": ("没有证件号码，也没有手机号", "Neither a document number nor a phone number"),
    "in_the_future": ("时间在将来", "The time lies in the future"),
    "result_before_sampling": ("检测时间早于采样时间", "The result is earlier than the sampling"),
    "bad_order": ("结束早于开始", "It ends before it begins"),
    "number_taken": ("该编号已用于另一条记录", "This number belongs to another record"),
    "ambiguous_person": ("手机号对应多人，请补充证件号码", "Several people have this phone; add the document number"),
    "name_differs": ("姓名与登记的不一致", "The name is not the one on file"),
    "withdrawn": ("本人已撤回这一栏的授权，不再归集", "The person has withdrawn this section; nothing more is taken in"),
    "evidence_refused": ("记录时被拒绝", "It was refused when it was to be recorded"),
    "no_person_column": ("须有证件号码列或手机号列", "There must be a column with document or phone numbers"),
    "columns_ignored": (
        "以下各列不需要，已忽略，也不会保存为健康信息",
        "These columns are not needed and were left out",
    ),
}


def sentence(code: str, lang: str) -> str:
    """A fault's code in words, Chinese or English."""
    return reading.sentence(code, lang, OWN_FAULTS)
