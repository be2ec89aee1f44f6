"""Use cases of staff: the only door for other rooms."""

from .bulk import Row, duty_of, invite_rows, read_rows
from .duties import add_duty, check_duty, give_duty, remove_duty
from .factors import ask_reset, factors_of
from .invitations import (
    Invited,
    accept_invitation,
    check_invitation,
    invitations_for,
    invite,
    open_invitation,
    revoke_invitation,
)
from .members import deactivate, end_session, end_sessions, end_sessions_of, end_this_session, sessions_of
from .providers import providers_for, save_provider
from .reach import fetch_staff, fetch_to_change, in_reach, regions_to_give, search_staff, staff_for
from .tokens import grantable, issue_token, revoke_token, tokens_of
from .trail import note, trail_for

__all__ = [
    "Invited",
    "Row",
    "accept_invitation",
    "add_duty",
    "ask_reset",
    "check_duty",
    "check_invitation",
    "deactivate",
    "duty_of",
    "end_session",
    "end_sessions",
    "end_sessions_of",
    "end_this_session",
    "factors_of",
    "fetch_staff",
    "fetch_to_change",
    "give_duty",
    "grantable",
    "in_reach",
    "invitations_for",
    "invite",
    "invite_rows",
    "issue_token",
    "note",
    "open_invitation",
    "providers_for",
    "read_rows",
    "regions_to_give",
    "remove_duty",
    "revoke_invitation",
    "revoke_token",
    "save_provider",
    "search_staff",
    "sessions_of",
    "staff_for",
    "tokens_of",
    "trail_for",
]
