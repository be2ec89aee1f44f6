"""The two-person rule (I2): somebody asks, somebody else decides, and what was decided is exactly what was shown.

A room names its subject once, in ``AppConfig.ready``; what an approval means there is done by its ``closed``, in the
transaction of the decision. Decisions are rows of their own; the database refuses the maker's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from .errors import NotAllowed, NotFound, Problem
from .models import Approval, Decision
from .permissions import ROLES, may, regions_where
from .services import region_codes_below


class MakerCannotDecide(Problem):
    status = 403
    zh, en = "提交人不能审批自己的申请。", "Whoever asks cannot decide."


class SameOrganisation(Problem):
    status = 403
    zh, en = "须由另一单位的人员审批。", "Somebody of another organisation must decide this."


class ContentChanged(Problem):
    status = 409
    zh, en = "内容在您查看之后有变动，请重新查看后再审批。", "It changed since you looked. Look again, then decide."


class AlreadyDecided(Problem):
    status = 409
    zh, en = "这项申请已经有结论，或者您已经表过态。", "This is decided already, or you have already given your decision."


class AlarmNotRead(Problem):
    status = 422
    zh, en = "请填写警报中的人数，确认您已经看过。", "Type the number of people in the alarm, to show that you have read it."


class ReasonNeeded(Problem):
    status = 422
    zh, en = "请写明理由。", "Please give the reason."


@dataclass(frozen=True)
class Subject:
    """A kind of thing that needs approval: its title, the address of its page, and what a closed approval does.

    ``lock(reference)`` takes the rows whose change settles such requests (``overtake``); a decision takes them before its own row.
    """

    name: str
    title: Any
    address: Callable[[str], str]
    closed: Callable[[Approval, datetime], None]
    lock: Callable[[str], object] | None = None


SUBJECTS: dict[str, Subject] = {}


def ask_approval(
    subject: str,
    reference: str,
    digest: bytes,
    by: Any,
    *,
    region: str,
    permission: str,
    summary: Mapping[str, str],
    now: datetime,
    note: str = "",
    other_organisation: bool = False,
    alarm: Mapping[str, Any] | None = None,
) -> Approval:
    """Ask that somebody who holds ``permission`` in ``region`` decides; ``summary`` has ``zh`` and ``en``.

    ``digest``: SM3 of what is to be approved. With an ``alarm`` (what raised it) two people must agree. Raises
    AlreadyDecided when the same thing is already waiting.
    """
    assert subject in SUBJECTS
    try:
        with transaction.atomic():
            return Approval.objects.create(
                subject=subject,
                reference=reference,
                digest=digest,
                summary=dict(summary),
                region_id=region,
                permission=permission,
                other_organisation=other_organisation,
                needed=2 if alarm else 1,
                alarm=dict(alarm) if alarm else None,
                asked_by=by.pk,
                asked_by_name=by.get_full_name() or by.username,
                asked_organisations=organisations_of_user(by),
                asked_at=now,
                note=note.strip(),
            )
    except IntegrityError:
        raise AlreadyDecided() from None


def decide(approval: int, by: Any, yes: bool, digest: bytes, now: datetime, reason: str = "") -> Approval:
    """Say yes or no. The last yes that is needed, or the first no, closes the approval and tells its room.

    ``digest`` is of what the reader saw. Raises NotFound, NotAllowed, MakerCannotDecide, SameOrganisation,
    ContentChanged, AlreadyDecided, ReasonNeeded (a no says why).
    """
    _lock_what_settles(approval)
    asked = Approval.objects.select_for_update().filter(pk=approval).first()
    if asked is None:
        raise NotFound()
    _check_right(asked, by)
    if asked.state != "pending" or asked.decisions.filter(by=by.pk).exists():
        raise AlreadyDecided()
    if not compare_digest(bytes(asked.digest), digest):
        raise ContentChanged()
    if not yes and not reason.strip():
        raise ReasonNeeded()
    Decision.objects.create(
        approval=asked,
        maker=asked.asked_by,
        by=by.pk,
        by_name=by.get_full_name() or by.username,
        organisations=organisations_of_user(by),
        yes=yes,
        reason=reason.strip(),
        at=now,
    )
    if not yes or asked.decisions.filter(yes=True).count() >= asked.needed:
        _close(asked, "approved" if yes else "rejected", now)
    return asked


def withdraw_approval(approval: int, by: Any, now: datetime) -> Approval:
    """Take the request back; only who asked may. Raises NotFound, NotAllowed, AlreadyDecided."""
    asked = Approval.objects.select_for_update().filter(pk=approval).first()
    if asked is None:
        raise NotFound()
    if asked.asked_by != by.pk:
        raise NotAllowed()
    if asked.state != "pending":
        raise AlreadyDecided()
    _close(asked, "withdrawn", now)
    return asked


def overtake(subject: str, reference: str, words: Mapping[str, str], now: datetime) -> None:
    """Close what still waits about this, because something else settled it; ``words`` (zh, en) say so in its summary.

    The caller holds what the subject's ``lock`` takes: who decides at this moment waits for that, and learns that it is settled.
    """
    asked = Approval.objects.select_for_update().filter(subject=subject, reference=reference, state="pending").first()
    if asked is None:
        return
    asked.summary = {lang: f"{text} {words[lang]}" for lang, text in asked.summary.items()}
    asked.save(update_fields=["summary"])
    _close(asked, "withdrawn", now)


def approvals_for(user: Any) -> "QuerySet[Approval]":
    """The approvals whose region and permission ``user`` holds, newest first; also the user's own requests."""
    found = Approval.objects.filter(asked_by=user.pk)
    held = {permission for duty in user.duties.all() for permission in ROLES.get(duty.role, frozenset())}
    for permission in sorted(held):
        reach = region_codes_below(regions_where(user, permission))
        found = found | Approval.objects.filter(permission=permission, region__in=reach)
    return found.order_by("-asked_at", "-pk")


