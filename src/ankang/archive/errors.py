"""What people and officers may meet in the archive."""

from ankang.base.errors import Problem, TooManyRequests


class SectionWithdrawn(Problem):
    """The person withdrew the consent of this section."""

    status = 409
    zh, en = "本人已撤回这一栏的授权，不能查看。", "The person has withdrawn this section. It cannot be opened."


class CorrectionOpen(Problem):
    status = 409
    zh, en = "这一条已有更正申请在处理。", "A correction of this item is already on its way."


class CorrectionDecided(Problem):
    status = 409
    zh, en = "这项申请已有答复。", "This request has been answered already."


class TooManyCorrections(Problem):
    status = 409
    zh, en = "已有 10 项申请在处理，请等有答复后再提交。", "Ten requests are waiting already. Please wait for an answer."


class DocumentRefused(Problem):
    """``details.fields.document``: too_large, not_a_picture."""

    status = 422
    zh, en = "附件须为 600 kB 以内的 JPEG、PNG 图片或 PDF。", "The file must be a JPEG or PNG picture or a PDF of 600 kB at most."


class DownloadsUsedUp(TooManyRequests):
    """Four whole files a day."""

    zh, en = "今天已下载 4 次，请明天再来。", "You have taken your file four times today. Please come back tomorrow."


class FreshCodeNeeded(Problem):
    """The sign-in is older than a quarter of an hour and no one-time code was answered."""

    status = 403
    zh, en = "请先输入短信验证码，再下载档案。", "Answer the one-time code first, then take your file."
