"""HTTP of one's own sign-in: who I am, tokens, proving again who is here, sessions, the password, the agency's account (G3)."""

import json
from datetime import datetime
from typing import Annotated, Any

from allauth.account.internal import flows
from allauth.mfa.webauthn.forms import ReauthenticateWebAuthnForm
from allauth.mfa.webauthn.internal import auth as passkeys
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from ankang.base.api.paging import Page, PageIn, page_of, page_of_sequence
from ankang.base.api.shapes import Given, Number, Short
from ankang.base.errors import BadInput, NotFound
from ankang.base.permissions import permissions_of, sensitive, staff_only

from .ceremonies import readable_answer
from .errors import ConfirmationRefused, SessionOnly
from .forms import CodeAgainForm, NewPasswordForm, WordAgainForm
from .members_api import MemberOut, member_out
from .models import StaffToken
from .services import end_session, end_sessions, issue_token, note, revoke_token, sessions_of, tokens_of

router = Router(tags=["staff"])
Secret = Annotated[str, Field(max_length=4096)]


class SelfOut(MemberOut):
    """Myself; ``permissions``: what this session or token may do."""

    permissions: list[str]


class TokenIn(Given):
    """A token for one of my duties (its number) and some of its permissions, good for ``days``."""

    label: Short = Field(examples=["nightly report"])
    duty: Number
    permissions: Annotated[list[Short], Field(min_length=1, max_length=60, examples=[["board.view"]])]
    days: Annotated[int, Field(ge=1, le=365)] = 90


class TokenOut(Schema):
    """A token of mine; ``token`` only in the answer that makes it."""

    number: int
    label: str
    duty: int
    permissions: list[str]
    issued_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    token: str | None = None


class ProofIn(Given):
    """One of the three: my password, a code, or what the passkey answered to ``confirmation/passkey``."""

    password: Secret = ""
    code: Annotated[str, Field(max_length=40)] = ""
    credential: dict[str, Any] | None = None


class OptionsOut(Schema):
    """What the authenticator is asked (WebAuthn); binary values are base64url."""

    publicKey: dict[str, Any]


class PasswordIn(Given):
    """The password I have, and the one I want."""

    old: Secret
    new: Secret


class SessionOut(Schema):
    """Where I am signed in; ``here``: the session that asks."""

    number: int
    since: datetime
    last_seen_at: datetime
    address: str
    browser: str
    here: bool


class EndedOut(Schema):
    """How many sessions were ended."""

    sessions: int


def own_session(request: HttpRequest) -> User:
    """Whoever sits at the keyboard. Raises SessionOnly for a token."""
    if getattr(request, "staff_token", None) is not None:
        raise SessionOnly()
    return request.user  # type: ignore[return-value]


def checked(form: Any) -> Any:
    """The form, if everything in it is right. Raises BadInput with the code of the first fault of each field."""
    if not form.is_valid():
        raise BadInput(details={"fields": {name: faults[0].code for name, faults in form.errors.as_data().items()}})
    return form


@router.get("staff/self", response=SelfOut)
@staff_only
def get_self(request: HttpRequest) -> Any:
    """Who I am here, and what this session or token may do."""
    return {**member_out(request.user), "permissions": sorted(permissions_of(request.user))}


@router.get("staff/tokens", response=Page[TokenOut])
@staff_only
def list_tokens(request: HttpRequest, wanted: Query[PageIn]) -> Any:
    """My tokens, newest first."""
    return page_of(tokens_of(request.user), ("-issued_at", "-pk"), wanted, _token, "staff.tokens")


@router.post("staff/tokens", response={201: TokenOut})
@staff_only
@sensitive
def post_token(request: HttpRequest, body: TokenIn) -> Any:
    """Make a token; it is shown in this answer only. Errors: not_found."""
    made = issue_token(body.label, body.duty, body.permissions, request.user, timezone.now(), body.days)
    return 201, {**_token(made.row), "token": made.token}


