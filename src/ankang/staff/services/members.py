"""People leave and come back: access ends at once, in one transaction with everything that carries it."""

from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session

from ankang.base.errors import BadInput, NotFound

from ..events import leaving
from ..models import Invitation, Member
from .reach import fetch_to_change, home_of
from .tokens import end_tokens_of
from .trail import duty_row, note


def deactivate(user: int, by: Any, now: datetime, *, reason: str) -> User:
    """End a member of staff's access: account, sessions, factors, provider links, duties, the
    invitations that the person sent and nobody used, and what rooms above add.

    Raises NotFound, NotOneself, OutsideReach, BadInput (no reason).
    """
    if not reason.strip():
        raise BadInput(details={"fields": {"reason": "required"}})
    whom = fetch_to_change(user, by)
    region = home_of(whom)
    before = {"duties": [duty_row(duty) for duty in whom.duties.all()], "sessions": end_sessions(whom)}  # type: ignore[attr-defined]
    Authenticator.objects.filter(user=whom).delete()
    SocialAccount.objects.filter(user=whom).delete()
    Invitation.objects.filter(invited_by=whom.pk, used_at=None, revoked_at=None).update(revoked_at=now)
    for end in leaving:
        end(whom, now)
    end_tokens_of(whom, now)
    whom.duties.all().delete()  # type: ignore[attr-defined]
    whom.is_active = False
    whom.set_unusable_password()
    whom.save(update_fields=["is_active", "password"])
    if region:
        Member.objects.update_or_create(
            user=whom, defaults={"left_at": now}, create_defaults={"left_at": now, "joined_at": whom.date_joined, "region_id": region}
        )
    note("deactivated", by, now, whom=whom, region=region, before=before, after={"reason": reason.strip()})
    return whom


def end_sessions(user: User, but: str | None = None) -> int:
    """End the sessions of ``user``, except the one of key ``but``; returns how many."""
    rows = UserSession.objects.filter(user=user)
    if but is not None:
        rows = rows.exclude(session_key=but)
    keys = list(rows.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    rows.delete()
    return len(keys)


def end_session(user: User, session: int) -> None:
    """End one of one's own sessions. Raises NotFound."""
    row = UserSession.objects.filter(user=user, pk=session).first()
    if row is None:
        raise NotFound()
    Session.objects.filter(session_key=row.session_key).delete()
    row.delete()


def end_this_session(key: str | None) -> None:
    """Take the session that signs itself out off the list."""
    UserSession.objects.filter(session_key=key).delete()


def end_sessions_of(user: int, by: Any, now: datetime) -> int:
    """A security administrator ends all sessions of somebody. Raises NotFound, NotOneself, OutsideReach."""
    whom = fetch_to_change(user, by)
    ended = end_sessions(whom)
    note("sessions_ended", by, now, whom=whom, after={"sessions": ended})
    return ended


def sessions_of(user: User) -> list[UserSession]:
    """Where ``user`` is signed in now, the latest first."""
    rows = list(UserSession.objects.filter(user=user).order_by("-last_seen_at"))
    alive = set(Session.objects.filter(session_key__in=[row.session_key for row in rows]).values_list("pk", flat=True))
    return [row for row in rows if row.session_key in alive]
