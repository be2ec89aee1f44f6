"""Tokens of staff for the API: one duty, some of its permissions, an end; made and revoked by their owner (E11, G3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from ankang.base.errors import BadInput, NotFound
from ankang.base.models import Duty
from ankang.base.permissions import ROLES
from ankang.base.tokens import STAFF, blind_of, new_token

from ..errors import TokenRefused
from ..models import StaffToken
from .trail import note

LONGEST_DAYS = 365
MOST_TOKENS = 20
FOR_PEOPLE_ONLY = frozenset({"people.unmask", "staff.edit", "staff.view", "reads.view"})
"""What no program does: seeing people in clear, and the security administrator's and the auditor's own work."""


@dataclass(frozen=True)
class IssuedToken:
    """A new token; ``token`` is shown this once and kept nowhere."""

    row: StaffToken
    token: str


def grantable(duty: Duty) -> list[str]:
    """The permissions of a duty that a token may carry."""
    return sorted(ROLES.get(duty.role, frozenset()) - FOR_PEOPLE_ONLY)


def issue_token(label: str, duty: int, permissions: Sequence[str], by: Any, now: datetime, days: int = 90) -> IssuedToken:
    """A token for one of one's own duties and some of its permissions.

    Raises BadInput (details.fields), NotFound (somebody else's duty).
    """
    held = Duty.objects.filter(pk=duty, user=by).first()
    if held is None:
        raise NotFound()
    faults = {"label": "required"} if not label.strip() else {}
    faults |= {"days": "out_of_range"} if not 1 <= days <= LONGEST_DAYS else {}
    faults |= {"permissions": "required"} if not permissions else {}
    faults |= {"permissions": "not_of_the_duty"} if set(permissions) - set(grantable(held)) else {}
    if tokens_of(by).filter(revoked_at=None, expires_at__gt=now).count() >= MOST_TOKENS:
        faults["label"] = "too_many_tokens"
    if faults:
        raise BadInput(details={"fields": faults})
    token = new_token(STAFF)
    row = StaffToken.objects.create(
        user=by.pk,
        duty=held.pk,
        label=label.strip()[:100],
        permissions=sorted(set(permissions)),
        token_blind=blind_of(token),
        issued_at=now,
        expires_at=now + timedelta(days=days),
    )
    note("token_issued", by, now, whom=by, after={"token": row.pk, "label": row.label, "permissions": row.permissions})
    return IssuedToken(row, token)


def tokens_of(by: Any) -> "QuerySet[StaffToken]":
    """One's own tokens, the newest first."""
    return StaffToken.objects.filter(user=by.pk).order_by("-issued_at", "-pk")


def revoke_token(number: int, by: Any, now: datetime) -> StaffToken:
    """End one of one's own tokens; again: nothing changes. Raises NotFound."""
    row = tokens_of(by).filter(pk=number).first()
    if row is None:
        raise NotFound()
    if StaffToken.objects.filter(pk=number, revoked_at=None).update(revoked_at=now):
        note("token_revoked", by, now, whom=by, before={"token": number})
    row.refresh_from_db()
    return row


def end_tokens_of(user: Any, now: datetime) -> None:
    """Whoever leaves takes the tokens along."""
    StaffToken.objects.filter(user=user.pk, revoked_at=None).update(revoked_at=now)


def user_of_token(token: str, now: datetime) -> tuple[User, StaffToken]:
    """The member of staff behind a token, with that one duty and no permission more than the token's.

    Raises TokenRefused: unknown, expired, revoked, the person left, the duty was taken.
    """
    row = StaffToken.objects.filter(token_blind=blind_of(token), revoked_at=None, expires_at__gt=now).first()
    user = User.objects.filter(pk=row.user, is_active=True).first() if row else None
    duty = Duty.objects.filter(pk=row.duty, user=row.user).first() if row else None
    if row is None or user is None or duty is None:
        raise TokenRefused()
    only = user.duties.filter(pk=duty.pk)  # type: ignore[attr-defined]
    user._prefetched_objects_cache = {"duties": only}  # type: ignore[attr-defined]
    user._ankang_permissions = frozenset(row.permissions) & frozenset(grantable(duty))  # type: ignore[attr-defined]
    if row.last_used_at is None or now - row.last_used_at > timedelta(minutes=1):
        StaffToken.objects.filter(pk=row.pk).update(last_used_at=now)
    return user, row


def enter_with_token(request: HttpRequest, token: str) -> None:
    """The door's port: the request acts for the member of staff behind ``token``. Raises TokenRefused."""
    request.user, request.staff_token = user_of_token(token, timezone.now())  # type: ignore[assignment,attr-defined]
