"""Work about persons: applications for relatives and new names, merges, old codes, sheets to print."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from ankang.base.permissions import may
from ankang.base.work import WorkItem, WorkList, work_list
from ankang.people.models import CarrierRun, Request
from ankang.people.services.legacy import imports_in_reach
from ankang.people.services.merging import merges_in_reach
from ankang.people.services.requests import waiting_requests


def relatives(user: Any, now: datetime) -> WorkList | None:
    """Applications for relatives, reviewed by documents."""
    if not may(user, "people.review"):
        return None
    return work_list(
        _("Relatives to review"),
        waiting_requests(user).filter(kind="family"),
        reverse("reviews"),
        _("Applications for a child or another relative, with pictures of documents, will be here."),
        _request,
        "asked_at",
    )


def names(user: Any, now: datetime) -> WorkList | None:
    """New names."""
    if not may(user, "people.review"):
        return None
    return work_list(
        _("New names to review"),
        waiting_requests(user).filter(kind="name"),
        reverse("reviews"),
        _("Changes of name that residents ask for will be here."),
        _request,
        "asked_at",
    )


def merges(user: Any, now: datetime) -> WorkList | None:
    """Merges on their way."""
    if not may(user, "people.merge"):
        return None
    return work_list(
        _("Merges on their way"),
        merges_in_reach(user).filter(state="asked"),
        reverse("merges"),
        _("Two records of one person that you want to merge will be here until they are decided."),
        lambda row: WorkItem(f"{row.absorbed} → {row.survivor}", reverse("merge", args=[row.pk]), "", row.asked_at),
        "asked_at",
    )


def old_codes(user: Any, now: datetime) -> WorkList | None:
    """Lists of old codes that were checked and not taken."""
    if not may(user, "people.import"):
        return None
    return work_list(
        _("Lists of old codes to take"),
        imports_in_reach(user).filter(state="checked"),
        reverse("legacy_lists"),
        _("Lists of old registration codes that are checked and not yet taken will be here."),
        lambda row: WorkItem(row.file_name, reverse("legacy_lists"), row.by_name, row.at),
    )


def sheets(user: Any, now: datetime) -> WorkList | None:
    """The reader's own lists of sheets and cards that are not finished."""
    if not may(user, "carriers.issue_in_bulk"):
        return None
    return work_list(
        _("Lists of sheets and cards"),
        CarrierRun.objects.filter(created_by=user.pk).exclude(state__in=("finished", "cancelled")).order_by("-created_at"),
        reverse("carrier_runs"),
        _("Lists for which you print sheets or bind cards will be here until they are finished."),
        lambda row: WorkItem(row.filename, reverse("carrier_run", args=[row.pk]), str(row.get_state_display()), row.created_at),
    )


def _request(row: Request) -> WorkItem:
    return WorkItem(str(row.town), reverse("review", args=[row.pk]), "", row.asked_at)


MAKERS = (relatives, names, merges, old_codes, sheets)
