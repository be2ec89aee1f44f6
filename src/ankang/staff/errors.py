"""What may go wrong around accounts of staff."""

from ankang.base.errors import Problem


class InvitationUnknown(Problem):
    status = 404
    zh, en = (
        "这个邀请链接无效。请核对链接是否完整，或请安全管理员重新发送。",
        "This invitation is not valid. Check that the link is complete, or ask for a new one.",
    )


class InvitationExpired(Problem):
    status = 410
    zh, en = "邀请已过期（有效期三天）。请安全管理员重新发送。", "This invitation has expired (it was valid for three days). Ask for a new one."


class InvitationUsed(Problem):
    status = 410
    zh, en = "邀请已经使用过。如果是您本人，请直接登录。", "This invitation has been used. If it was you, just sign in."


class InvitationRevoked(Problem):
    status = 410
    zh, en = "邀请已被撤销。请联系您的安全管理员。", "This invitation was withdrawn. Ask your security administrator."


class NameTaken(Problem):
    status = 409
    zh, en = "这个用户名已有人使用，请换一个。", "Somebody has this user name already. Choose another."


class OutsideReach(Problem):
    status = 403
    zh, en = "超出您管理的地区或单位。", "This is outside the region or organisation that you administer."


class NotOneself(Problem):
    status = 403
    zh, en = (
        "不能修改自己的账号和岗位，请由另一位安全管理员办理。",
        "Nobody changes their own duties or account. Ask another security administrator.",
    )


class AdministratorsAreSeparate(Problem):
    """GB/T 22239 level 3: system, security and audit administration are three people."""

    status = 409
    zh, en = (
        "系统管理员、安全管理员、审计员必须由三个人分别担任，同一人只能担任其中一个。",
        "System administrator, security administrator and auditor are three people; one person holds only one of them.",
    )


class DutyHeldAlready(Problem):
    status = 409
    zh, en = "此人已经有这个岗位。", "The person holds this duty already."


class SignInRefused(Problem):
    """The agency's provider answered, but the answer cannot be trusted or belongs to nobody here."""

    status = 403
    zh, en = "单位登录没有成功。", "The sign-in at your agency did not work."


class NotLinked(Problem):
    status = 403
    zh, en = (
        "这个单位账号没有和这里的账号关联。请先用邀请链接开通，或登录后在“我的登录”里关联。",
        "This account of your agency is not linked to an account here. Use your invitation, or sign in and link it under “My sign-in”.",
    )


class SheetUnreadable(Problem):
    status = 422
    zh, en = "无法读取文件。请上传 UTF-8 或 GBK 编码的 CSV 文件。", "The file cannot be read. Send a CSV file in UTF-8 or GBK."


class SheetTooLong(Problem):
    status = 422
    zh, en = "一次最多邀请 500 人。", "At most 500 people can be invited at once."


class LastFactor(Problem):
    status = 409
    zh, en = "这是您唯一的第二因素，请先添加另一个。", "This is your only second factor. Add another one first."


class TokenRefused(Problem):
    status = 401
    zh, en = "接口令牌无效、已过期、已收回，或对应岗位已取消。", "The token is unknown, expired, withdrawn, or its duty was taken."


class FactorExists(Problem):
    status = 409
    zh, en = "您已经有动态码应用，请先移除原来的。", "You have a code generator already. Remove it first."


class NoFactor(Problem):
    status = 409
    zh, en = "请先添加动态码应用或通行密钥，再生成恢复码。", "Add a code generator or a passkey before you make recovery codes."


class SessionOnly(Problem):
    """Administering one's own sign-in belongs to whoever sits at the keyboard."""

    status = 403
    zh, en = "接口令牌不能管理登录方式，请登录后操作。", "A token cannot administer a sign-in. Sign in and do it there."


class PasskeyUnreadable(Problem):
    """What came as the answer of a passkey has another shape than WebAuthn gives it."""

    status = 422
    zh, en = "无法读取通行密钥的应答，请重试。", "The answer of the passkey cannot be read. Please try again."


class ConfirmationRefused(Problem):
    """A wrong password, code or passkey, given again; it counts like one at the sign-in."""

    status = 403
    zh, en = (
        "验证没有通过，请重试。多次出错后需等待一刻钟。",
        "That did not prove who you are. Try again; after several wrong tries wait a quarter of an hour.",
    )
