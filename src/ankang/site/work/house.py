"""Work of everybody: approvals, own requests; and of those who look after staff."""

from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ankang.base.approvals import SUBJECTS, approvals_for, waiting_for
from ankang.base.models import Approval
from ankang.base.permissions import may, permissions_of
from ankang.base.work import WorkItem, WorkList, work_list
from ankang.staff.models import Invitation
from ankang.staff.services.invitations import invitations_for
from ankang.staff.services.reach import staff_for

SOON = timedelta(hours=24)
DECIDING = frozenset(
    {
        "archive.approve",
        "areas.approve",
        "feeds.approve",
        "people.approve",
        "policies.approve",
        "rules.approve",
        "staff.edit",
    }
)
"""Permissions whose holders decide what others ask; they see their inbox even while it is empty."""


def approvals(user: Any, now: datetime) -> WorkList | None:
    """What waits for the reader's decision."""
    rows = waiting_for(user)
    if not (permissions_of(user) & DECIDING) and not rows.exists():
        return None
    empty = _("What others ask you to decide will be here: rule sets, areas, batches, merges, exports.")
    return work_list(_("Wait for your decision"), rows, reverse("approvals"), empty, _approval, "asked_at")


def own_requests(user: Any, now: datetime) -> WorkList | None:
    """What the reader asked for and nobody has decided yet."""
    rows = approvals_for(user).filter(asked_by=user.pk, state="pending")
    if not rows.exists():
        return None
    return work_list(_("You asked, others decide"), rows, reverse("approvals"), "", _approval, "asked_at")


def invitations(user: Any, now: datetime) -> WorkList | None:
    """Invitations nobody has used: those that end soon first."""
    if not may(user, "staff.edit"):
        return None
    rows = invitations_for(user, "staff.edit").filter(used_at=None, revoked_at=None, expires_at__gt=now)
    link, ending = reverse("staff_invitations"), rows.filter(expires_at__lte=now + SOON).order_by("expires_at")
    note = _("%d end within a day") % ending.count()

    def item(row: Invitation) -> WorkItem:
        return WorkItem(str(row.name), link, _("valid until"), row.expires_at)

    made = work_list(
        _("Invitations not used yet"),
        rows.order_by("expires_at"),
        link,
        _("Links that you sent and nobody has opened yet will be here, with the day they end."),
        item,
    )
    return made if not made.count or not ending.exists() else WorkList(
        f"{made.title} · {note}", made.count, link, made.empty, made.items, due=made.items[0].at
    )


def without_factor(user: Any, now: datetime) -> WorkList | None:
    """Staff who sign in with a password alone."""
    if not may(user, "staff.edit"):
        return None
    rows = staff_for(user, "staff.edit").filter(is_active=True).exclude(
        pk__in=Authenticator.objects.exclude(type="recovery_codes").values("user")
    )
    return work_list(
        _("Staff without a second factor"),
        rows.order_by("username"),
        reverse("staff"),
        _("Everybody has a passkey or codes. Who has none will be here."),
        lambda one: WorkItem(one.get_full_name() or one.username, reverse("staff_member", args=[one.pk])),
    )


def _approval(asked: Approval) -> WorkItem:
    chinese = (get_language() or "zh").startswith("zh")
    subject = SUBJECTS[asked.subject]
    return WorkItem(
        asked.summary["zh" if chinese else "en"], reverse("approvals"), f"{subject.title} · {asked.asked_by_name}", asked.asked_at
    )


MAKERS = (approvals, own_requests, invitations, without_factor)
