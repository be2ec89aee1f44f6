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


class AreaRefused(Problem):
    """``details.fields``: unknown_region, unknown_level, missing, too_long, bad_characters, out_of_range, bad_order."""

    status = 422
    zh, en = "这条区域认定有误，请更正后再提交。", "This assessment has a fault. Please correct it."


class AreaOverlaps(Problem):
    """``details``: the number, name, since and until of the assessment that is there."""

    status = 409
    zh, en = "该区域在这段时间已有同等级的认定。", "This region already has an assessment of this level for this time."


class AreaNotInForce(Problem):
    status = 409
    zh, en = "该认定未生效、已结束，或已有解除申请。", "This assessment is not in force, is over, or is being lifted already."


class DryRunMissing(Problem):
    status = 409
    zh, en = "试算尚未完成，请看过试算结果后再审批。", "The dry run is not finished. Look at its result, then decide."


class BadMoment(Problem):
    status = 422
    zh, en = "时间有误：须在1970年至现在之间。", "The moment must lie between 1970 and now."


class MomentIsPast(Problem):
    status = 422
    zh, en = "试算只能针对现在或将来的时刻，请重新选择生效时间。", "A dry run is for now or later. Choose another moment of effect."


class DryRunHasEnded(Problem):
    status = 409
    zh, en = "这次试算的状态已经变了，请刷新后再看。", "This dry run has moved on. Look at the page again."
