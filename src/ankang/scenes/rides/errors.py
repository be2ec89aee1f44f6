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


class CertificateRefused(Problem):
    """It is no certificate of an authority; ``details.certificate`` says why, as docs/ride-format.md §7 does."""

    status = 422
    zh, en = (
        "这不是有效的发码机构证书：须为 117 字节、自签名、在有效期内。",
        "This is no valid certificate of an authority: 117 bytes, signed by itself, and in time.",
    )


class AuthorityNumberTaken(Problem):
    """Issuers' certificates name their authority by one byte, so two cannot be trusted under one number."""

    status = 409
    zh, en = (
        "这个机构编号已被占用，请对方以另一编号出具证书，或先停用原来的。",
        "This number belongs to another authority already. Ask for a certificate with another one, or end that one first.",
    )


class AuthorityKnown(Problem):
    status = 409
    zh, en = "这份证书已经导入过。", "This certificate was imported before."


class AuthorityNotTrusted(Problem):
    status = 409
    zh, en = "这个机构现在并未受信任，无需停用。", "This authority is not trusted now; there is nothing to end."
