"""Verdicts at a door: what was decided, why, and how to say it (domain.md §5 'Sign-in')."""

from enum import IntEnum


class _Slugged(IntEnum):
    @property
    def slug(self) -> str:
        """The stable lower-case name used by every interface."""
        return self.name.lower()


class Verdict(_Slugged):
    """The answer: let in, keep out, or have a person look."""

    ADMIT = 1
    DENY = 2
    REFER = 3


class Direction(_Slugged):
    """Which way the person walks."""

    ENTRY = 1
    EXIT = 2


class VisitKind(_Slugged):
    """How the visit came to be recorded."""

    VERIFY = 1
    SCAN = 2
    OFFLINE = 3
    GROUP = 4
    """Ticked on a list by the staff at the door, or by the leader."""
    COMPANION = 5
    """Came along on the code of somebody else."""


class Reason(_Slugged):
    """Why; the number is stored with the visit and never reused."""

    OK = 1
    INVALID = 2
    EXPIRED = 3
    NOT_YET_VALID = 4
    REVOKED = 5
    ALREADY_USED = 6
    WRONG_PLACE = 7
    NOT_ENTITLED = 8
    COLOUR = 9
    STALE = 10
    ERROR = 11
    TEMPERATURE = 12
    CLOSED = 13
    PRESENCE = 14
    TEST = 15


_SENTENCES = {
    Reason.OK: ("请通行。", "Please pass."),
    Reason.INVALID: ("这不是有效的安康码，请打开本人手机上的码重新出示。", "Not a valid Ankang code. Please open the code on your own phone."),
    Reason.EXPIRED: ("码已过期，请刷新后再出示；截图不能使用。", "The code has expired. Refresh it; a screenshot does not work."),
    Reason.NOT_YET_VALID: ("码的时间晚于当前时间，请校准手机时间。", "The code is ahead of time. Please correct the phone's clock."),
    Reason.REVOKED: ("此码已停用，请重新申领或联系工作人员。", "This code was withdrawn. Apply again or ask the staff."),
    Reason.ALREADY_USED: ("刚在这里放行过，请过一分钟再核验。", "Just admitted here. Wait a minute, then try again."),
    Reason.WRONG_PLACE: ("此设备不属于这个检查点。", "This device does not belong to this checkpoint."),
    Reason.NOT_ENTITLED: ("不在本场所允许的名单内。", "Not on this place's list."),
    Reason.COLOUR: ("按本场所规定，此码色不能进入。", "By this place's policy this colour may not enter."),
    Reason.STALE: ("无法核验：数据未及时更新，请人工核实。", "Cannot verify: our data are not fresh. Please check in person."),
    Reason.ERROR: ("暂时无法核验，请人工核实。", "Cannot verify just now. Please check in person."),
    Reason.TEMPERATURE: ("体温偏高，请到一旁复测。", "High temperature. Please step aside and measure again."),
    Reason.CLOSED: ("此检查点未启用或已关闭。", "This checkpoint is not in use."),
    Reason.TEST: (
        "本场所须有规定时间内的核酸阴性结果，请工作人员核对。",
        "This place asks for a recent negative test. Please ask the staff to check.",
    ),
    Reason.PRESENCE: ("未能确认您在现场，请工作人员确认。", "We could not tell that you are here. Please ask the staff to confirm."),
}


_OF_PLACE_CODES = {
    Reason.INVALID: ("这不是有效的场所码，请扫门口张贴的码。", "Not a valid place code. Please scan the one at the door."),
    Reason.EXPIRED: ("场所码已换，请重新扫门口的码。", "The place code has changed. Please scan the door's code again."),
    Reason.NOT_YET_VALID: ("场所码的时间不对，请告诉工作人员。", "The place code's time is wrong. Please tell the staff."),
    Reason.REVOKED: ("这张场所码已作废，请告诉工作人员。", "This place code was withdrawn. Please tell the staff."),
}
_REFERRED = {
    Reason.COLOUR: ("按本场所规定，此码色须工作人员核对。", "By this place's policy the staff check people of this colour."),
}


def sentence(reason: Reason, lang: str, kind: VisitKind = VisitKind.VERIFY, verdict: Verdict = Verdict.DENY) -> str:
    """The sentence a door or a phone shows; ``lang`` is ``zh`` or ``en``."""
    words = _SENTENCES[reason]
    if kind == VisitKind.SCAN:
        words = _OF_PLACE_CODES.get(reason, words)
    if verdict == Verdict.REFER:
        words = _REFERRED.get(reason, words)
    return words[0 if lang.startswith("zh") else 1]
