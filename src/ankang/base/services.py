"""Use cases of the foundations: bump a revision, send a message, put a read on record, walk regions."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import F

from ankang.trust.keyring import keyring

from .models import AccessRecord, Duty, Message, Region, Revision
from .permissions import ROLES

MESSAGES_KEPT = timedelta(days=30)


def bump_revision(name: str) -> None:
    """Tell the gates that the small table ``name`` (places, credentials, keys) changed."""
    Revision.objects.get_or_create(name=name)
    Revision.objects.filter(name=name).update(revision=F("revision") + 1)


def send_message(to: str, body: str, purpose: str, now: datetime, channel: str = "sms") -> Message:
    """Put a message to phone number ``to`` into the outbox; an operator's adapter, or the demo phone, delivers it."""
    return Message.objects.create(
        to=to, to_blind=keyring().blind("phone", to), body=body, channel=channel, purpose=purpose, created_at=now
    )


def forget_messages(now: datetime) -> int:
    """Messages are kept a month, for complaints that one did not come; how many went."""
    return Message.objects.filter(created_at__lt=now - MESSAGES_KEPT).delete()[0]


def record_read(
    reader: Any, person: int, duty: str, purpose: str, fields: Iterable[str], now: datetime
) -> AccessRecord:
    """Write that ``reader`` (a user, or None for the system) saw unmasked ``fields`` of ``person`` (G3, I8).

    ``duty``: the permission that was used; the reader's duty that gave it goes on record too.
    """
    held = duty_that_gives(reader, duty)
    return AccessRecord.objects.create(
        person=person,
        id=uuid.uuid4(),
        at=now,
        reader=getattr(reader, "pk", None),
        reader_name=getattr(reader, "username", "system"),
        duty=duty,
        purpose=purpose,
        fields=sorted(fields),
        role=held.role if held else "",
        region=held.region_id if held else "",
        office=held.office if held else None,
    )


def duty_that_gives(user: Any, permission: str) -> Duty | None:
    """The duty of ``user`` that holds ``permission``, the narrowest region first; None for the system."""
    if user is None or not hasattr(user, "duties"):
        return None
    held = [duty for duty in user.duties.all() if permission in ROLES.get(duty.role, frozenset())]
    return min(held, key=lambda duty: (-len(duty.region_id), duty.role), default=None)


def region_codes_below(codes: Iterable[str]) -> list[str]:
    """The region codes of the subtrees that start at ``codes``, these included."""
    found = list(dict.fromkeys(codes))
    level = found
    while level:
        level = list(Region.objects.filter(parent__in=level).values_list("code", flat=True))
        found.extend(level)
    return found


def ensure_month_partitions(table: str, first: date, months: int) -> None:
    """Make the monthly partitions of ``table`` from the month of ``first`` on. Idempotent; literals only (Citus)."""
    start = first.replace(day=1)
    with connection.cursor() as cursor:
        for _ in range(months):
            end = (start.replace(day=28) + _WEEK).replace(day=1)
            cursor.execute(
                f"CREATE TABLE IF NOT EXISTS {table}_{start:%Y%m} PARTITION OF {table} "
                f"FOR VALUES FROM ('{start}T00:00:00Z') TO ('{end}T00:00:00Z')"
            )
            start = end


_WEEK = date(2000, 1, 8) - date(2000, 1, 1)