@router.delete("staff/tokens/{number}", response=TokenOut)
@staff_only
def delete_token(request: HttpRequest, number: Number) -> Any:
    """End a token of mine; again: nothing changes."""
    return _token(revoke_token(number, request.user, timezone.now()))


@router.post("staff/self/confirmation", response={204: None})
@staff_only
def post_confirmation(request: HttpRequest, body: ProofIn) -> Any:
    """Prove again who is here; sensitive operations are open for five minutes.

    Errors: session_only, confirmation_refused, passkey_unreadable.
    """
    user = own_session(request)
    if body.credential is not None:
        form = ReauthenticateWebAuthnForm({"credential": json.dumps(body.credential)}, user=user)
        with readable_answer():
            form.full_clean()
    elif body.code:
        form = CodeAgainForm({"code": body.code}, user=user)
    else:
        form = WordAgainForm({"password": body.password}, user=user)
    if not form.is_valid():
        raise ConfirmationRefused()
    if isinstance(form, WordAgainForm):
        flows.reauthentication.reauthenticate_by_password(request)
    else:
        form.save()
    return 204, None


@router.post("staff/self/confirmation/passkey", response=OptionsOut)
@staff_only
def post_confirmation_passkey(request: HttpRequest) -> Any:
    """What a passkey of mine is asked; its answer goes to ``confirmation``. Errors: session_only."""
    return plain_options(passkeys.begin_authentication(own_session(request)))


@router.put("staff/self/password", response={204: None})
@staff_only
@sensitive
def put_password(request: HttpRequest, body: PasswordIn) -> Any:
    """A new password; my other sessions end. Errors: session_only."""
    given = {"oldpassword": body.old, "password1": body.new, "password2": body.new}
    form = checked(NewPasswordForm(data=given, user=own_session(request)))
    form.save()
    flows.password_change.finalize_password_change(request, form.user)
    return 204, None


@router.get("staff/self/sessions", response=Page[SessionOut])
@staff_only
def list_sessions(request: HttpRequest, wanted: Query[PageIn]) -> Any:
    """Where I am signed in, the latest first. Errors: session_only."""
    rows = sessions_of(own_session(request))
    return page_of_sequence(rows, wanted, lambda row: _session(row, request.session.session_key), "staff.self.sessions")


@router.delete("staff/self/sessions/{number}", response={204: None})
@staff_only
def delete_session(request: HttpRequest, number: Number) -> Any:
    """Sign out somewhere else. Errors: session_only."""
    end_session(own_session(request), number)
    return 204, None


@router.post("staff/self/other-sessions/end", response=EndedOut)
@staff_only
def post_end_others(request: HttpRequest) -> Any:
    """Sign out everywhere but here. Errors: session_only."""
    return {"sessions": end_sessions(own_session(request), but=request.session.session_key)}


@router.delete("staff/self/agencies/{slug}", response={204: None})
@staff_only
@sensitive
def delete_agency(request: HttpRequest, slug: Short) -> Any:
    """Take the agency's account off mine. Errors: session_only."""
    user = own_session(request)
    gone, _rows = SocialAccount.objects.filter(user=user, provider=slug).delete()
    if not gone:
        raise NotFound()
    note("provider_unlinked", user, timezone.now(), whom=user, before=slug)
    return 204, None


def plain_options(options: dict[str, Any]) -> dict[str, Any]:
    """The options of a ceremony as plain JSON."""
    return {"publicKey": json.loads(json.dumps(dict(options["publicKey"]), default=dict))}


def _token(row: StaffToken) -> dict[str, Any]:
    return {
        "number": row.pk,
        "label": row.label,
        "duty": row.duty,
        "permissions": row.permissions,
        "issued_at": row.issued_at,
        "expires_at": row.expires_at,
        "last_used_at": row.last_used_at,
        "revoked_at": row.revoked_at,
    }


def _session(row: UserSession, here: str | None) -> dict[str, Any]:
    return {
        "number": row.pk,
        "since": row.created_at,
        "last_seen_at": row.last_seen_at,
        "address": row.ip,
        "browser": row.user_agent,
        "here": row.session_key == here,
    }
