"""Errors of this room."""

from ankang.base.errors import Problem, TooManyRequests


class AlreadyQuestioned(Problem):
    status = 409
    zh, en = "您已经就这次查看提出过疑问。", "You have asked about this read already."


class AlreadyAnswered(Problem):
    status = 409
    zh, en = "这件事已经有结论。", "This has been decided already."


class NotYourOwnAlert(Problem):
    status = 403
    zh, en = "涉及本人的查看，须由另一位审计员处理。", "This is about your own reads: another auditor decides it."


class TooManyLookUps(TooManyRequests):
    """``details.limit`` an hour for this duty; try again after ``details.retry_after`` seconds."""

    zh, en = "本小时的代查次数已用完，请稍后再查。", "You have used up this hour's look-ups. Please try again later."

