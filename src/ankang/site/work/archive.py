"""Work of the offices that feed the personal archive: corrections that residents ask for."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ankang.archive.kinds import section_kinds
from ankang.archive.models import Correction
from ankang.archive.rules import OPEN_STATES
from ankang.archive.services.reach import queue_for, sections_for
from ankang.base.work import WorkItem, WorkList, work_list


def corrections(user: Any, now: datetime) -> WorkList | None:
    """What residents say is wrong in what this office sent."""
    if not sections_for(user):
        return None
    kinds = section_kinds()

    def item(row: Correction) -> WorkItem:
        return WorkItem(kinds[row.section].word(get_language() or "zh-hans"), reverse("archive_correction", args=[row.pk]), "", row.asked_at)

    return work_list(
        _("Corrections to answer"),
        queue_for(user).filter(state__in=OPEN_STATES).order_by("asked_at", "pk"),
        reverse("archive_corrections"),
        _("What residents say is wrong in your office's entries will be here."),
        item,
        "asked_at",
    )


MAKERS = (corrections,)
