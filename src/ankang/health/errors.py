"""Refusals of the health room."""

from ankang.base.errors import Problem


class EvidenceRefused(Problem):
    """``fault``: unknown_kind, bad_attribute, unknown_region, bad_order, in_the_future, bad_source."""

    status = 422
    zh, en = "这条信息有误，未予记录。", "This record has a fault and was not taken."


class EvidenceNotFound(Problem):
    status = 404
    zh, en = "没有找到这条记录。", "There is no such record."


class EvidenceRetracted(Problem):
    status = 409
    zh, en = "这条记录已经撤销过。", "This record has already been retracted."