def waiting_for(user: Any) -> "QuerySet[Approval]":
    """What waits for this user's decision."""
    mine = Decision.objects.filter(by=user.pk).values("approval")
    return approvals_for(user).filter(state="pending").exclude(asked_by=user.pk).exclude(pk__in=mine)


def may_decide(asked: Approval, user: Any) -> bool:
    """Whether the buttons are shown to ``user``."""
    try:
        _check_right(asked, user)
    except Problem:
        return False
    return asked.state == "pending" and not asked.decisions.filter(by=user.pk).exists()


def confirm_alarm(approval: int, people: str) -> None:
    """Refuse a yes to an approval with an alarm unless ``people`` is the number it names. Raises AlarmNotRead.

    An alarm without people could not be weighed; it names its rows.
    """
    asked = Approval.objects.filter(pk=approval).first()
    if asked is None or not asked.alarm:
        return
    number = "".join(letter for letter in people if letter.isdecimal())
    if number != str(asked.alarm.get("people", asked.alarm.get("rows"))):
        raise AlarmNotRead()


def approval_context(asked: Approval | None, user: Any) -> dict[str, Any]:
    """What a page needs to include ``base/approval_box.html``; empty when nothing was asked."""
    if asked is None:
        return {}
    return {
        "asked": asked,
        "asked_title": SUBJECTS[asked.subject].title,
        "asked_address": SUBJECTS[asked.subject].address(asked.reference),
        "asked_decisions": list(asked.decisions.order_by("at")),
        "asked_digest": bytes(asked.digest).hex(),
        "asked_may_decide": may_decide(asked, user),
        "asked_may_withdraw": asked.state == "pending" and asked.asked_by == user.pk,
    }


def organisations_of_user(user: Any) -> list[int]:
    """The organisations of a member of staff's duties."""
    return sorted({duty.office for duty in user.duties.all() if duty.office is not None})


def _lock_what_settles(approval: int) -> None:
    found = Approval.objects.filter(pk=approval).values_list("subject", "reference").first()
    lock = SUBJECTS[found[0]].lock if found else None
    if found and lock:
        lock(found[1])


def _check_right(asked: Approval, by: Any) -> None:
    if asked.asked_by == by.pk:
        raise MakerCannotDecide()
    if not may(by, asked.permission):
        raise NotAllowed(details={"permission": asked.permission})
    if asked.region_id not in region_codes_below(regions_where(by, asked.permission)):
        raise NotAllowed(details={"region": asked.region_id})
    own = set(organisations_of_user(by))
    if asked.other_organisation and (not own or own & set(asked.asked_organisations)):
        raise SameOrganisation()


def _close(asked: Approval, state: str, now: datetime) -> None:
    asked.state, asked.closed_at = state, now
    asked.save(update_fields=["state", "closed_at"])
    SUBJECTS[asked.subject].closed(asked, now)
