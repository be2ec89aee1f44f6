"""Work of those who send data: files half sent, checked but not submitted, rows refused."""

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ankang.base.permissions import may
from ankang.base.work import WorkItem, WorkList, work_list
from ankang.exchange.models import Batch
from ankang.exchange.services.kinds import feed_kind
from ankang.exchange.services.senders import batches_of

LATELY = timedelta(days=30)
OPEN_STATES = ("draft", "validated", "paused", "limit_exceeded", "error")


def unfinished(user: Any, now: datetime) -> WorkList | None:
    """Batches that wait for their sender."""
    if not may(user, "feeds.send"):
        return None
    rows = batches_of(user, "feeds.send").filter(state__in=OPEN_STATES, created_at__gt=now - LATELY)
    empty = _("Files that were sent in part, checked and not submitted, or stopped will be here.")
    return work_list(_("Batches to go on with"), rows, reverse("feeds"), empty, _batch, "created_at")


def refused(user: Any, now: datetime) -> WorkList | None:
    """Finished batches with refused rows: mend them and send them again."""
    if not may(user, "feeds.send"):
        return None
    rows = batches_of(user, "feeds.send").filter(state="finished", failed__gt=0, created_at__gt=now - LATELY)
    empty = _("Batches with rows that could not be taken will be here, with the file to mend.")

    def item(batch: Batch) -> WorkItem:
        return WorkItem(_name(batch), _page(batch), _("%d rows refused") % batch.failed, batch.ended_at)

    return work_list(_("Rows that were refused"), rows, reverse("feeds"), empty, item)


def _batch(batch: Batch) -> WorkItem:
    return WorkItem(_name(batch), _page(batch), str(batch.get_state_display()), batch.created_at)


def _name(batch: Batch) -> str:
    try:
        word = feed_kind(batch.feed).word(get_language() or "zh-hans")
    except Exception:  # a feed that was taken off the list keeps its batches
        word = batch.feed
    return f"{word} · {batch.filename or batch.pk}"


def _page(batch: Batch) -> str:
    return reverse("exchange:batch", args=[batch.pk])


MAKERS = (unfinished, refused)
