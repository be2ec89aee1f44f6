"""From approval to force: what a decision does, and the moment a release takes over. Races are settled by one lock."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ankang.base.approvals import SUBJECTS, MakerCannotDecide, Subject, withdraw_approval
from ankang.base.errors import NotAllowed, NotFound
from ankang.base.models import Approval

from ..errors import BaseOutdated, MomentNotPossible, NotWithdrawable
from ..models import RuleRelease
from .recolourings import start_recolouring
from .release_lookup import may_edit, newest_approved
from .rulebook import approved_first, sign_release

SUBJECT = "rule_set"


def withdraw_release(number: int, by: Any, now: datetime) -> RuleRelease:
    """Take back what waits for approval, or what is approved and not yet in force.

    Raises NotFound, NotAllowed, NotWithdrawable (in force, decided, or another release was approved after it).
    """
    release = RuleRelease.objects.select_for_update().filter(pk=number).first()
    if release is None:
        raise NotFound()
    if not may_edit(release, by):
        raise NotAllowed(details={"region": release.region})
    if release.state == "submitted" and release.approval is not None:
        withdraw_approval(release.approval, by, now)
    elif release.state == "approved" and _one_at_a_time() and newest_approved() == release and _later(release, now):
        RuleRelease.objects.filter(pk=number).update(state="withdrawn")
    else:
        raise NotWithdrawable()
    release.refresh_from_db()
    return release


def release_decided(approval: Approval, now: datetime) -> None:
    """What a closed approval does: sign and put into force at the wanted moment, or keep as rejected or withdrawn.

    Raises BaseOutdated when another release was approved meanwhile, MomentNotPossible, MakerCannotDecide (who wrote
    it cannot approve what a colleague submitted); the decision then is not taken and nothing is lost.
    """
    release = RuleRelease.objects.select_for_update().get(pk=int(approval.reference))
    if approval.state != "approved":
        release.state = approval.state
        release.save(update_fields=["state"])
        return
    if approval.decisions.filter(by=release.author).exists():
        raise MakerCannotDecide()
    _one_at_a_time()
    newest = newest_approved()
    if newest != release.base:
        raise BaseOutdated()
    moment = max(release.wanted_at or now, now.replace(microsecond=0)).replace(microsecond=0)
    if newest is not None and newest.effective_at is not None and moment <= newest.effective_at:
        raise MomentNotPossible(details={"reason": "before_newest"})
    release.effective_at, release.state = moment, "approved"
    sign_release(release)
    try:
        with transaction.atomic():
            release.save(update_fields=["effective_at", "state", "signature", "kid"])
    except IntegrityError:
        raise BaseOutdated() from None
    publish_due(now)


def publish_due(now: datetime) -> list[RuleRelease]:
    """Mark what has come into force as published and its predecessor as superseded, and recolour everybody concerned.

    Idempotent; called on approval and each minute.
    """
    due = RuleRelease.objects.filter(state="approved", effective_at__lte=now).order_by("effective_at")
    if not due.exists():
        return []
    _one_at_a_time()
    published = list(due.select_for_update())
    for release in published:
        RuleRelease.objects.filter(state="published").exclude(pk=release.pk).update(state="superseded")
        RuleRelease.objects.filter(pk=release.pk).update(state="published")
        release.refresh_from_db()
    if published:
        _recolour(published[-1], now)
    return published


def register() -> None:
    """Name the subject of the two-person rule."""
    SUBJECTS[SUBJECT] = Subject(
        SUBJECT, _("rule set"), lambda reference: reverse("rule_release", args=[int(reference)]), release_decided
    )


def _one_at_a_time() -> bool:
    """Whoever approves, publishes or withdraws holds the first approved release until the end of the transaction."""
    first = approved_first()
    RuleRelease.objects.select_for_update().get(pk=first.pk)
    return True


def _later(release: RuleRelease, now: datetime) -> bool:
    return release.effective_at is not None and release.effective_at > now


def _recolour(release: RuleRelease, now: datetime) -> None:
    start_recolouring(SUBJECT, str(release.pk), release.author_name, now)
