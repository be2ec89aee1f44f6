"""Refusals of the exchange room. Faults of single rows are no errors: see ``faults.py``."""

from ankang.base.errors import Problem


class FeedUnknown(Problem):
    status = 404
    zh, en = "没有这种数据接入。", "There is no such feed."


class FileNotReadable(Problem):
    """``fault``: empty_file, unknown_type, wrong_type, broken_file, no_header, bad_encoding, too_many_rows,
    too_large, unpacks_too_large, unknown_columns, missing_columns, twice; ``columns`` where it is about columns.
    """

    status = 422
    zh, en = "文件无法读取，请对照模板检查。", "This file cannot be read. Compare it with the template."


class FileTooLarge(Problem):
    status = 413
    zh, en = "文件超过 300 MB，请分成几个文件发送。", "The file is larger than 300 MB. Send it as several files."


class PartsMissing(Problem):
    """``missing``: the numbers of the pieces that have not arrived."""

    status = 409
    zh, en = "文件还没有传完。", "The file has not arrived in full."


class PartDiffers(Problem):
    status = 409
    zh, en = "同一分片先后收到的内容不同。", "This part arrived before with other content."


class BatchStateWrong(Problem):
    """``state``: what it is in now."""

    status = 409
    zh, en = "批次当前的状态不允许这样做。", "The batch is not in a state for this."


class NoRegion(Problem):
    status = 403
    zh, en = "您的岗位没有可以上报数据的地区。", "Your duties name no region that you may send data for."


class TooManyRecords(Problem):
    status = 413
    zh, en = "一次最多 1000 条。", "At most 1,000 records at a time."


class AgentRefused(Problem):
    status = 401
    zh, en = "接入令牌无效、已过期或已收回。", "The feed token is unknown, expired or withdrawn."
