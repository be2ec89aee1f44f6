"""Work around the colours: drafts of rules and policies, dry runs and their alarms, areas that end."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from ankang.base.permissions import may, regions_where
from ankang.base.services import region_codes_below
from ankang.base.work import WorkItem, WorkList, work_list
from ankang.health.models import Area, DryRun, RuleRelease
from ankang.places.models import PolicyRelease, PolicyRequest

AREA_SOON = timedelta(days=3)
LATELY = timedelta(days=14)


def rule_drafts(user: Any, now: datetime) -> WorkList | None:
    """Rule sets that are being written, or came back."""
    if not may(user, "rules.edit"):
        return None
    rows = RuleRelease.objects.filter(state="draft").order_by("-updated_at")

    def item(row: RuleRelease) -> WorkItem:
        return WorkItem(f"v{row.version} · {row.author_name}", reverse("rule_release", args=[row.pk]), row.note[:60], row.updated_at)

    return work_list(
        _("Rule sets in draft"), rows, reverse("rules"), _("Rule sets that you begin will be here until they are submitted."), item
    )


def dry_runs(user: Any, now: datetime) -> WorkList | None:
    """Dry runs that have ended or raised the alarm lately."""
    if not may(user, "rules.edit"):
        return None
    rows = DryRun.objects.filter(asked_at__gt=now - LATELY, subject="rule_set").filter(
        Q(alarm__isnull=False) | Q(state__in=("waiting", "running", "stopped", "failed"))
    )

    def item(row: DryRun) -> WorkItem:
        note = _("Alarm: many people would turn to a worse colour.") if row.alarm else str(row.get_state_display())
        return WorkItem(_("Dry run %d") % row.pk, reverse("dry_run", args=[row.pk]), note, row.asked_at)

    return work_list(
        _("Dry runs and alarms"),
        rows.order_by("-asked_at"),
        reverse("rules"),
        _("Dry runs under way, stopped, or with an alarm will be here."),
        item,
    )


def policy_drafts(user: Any, now: datetime) -> WorkList | None:
    """Policy sets that are being written."""
    if not may(user, "policies.edit"):
        return None
    rows = PolicyRelease.objects.filter(state="draft").order_by("-updated_at")
    return work_list(
        _("Policy sets in draft"),
        rows,
        reverse("policy_list"),
        _("Policy sets that you begin will be here until they are submitted."),
        lambda row: WorkItem(f"v{row.version} · {row.author_name}", reverse("policy_release", args=[row.pk]), row.note[:60], row.updated_at),
    )


def policy_requests(user: Any, now: datetime) -> WorkList | None:
    """What cities ask the province for."""
    if not may(user, "policies.edit"):
        return None
    rows = PolicyRequest.objects.filter(state="open").order_by("pk")
    link = reverse("policy_list")
    return work_list(
        _("Requests for a policy"),
        rows,
        link,
        _("Conditions that cities and offices ask the province for will be here."),
        lambda row: WorkItem(row.wish[:80], link, row.reason[:60]),
    )


def areas(user: Any, now: datetime) -> WorkList | None:
    """Areas that wait for approval, or end within three days."""
    if not may(user, "areas.declare"):
        return None
    codes = region_codes_below(regions_where(user, "areas.declare"))
    rows = Area.objects.filter(Q(code__in=codes) | Q(code__in=[code.replace("-", "") for code in codes])).filter(
        Q(state="pending") | Q(lift_until__isnull=False, lifted_at=None) | Q(state="in_force", until__gt=now, until__lte=now + AREA_SOON)
    )

    def item(row: Area) -> WorkItem:
        note = str(row.get_state_display()) if row.state == "pending" else _("ends")
        return WorkItem(row.name, reverse("area", args=[row.pk]), note, row.until or row.since)

    return work_list(
        _("Areas that wait or end soon"),
        rows.order_by("until", "pk"),
        reverse("areas"),
        _("Areas that wait for approval or end within three days will be here."),
        item,
    )


MAKERS = (rule_drafts, dry_runs, policy_drafts, policy_requests, areas)
