"""What may go wrong with places and devices; each class is one stable error code."""

from ankang.base.errors import Problem


class CheckpointMoveRefused(Problem):
    """``details``: ``state`` it has, ``wanted``, and ``possible`` states."""

    status = 409
    zh, en = (
        "检查点不能从现在的状态直接变为所选状态。",
        "The checkpoint cannot move from its state to the one chosen.",
    )


class PosterEditionsUsedUp(Problem):
    """255 editions of a checkpoint's poster were voided; make a new checkpoint."""

    status = 409
    zh, en = (
        "海报版次已用完，请新建检查点。",
        "This checkpoint has used up its poster editions. Make a new one.",
    )


class PairingUnknown(Problem):
    status = 404
    zh, en = "配对码不正确，请重新扫描。", "This pairing code is not known. Scan it again."


class PairingUsed(Problem):
    status = 409
    zh, en = (
        "配对码已用过，请工作人员重新出示。",
        "This pairing code was already used. Ask the staff for a new one.",
    )


class PairingExpired(Problem):
    status = 410
    zh, en = (
        "配对码已过期，请工作人员重新出示。",
        "This pairing code has expired. Ask the staff for a new one.",
    )


class DeviceRevoked(Problem):
    status = 409
    zh, en = "此设备已停用，请登记新设备。", "This device was revoked. Enter a new one."


class NameTaken(Problem):
    """Another one of this name is already there."""

    status = 409
    zh, en = "同一单位下已有同名的记录。", "There is already one of this name here."


class NotADraft(Problem):
    status = 409
    zh, en = "只有草稿才能修改或提交。", "Only a draft can be changed or submitted."


class DraftChanged(Problem):
    """Somebody else saved since it was read. ``details``: the present ``revision``."""

    status = 409
    zh, en = "草稿已被他人修改，请刷新后再改。", "Somebody else changed this draft. Reload it, then go on."


class PoliciesRefused(Problem):
    """``details.faults``: [place type, field, code] each; codes as in ``core.policies.PolicyFault``."""

    status = 422
    zh, en = "政策有误，请更正后再提交。", "The policies have faults. Please correct them."


class SameAsBefore(Problem):
    status = 409
    zh, en = "与现行政策完全相同，无需提交。", "Nothing differs from what is approved already."


class BaseOutdated(Problem):
    status = 409
    zh, en = "其间已有新版本获批，请先与新版本比对。", "Another version was approved meanwhile. Compare with it first."


class MomentNotPossible(Problem):
    """``details.reason``: past, too_far, before_newest."""

    status = 422
    zh, en = "生效时间不可行，请另选时间。", "It cannot take effect at that moment. Choose another one."


class NotWithdrawable(Problem):
    status = 409
    zh, en = "已生效或已有结论，不能撤回。", "It is in force or decided, and cannot be taken back."


class ProvinceOnly(Problem):
    """Whoever asks for a condition below the province uses a request (POST policies/requests)."""

    status = 403
    zh, en = (
        "准入政策全省统一，只有省级可以修改；各地如有需要请提出申请。",
        "Policies are the same in the whole province; only the province changes them. Others may send a request.",
    )


class RequestAnswered(Problem):
    status = 409
    zh, en = "这项申请已经答复。", "This request is answered already."


class UnderItself(Problem):
    status = 409
    zh, en = "单位不能归到自己或自己的下级之下。", "An organisation cannot be put below itself."


class ImportRefused(Problem):
    """The file cannot be read as a list of places. ``details``: ``fault`` (code), ``row``, ``columns``."""

    status = 422
    zh, en = "这份文件无法读取，请按模板更正后重新上传。", "This file cannot be read. Correct it by the form and send it again."


class ImportNotReady(Problem):
    """``details.state``: the state it is in."""

    status = 409
    zh, en = "这份名单现在不能这样处理。", "This list cannot be treated so in its present state."


class CloseRefused(Problem):
    status = 422
    zh, en = "重新开放的时间须晚于关闭时间。", "It must open again after it closes."


class HoursRefused(Problem):
    status = 422
    zh, en = (
        "开放时间写法不对，例如：1-5 08:00-17:30; 6,7 09:00-12:00。",
        "Opening hours read like: 1-5 08:00-17:30; 6,7 09:00-12:00.",
    )


class NothingChosen(Problem):
    """A change of checkpoints whose address names none that the reader may change."""

    status = 422
    zh, en = "没有选中任何检查点。请回到列表，勾选要更改的检查点。", "No checkpoint was chosen. Go back to the list and tick those to change."


class ReasonMissing(Problem):
    status = 422
    zh, en = "请写明原因。", "Please give the reason."


class ArchiveRefused(Problem):
    """``details.fields``: section, kind, title, source, happened_on, valid_until."""

    status = 422
    zh, en = "这条记录有误，请更正。", "This entry has a fault. Please correct it."


class ArchiveTwice(Problem):
    status = 409
    zh, en = "这条记录已经登记过。", "This entry is there already."
