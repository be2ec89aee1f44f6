"""Invitations: the only way to an account. A link of 32 random bytes, kept as HMAC-SM3, for three days, once."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from ankang.base.errors import BadInput, NotFound
from ankang.base.permissions import ADMINISTRATORS
from ankang.base.services import send_message
from ankang.core.identifiers import IdentifierFault, check_phone
from ankang.trust.keyring import keyring

from ..errors import (
    AdministratorsAreSeparate,
    InvitationExpired,
    InvitationRevoked,
    InvitationUnknown,
    InvitationUsed,
    NameTaken,
)
from ..models import Invitation, Member
from .duties import check_duty, give_duty
from .reach import EDIT, check_reach, reach_of
from .trail import note

VALID = timedelta(hours=72)
_LABEL = "staff.invitation"
_NAME_MOST = 60


@dataclass(frozen=True)
class Invited:
    """An invitation just made. ``token`` exists nowhere else."""

    invitation: Invitation
    token: str

    def address(self, public_url: str) -> str:
        """The link that the person opens."""
        return f"{public_url}/staff/invitation/{self.token}"


def invite(
    name: str,
    duties: Iterable[Mapping[str, Any]],
    by: Any,
    now: datetime,
    *,
    email: str = "",
    phone: str = "",
    public_url: str,
) -> Invited:
    """Invite somebody to ``duties`` (``role``, ``region``, ``organisation``, ``employer``) and send the link.

    Raises BadInput, OutsideReach, AdministratorsAreSeparate.
    """
    rows = [_duty(duty) for duty in duties]
    check_invitation(name, rows, by, email=email, phone=phone)
    token = secrets.token_urlsafe(32)
    made = Invitation.objects.create(
        token_blind=_blind(token),
        name=name.strip(),
        email=email.strip() or None,
        phone=phone.strip() or None,
        duties=rows,
        region_id=rows[0]["region"],
        organisation=rows[0]["organisation"],
        invited_by=getattr(by, "pk", None),
        invited_by_name=by.get_full_name() or by.username if by is not None else "system",
        invited_at=now,
        expires_at=now + VALID,
    )
    invited = Invited(made, token)
    _send(invited, public_url, now)
    note("invited", by, now, region=made.region_id, after={"invitation": made.pk, "duties": rows})
    return invited


def check_invitation(
    name: str, rows: list[dict[str, Any]], by: Any, *, email: str = "", phone: str = ""
) -> None:
    """Whether :func:`invite` would do it. Raises what it raises."""
    faults = {}
    if not name.strip() or len(name.strip()) > _NAME_MOST:
        faults["name"] = "required"
    if not email.strip() and not phone.strip():
        faults["email"] = "email_or_phone"
    if email.strip() and not _is_email(email.strip()):
        faults["email"] = "not_an_email"
    if phone.strip() and not _is_phone(phone.strip()):
        faults["phone"] = "not_a_phone"
    if not rows:
        faults["role"] = "required"
    if faults:
        raise BadInput(details={"fields": faults})
    for row in rows:
        check_duty(**row)
        check_reach(by, row["region"], row["organisation"])
    if len({row["role"] for row in rows} & set(ADMINISTRATORS)) > 1:
        raise AdministratorsAreSeparate()


def open_invitation(token: str, now: datetime, lock: bool = False) -> Invitation:
    """The invitation of a link that still works.

    Raises InvitationUnknown, InvitationUsed, InvitationRevoked, InvitationExpired.
    """
    rows = Invitation.objects.select_for_update() if lock else Invitation.objects.all()
    found = rows.filter(token_blind=_blind(token[:100])).first()
    if found is None:
        raise InvitationUnknown()
    if found.used_at is not None:
        raise InvitationUsed()
    if found.revoked_at is not None:
        raise InvitationRevoked()
    if found.expires_at <= now:
        raise InvitationExpired()
    return found


def accept_invitation(token: str, username: str, password: str | None, now: datetime) -> User:
    """Make the account with its duties, once. ``password`` is None for who signs in at the agency's own provider.

    Raises what :func:`open_invitation` raises, NameTaken, BadInput (fields ``username``, ``password``).
    """
    invitation = open_invitation(token, now, lock=True)
    user = _new_user(username, password, invitation)
    for row in invitation.duties:
        give_duty(user, **row)
    Member.objects.create(
        user=user,
        region_id=invitation.region_id,
        organisation=invitation.organisation,
        email=invitation.email,
        phone=invitation.phone,
        joined_at=now,
    )
    invitation.used_at, invitation.used_by = now, user.pk
    invitation.save(update_fields=["used_at", "used_by"])
    note("joined", user, now, whom=user, after={"invitation": invitation.pk, "duties": invitation.duties})
    return user


def revoke_invitation(pk: int, by: Any, now: datetime) -> None:
    """Withdraw a link that was not used. Raises NotFound."""
    changed = invitations_for(by, EDIT).filter(pk=pk, used_at=None, revoked_at=None).update(revoked_at=now)
    if not changed:
        raise NotFound()
    region = Invitation.objects.values_list("region", flat=True).get(pk=pk)
    note("invitation_revoked", by, now, region=region, after={"invitation": pk})


def invitations_for(by: Any, permission: str) -> QuerySet[Invitation]:
    """The invitations in the reach of ``by``, newest first."""
    return Invitation.objects.filter(reach_of(by, permission)).order_by("-invited_at", "-pk")


def _duty(duty: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "role": str(duty.get("role", "")),
        "region": str(duty.get("region", "")),
        "organisation": duty.get("organisation"),
        "employer": duty.get("employer"),
    }


def _new_user(username: str, password: str | None, invitation: Invitation) -> User:
    user = User(username=username.strip(), first_name=invitation.name[:150], is_staff=True)
    faults: dict[str, Any] = {}
    try:
        UnicodeUsernameValidator()(user.username)
        User._meta.get_field("username").run_validators(user.username)
    except ValidationError:
        faults["username"] = "not_a_user_name"
    if not 3 <= len(user.username) <= 150:
        faults["username"] = "not_a_user_name"
    try:
        if password is not None:
            validate_password(password, user)
    except ValidationError as error:
        faults["password"] = error.messages
    if faults:
        raise BadInput(details={"fields": faults})
    if User.objects.filter(username__iexact=user.username).exists():
        raise NameTaken()
    user.set_password(password)  # None makes a password that nobody can give
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise NameTaken() from None
    return user


def _send(invited: Invited, public_url: str, now: datetime) -> None:
    link = invited.address(public_url)
    zh = f"【安康码】请在三天内打开链接，开通您的工作账号：{link}"
    body = f"{zh} Open this link within three days to set up your work account: {link}"
    for to, channel in ((invited.invitation.phone, "sms"), (invited.invitation.email, "email")):
        if to:
            to = check_phone(to) if channel == "sms" else to
            send_message(to, body, "staff_invitation", now, channel=channel)


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= 254


def _is_phone(text: str) -> bool:
    try:
        check_phone(text)
    except IdentifierFault:
        return False
    return True


def _blind(token: str) -> bytes:
    return keyring().blind(_LABEL, token)
