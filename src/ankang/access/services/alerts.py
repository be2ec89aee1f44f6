"""The auditor's queue of unusual patterns: weigh one, say why, never one's own."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from ankang.base.errors import BadInput, NotFound

from ..errors import AlreadyAnswered, NotYourOwnAlert
from ..models import Alert, AlertNote
from ..rules import MOVES
from .questions import checked_text
from .reads import reach


def alerts_for(user: Any) -> "QuerySet[Alert]":
    """The alerts of the auditor's region but those about the auditor, newest first."""
    return Alert.objects.filter(region__in=reach(user)).exclude(reader=user.pk).order_by("-raised_at", "-pk")


def fetch_alert(user: Any, number: int) -> Alert:
    """The alert, if in reach. Raises NotFound."""
    found = alerts_for(user).filter(pk=number).select_related("region").first()
    if found is None:
        raise NotFound()
    return found


def move_alert(user: Any, number: int, state: str, note: str, now: datetime) -> Alert:
    """Explain, escalate or close it, with a note. Raises NotFound, BadInput, AlreadyAnswered, NotYourOwnAlert."""
    fetch_alert(user, number)
    row = Alert.objects.select_for_update().get(pk=number)
    text = checked_text(note, "note")
    if row.reader == user.pk:
        raise NotYourOwnAlert()
    if not MOVES[row.state]:
        raise AlreadyAnswered()
    if state not in MOVES[row.state]:
        raise BadInput(details={"fields": {"state": "unknown"}})
    AlertNote.objects.create(
        alert=row, at=now, by=user.pk, by_name=user.get_full_name() or user.username, state=state, note=text
    )
    row.state = state
    row.save(update_fields=["state"])
    return row
