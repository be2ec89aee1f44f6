"""From approval to force: what a decision does, and the moment a release takes over. Races are settled by one lock."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ankang.base.approvals import SUBJECTS, Subject, withdraw_approval
from ankang.base.errors import NotAllowed, NotFound
from ankang.base.models import Approval

from ..errors import NotWithdrawable
from ..models import RuleRelease
from .recolourings import start_recolouring
from .release_lookup import may_edit
from .rulebook import RELEASES, one_at_a_time

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
    elif release.state == "approved" and one_at_a_time() and RELEASES.may_be_recalled(release, now):
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
    if RELEASES.decide(approval, now):
        publish_due(now)


def publish_due(now: datetime) -> list[RuleRelease]:
    """Mark what has come into force as published and its predecessor as superseded, and recolour everybody concerned.

    Idempotent; called on approval and each minute.
    """
    published = RELEASES.publish(now)
    if published:
        _recolour(published[-1], now)
    return published


def register() -> None:
    """Name the subject of the two-person rule."""
    SUBJECTS[SUBJECT] = Subject(
        SUBJECT, _("rule set"), lambda reference: reverse("rule_release", args=[int(reference)]), release_decided
    )


def _recolour(release: RuleRelease, now: datetime) -> None:
    start_recolouring(SUBJECT, str(release.pk), release.author_name, now)
