"""What a phone or a device may be told by this scene."""

from ankang.base.errors import Problem


class DeviceUnknown(Problem):
    """No device credential, or one that this house did not give, or one that a newer pairing replaced."""

    status = 401
    zh, en = "设备凭证无效，请重新配对。", "This device's credential is not valid; pair it again."


class DeviceStopped(Problem):
    """The device was revoked; what it holds is not taken any more."""

    status = 403
    zh, en = "这台设备已停用。", "This device was revoked."


class NoIndexSpace(Problem):
    """The code indices of that day are not fixed yet; they are, an hour later at most."""

    status = 503
    zh, en = (
        "这一天的乘车码暂时还不能签发，请稍后再试。",
        "Ride codes of that day cannot be issued yet; please try again soon.",
    )
