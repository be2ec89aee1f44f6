"""Refusals of the health room."""

from ankang.base.errors import Problem


class EvidenceRefused(Problem):
    """``fault``: unknown_kind, bad_attribute, unknown_region, bad_order, in_the_future, bad_source,
    result_before_sampling, duplicate_number."""

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


class ReleaseChanged(Problem):
    """Somebody else saved the draft meanwhile; ``details``: who and the revision that is there now."""

    status = 409
    zh, en = "这份草稿刚被别人改过，请先看过新的内容再保存。", "Somebody else has changed this draft. Look at it, then save."


class NotADraft(Problem):
    status = 409
    zh, en = "这个版本已不是草稿，不能再改；可以照它另起一份草稿。", "This version is no draft any more. You can begin a new draft from it."


class RuleTextRefused(Problem):
    """``details.findings``: each fault, naming the rule or example."""

    status = 422
    zh, en = "这套规则还有错误，请更正后再提交。", "This rule set has faults. Correct them first."


class RuleTextTooLarge(Problem):
    status = 413
    zh, en = "规则文件太大，最多256 KiB。", "The rule file is too large: 256 KiB at most."


class NotUtf8(Problem):
    status = 422
    zh, en = "文件不是 UTF-8 编码，请转换后再上传。", "The file is not UTF-8. Convert it, then send it again."


class DryRunNeeded(Problem):
    status = 409
    zh, en = "请先对这份内容做一次试算，24小时内有效。", "Do a dry run of exactly this text first; it counts for 24 hours."


class VersionTaken(Problem):
    status = 409
    zh, en = "这个名称和版本号已经用过，请换一个版本号。", "This name and version is used already. Choose another version."


class BaseOutdated(Problem):
    """A newer release was approved since the draft was begun, so what the author compared with is past."""

    status = 409
    zh, en = "这期间已有更新的规则获批，请对照最新一版后再提交。", "A newer rule set was approved meanwhile. Compare with it first."


class SameAsInForce(Problem):
    status = 409
    zh, en = "内容与最新获批的规则完全相同，没有可发布的改动。", "This is the same as the newest approved rule set."


class MomentNotPossible(Problem):
    """``details.reason``: past, too_far, before_effective_from, before_newest."""

    status = 422
    zh, en = "生效时间不可用，请重新选择。", "This moment of effect is not possible. Choose another."


class NotWithdrawable(Problem):
    status = 409
    zh, en = "这个版本已经生效或已有结论，不能撤回。", "This version is in force or decided; it cannot be withdrawn."


class TableNotUsable(Problem):
    """The rules are not laid out as ``[[rules]]`` blocks, so rows cannot be added, removed or moved."""

    status = 422
    zh, en = "这份文件的写法不能用表格增删规则，请在全文中修改。", "The layout of this file does not allow this. Use the whole text."


class NothingToExplain(Problem):
    """A signed reason was asked for while the code is green or still being checked."""

    status = 404
    zh, en = "您的码现在没有受限，不需要说明。", "Your code is not restricted now; there is nothing to explain."
