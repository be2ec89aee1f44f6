"""The refusals of this room (requirement A1). Each class is one stable code, see ``ankang.base.errors``."""

from ankang.base.errors import Problem, TooManyRequests


class CodeTooSoon(TooManyRequests):
    """The last one-time code to this number is less than a minute old; ``details.retry_after`` in seconds."""

    zh = "验证码刚刚已发送，请稍等一分钟再重新获取。"
    en = "A code was sent a moment ago. Please wait a minute before asking for another."


class TooManyCodes(TooManyRequests):
    """Ten one-time codes went to this number within a day."""

    zh = "这个号码今天获取验证码的次数已满，请 24 小时后再试，或到乡镇（街道）便民服务中心办理。"
    en = "No more codes can be sent to this number today. Try again in 24 hours, or go to your town's service centre."


class CodeWrong(Problem):
    """Not the code that was sent; ``details.left`` tries remain."""

    status = 422
    zh = "验证码不正确，请查看最新一条短信后重新输入。"
    en = "This is not the code we sent. Look at the newest message and type it again."


class CodeExpired(Problem):
    """No live code: older than five minutes, tried five times, used already, or never sent."""

    status = 422
    zh = "验证码已失效，请重新获取。"
    en = "This code is no longer valid. Please ask for a new one."


class PhoneFull(Problem):
    """Six people hold their code with this phone (domain.md §3)."""

    status = 409
    zh = "这个手机号已为 6 人申领，不能再增加。请换一个手机号，您已填写的内容会保留。"
    en = "Six people already use this phone number. Please use another one; what you filled in is kept."


class DetailsDoNotMatch(Problem):
    """The name is not the one on file for the document. Says nothing about which part differs."""

    status = 409
    zh = "用这些信息无法办理。请核对姓名和证件号码；仍有问题，请本人带证件到乡镇（街道）便民服务中心，或拨打 12345。"
    en = (
        "These details cannot be used. Check the name and the document number; if it still does not work, "
        "take the document to your town's service centre or call 12345."
    )


class UnsupportedMediaType(Problem):
    status = 415
    zh, en = "请以 JSON 格式(application/json)提交。", "Please send JSON (application/json)."


class BadJson(Problem):
    status = 400
    zh, en = "提交的内容不是有效的 JSON。", "What you sent is not valid JSON."


class CardTaken(Problem):
    """The number or NFC identifier is bound already, to somebody else. Says nothing about whom."""

    status = 409
    zh = "这张卡已绑定他人，不能重复绑定。请核对卡号；如确属本人，请持卡和证件到乡镇（街道）便民服务中心办理。"
    en = (
        "This card is bound to somebody else. Check the number; if the card is yours, take it and your document "
        "to your town's service centre."
    )


class TooManySheets(TooManyRequests):
    """Five sheets within a day, or 255 in all."""

    zh = "今天补办纸质码的次数已满，请明天再试，或打印现有的纸质码。"
    en = "No more sheets can be issued today. Print the present one again, or come back tomorrow."


class TooManyCards(Problem):
    """Ten cards are bound to this person."""

    status = 409
    zh = "最多绑定 10 张卡，请先停用不再使用的卡。"
    en = "Ten cards can be bound at most. End one that is no longer used first."
