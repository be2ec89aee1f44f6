"""What waits for an auditor on the console's first page."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from ankang.base.permissions import may
from ankang.base.work import WorkItem, WorkList, work_list

from ..words import PATTERN_WORDS
from .alerts import alerts_for
from .questions import questions_for
from .reads import PERMISSION


def questions_at_work(user: Any, now: datetime) -> WorkList | None:
    """Questions of residents that wait for an answer."""
    if not may(user, PERMISSION):
        return None
    rows = questions_for(user).filter(state="open")

    def item(row: Any) -> WorkItem:
        return WorkItem(_("Why was I looked at?"), reverse("access_question", args=[row.pk]), at=row.asked_at)

    empty = _("Residents' questions about reads wait here.")
    return work_list(_("Questions of residents"), rows, reverse("access_questions"), empty, item, "asked_at")


def alerts_at_work(user: Any, now: datetime) -> WorkList | None:
    """Unusual patterns that nobody has weighed."""
    if not may(user, PERMISSION):
        return None
    rows = alerts_for(user).filter(state__in=("open", "escalated"))

    def item(row: Any) -> WorkItem:
        title = str(PATTERN_WORDS[row.pattern])
        return WorkItem(title, reverse("access_alert", args=[row.pk]), note=row.reader_name, at=row.raised_at)

    empty = _("Unusual patterns of reads are put here for you to weigh.")
    return work_list(_("Unusual reads"), rows, reverse("access_alerts"), empty, item, "raised_at")
