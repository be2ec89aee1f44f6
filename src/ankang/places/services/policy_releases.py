"""From approval to force: what a decision does, and the moment a policy set takes over. Gates turn by their own clocks."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ankang.base.approvals import SUBJECTS, Subject, withdraw_approval
from ankang.base.errors import NotFound
from ankang.base.models import Approval
from ankang.base.services import bump_revision

from ..errors import NotWithdrawable, ProvinceOnly
from ..models import PolicyRelease
from .policy_book import RELEASES, is_of_the_province, one_at_a_time
from .policy_drafts import SUBJECT


def policies_decided(approval: Approval, now: datetime) -> None:
    """What a closed approval does: sign and put into force at the wanted moment, or keep as rejected or withdrawn.

    Raises BaseOutdated, MomentNotPossible, MakerCannotDecide; the decision then is not taken and nothing is lost.
    """
    if RELEASES.decide(approval, now):
        bump_revision("policies")
        RELEASES.publish(now)


def withdraw_policies(number: int, by: Any, now: datetime) -> PolicyRelease:
    """Take back what waits for approval, or what is approved and not yet in force.

    Raises NotFound, ProvinceOnly, NotWithdrawable.
    """
    release = PolicyRelease.objects.select_for_update().filter(pk=number).first()
    if release is None:
        raise NotFound()
    if not is_of_the_province(by, "policies.edit"):
        raise ProvinceOnly()
    if release.state == "submitted" and release.approval is not None:
        withdraw_approval(release.approval, by, now)
    elif release.state == "approved" and one_at_a_time() and RELEASES.may_be_recalled(release, now):
        PolicyRelease.objects.filter(pk=number).update(state="withdrawn")
        bump_revision("policies")
    else:
        raise NotWithdrawable()
    release.refresh_from_db()
    return release


def publish_due_policies(now: datetime) -> list[PolicyRelease]:
    """Mark what has come into force as published and its predecessor as superseded. Idempotent; doors did not wait for it."""
    return RELEASES.publish(now)


def register() -> None:
    """Name the subject of the two-person rule."""
    SUBJECTS[SUBJECT] = Subject(
        SUBJECT, _("policy set"), lambda reference: reverse("policy_release", args=[int(reference)]), policies_decided
    )
