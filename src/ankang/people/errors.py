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


class RegisteredElsewhere(Problem):
    """The person is on file in a town of another office, which alone may change the record at a counter."""

    status = 409
    zh = "这位居民已在其他地方登记。请本人在手机上变更居住乡镇，或由原登记地办理迁出后再登记。"
    en = (
        "This person is registered in another place. They can change their town on their own phone, "
        "or the office there records the move first."
    )


class TooManyClaims(TooManyRequests):
    """Too many wrong claims of one document, or from one address, within a day; says nothing about who is on file."""

    zh = "尝试次数过多，请 24 小时后再试，或持护照到口岸、乡镇（街道）便民服务中心办理。"
    en = "Too many tries. Try again in 24 hours, or take your passport to the desk at the border or a town's service centre."


class CodeEnded(Problem):
    """The record of this document ended: staff recorded a death. Where that is wrong, staff put it right."""

    status = 409
    zh = "该证件的安康码已停用。如有错误，请带证件到乡镇（街道）便民服务中心，或拨打 12345。"
    en = "The code of this document has ended. If that is wrong, take the document to your town's service centre or call 12345."


class ChainOfProxies(Problem):
    """Who is cared for cannot care for others, and the other way round (A6): no chain of proxies."""

    status = 409
    zh = "由他人代管的人不能再代管别人，代管他人的人也不能由别人代管。"
    en = "Somebody who is looked after cannot look after others, nor the other way round."


class NotOfAge(Problem):
    """A guardian or a proxy is at least 18."""

    status = 409
    zh = "年满 18 周岁才能为家人代申领、代亮码。"
    en = "Only adults can apply and show for others."


class OfAge(Problem):
    """Guardianship is for minors; an adult agrees on the own phone, or staff look at documents."""

    status = 409
    zh = "此人已满 18 周岁，请选择“成年家人”，由本人同意或提交材料办理。"
    en = "This person is an adult. Choose an adult of the family, who agrees on their own phone or shows documents."


class BirthDateNeeded(Problem):
    """The document of a minor does not tell the birth date, and none was given."""

    status = 422
    zh = "请填写出生日期：监护到 18 周岁自动结束。"
    en = "Please give the birth date: guardianship ends by itself at 18."


class OwnCodeOnly(Problem):
    """Asked for while showing for a ward: the guardian's own code is needed."""

    status = 403
    zh = "您正在查看家人的页面，请先切换回本人。"
    en = "You are on the pages of somebody you care for. Switch back to yourself first."


class TooManyRequestsWaiting(Problem):
    """Six requests of one person wait for review already."""

    status = 409
    zh = "您已有 6 项申请待审核，请等待结果后再提交。"
    en = "Six of your requests wait for review. Please wait for the answers."


class PictureRefused(Problem):
    """Not a JPEG or PNG picture, or too large; ``details.fields.pictures`` says which."""

    status = 422
    zh = "照片须为 JPEG 或 PNG 格式，每张不超过 600 KB，最多 3 张。"
    en = "Pictures must be JPEG or PNG, at most 600 kB each, three at most."


class DocumentTaken(Problem):
    """Another record has this document. Are they one person, staff ask for a merge."""

    status = 409
    zh = "这个证件号码已有另一份档案。如属同一人，请申请合并两份档案。"
    en = "Another record has this document. If they are one person, ask for the two records to be merged."


class LeavingOpen(Problem):
    """A change of this record's state waits already: a closing, or a death that somebody decides."""

    status = 409
    zh = "这份档案已有待办的状态变更，请先处理。"
    en = "A change of this record is on its way already. Settle that one first."


class NotInThisState(Problem):
    """The record does not stand so that this could be done: it ended, or never did."""

    status = 409
    zh = "档案当前状态不能办理此事，请刷新后查看。"
    en = "The record's present state does not allow this. Reload and look again."


class MergeImpossible(Problem):
    """Both records must be alive; one may have been merged, closed or ended meanwhile."""

    status = 409
    zh = "两份档案须均有效才能合并或撤销；其中一份的状态已有变化，请重新查看。"
    en = "Both records must be alive for this. One of them has changed meanwhile; look again."


class UndoTooLate(Problem):
    """A merge can be undone for 30 days."""

    status = 409
    zh = "合并已超过 30 天，不能撤销。"
    en = "The merge is older than 30 days and can no longer be undone."


class AlreadyReviewed(Problem):
    """Somebody else decided the request meanwhile, or it was withdrawn."""

    status = 409
    zh = "这项申请已经处理。"
    en = "This request has been decided already."


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


class TooManyCompanions(Problem):
    """Six companions are bound to this person (domain.md §3: six a phone)."""

    status = 409
    zh = "最多绑定 6 位同行人，请先解除一位不再同行的。"
    en = "Six companions can be bound at most. End one who no longer walks with you first."


class ChainRefused(Problem):
    """The holder walks along with somebody, or one of the companions brings people of their own."""

    status = 409
    zh = "同行人不能再带人：您或所选的人正与他人同行。请先结束那边的同行，再试一次。"
    en = "A companion brings nobody: you, or one of those you chose, walk with somebody else just now. End that first."


class CarrierRunStateWrong(Problem):
    """The run of a list was begun, finished or cancelled before."""

    status = 409
    zh = "这份名单已经处理过了，请刷新页面查看。"
    en = "This list was dealt with already. Reload the page to see how it stands."


class TableNotReadable(Problem):
    """A list cannot be read; ``details.fault`` is the code (base.reading.faults), the sentence says what is wrong."""

    status = 422
    zh, en = "名单无法读取。", "The list cannot be read."

    def __init__(self, fault: str, why: dict[str, str]) -> None:
        super().__init__({"fault": fault})
        self._why = why

    def message(self, lang: str) -> str:
        return self._why["zh" if lang.startswith("zh") else "en"] + ("。" if lang.startswith("zh") else ".")
