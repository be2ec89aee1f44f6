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
