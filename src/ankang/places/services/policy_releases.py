"""From approval to force: what a decision does, and the moment a policy set takes over. Gates turn by their own clocks."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ankang.base.approvals import SUBJECTS, MakerCannotDecide, Subject, withdraw_approval
from ankang.base.errors import NotFound
from ankang.base.models import Approval
from ankang.base.services import bump_revision

from ..errors import BaseOutdated, MomentNotPossible, NotWithdrawable, ProvinceOnly
from ..models import PolicyRelease
from .policy_book import is_of_the_province, newest_policies, sign_policies
from .policy_drafts import SUBJECT

_LOCK = 0x616B706F
"""Advisory lock of whoever approves, publishes or withdraws a policy set. Nobody else uses the number."""


def policies_decided(approval: Approval, now: datetime) -> None:
    """What a closed approval does: sign and put into force at the wanted moment, or keep as rejected or withdrawn.

    Raises ProvinceOnly, BaseOutdated, MomentNotPossible, MakerCannotDecide (who wrote it cannot approve what a colleague
    submitted); the decision then is not taken and nothing is lost.
    """
    _one_at_a_time()
    release = PolicyRelease.objects.select_for_update().get(pk=int(approval.reference))
    if approval.state != "approved":
        release.state = approval.state
        release.save(update_fields=["state"])
        return
    if approval.decisions.filter(by=release.author).exists():
        raise MakerCannotDecide()
    newest = newest_policies()
    if newest != release.base:
        raise BaseOutdated()
    moment = max(release.wanted_at or now, now).replace(microsecond=0)
    if newest is not None and newest.effective_at is not None and moment <= newest.effective_at:
        raise MomentNotPossible(details={"reason": "before_newest"})
    release.effective_at, release.state = moment, "approved"
    sign_policies(release)
    try:
        with transaction.atomic():
            release.save(update_fields=["effective_at", "state", "signature", "kid"])
    except IntegrityError:
        raise BaseOutdated() from None
    bump_revision("policies")
    publish_due_policies(now)


def withdraw_policies(number: int, by: Any, now: datetime) -> PolicyRelease:
    """Take back what waits for approval, or what is approved and not yet in force.

    Raises NotFound, ProvinceOnly, NotWithdrawable.
    """
    _one_at_a_time()
    release = PolicyRelease.objects.select_for_update().filter(pk=number).first()
    if release is None:
        raise NotFound()
    if not is_of_the_province(by, "policies.edit"):
        raise ProvinceOnly()
    later = release.effective_at is not None and release.effective_at > now
    if release.state == "submitted" and release.approval is not None:
        withdraw_approval(release.approval, by, now)
    elif release.state == "approved" and later and newest_policies() == release:
        PolicyRelease.objects.filter(pk=number).update(state="withdrawn")
        bump_revision("policies")
    else:
        raise NotWithdrawable()
    release.refresh_from_db()
    return release


def publish_due_policies(now: datetime) -> list[PolicyRelease]:
    """Mark what has come into force as published and its predecessor as superseded. Idempotent; doors did not wait for it."""
    due = PolicyRelease.objects.filter(state="approved", effective_at__lte=now).order_by("effective_at")
    if not due.exists():
        return []
    _one_at_a_time()
    published = list(due.select_for_update())
    for release in published:
        PolicyRelease.objects.filter(state="published").exclude(pk=release.pk).update(state="superseded")
        PolicyRelease.objects.filter(pk=release.pk).update(state="published")
        release.refresh_from_db()
    return published


def register() -> None:
    """Name the subject of the two-person rule."""
    SUBJECTS[SUBJECT] = Subject(
        SUBJECT, _("policy set"), lambda reference: reverse("policy_release", args=[int(reference)]), policies_decided
    )


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
