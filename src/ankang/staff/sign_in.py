"""How allauth signs staff in here: lockout by name and address, no sign-up, a second factor for everybody (G3).

allauth brings the passkeys, the codes, the pages' flow and OpenID Connect; these adapters bring the house's rules.
"""

import base64
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ankang.base.confirming import confirmed_lately
from ankang.base.sign_in import address_of, is_resting, note_failure
from ankang.trust.keyring import keyring

_LABEL = "staff.factor"
RESTING = gettext_lazy("Too many wrong passwords. Try again in a quarter of an hour.")


def check_resting(request: Any, name: str) -> None:
    """Raises ValidationError while ``name`` or the client's address rests."""
    if is_resting(name, timezone.now(), address_of(request)):
        raise ValidationError(RESTING, code="resting")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Passwords, and what every way in has in common."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": gettext_lazy("The user name or the password is wrong."),
        "incorrect_password": gettext_lazy("The password is wrong."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: accounts come from invitations."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """A resting name is refused before its password is looked at."""
        check_resting(request, credentials.get("username", ""))

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """A wrong password counts."""
        note_failure(credentials.get("username", ""), address_of(request), timezone.now())

    def _rollback_login_failed_rl_usage(self) -> None:
        """allauth's own counters, in each process's memory, are not used."""

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """A demonstration account signs in at the demonstration only."""
        if not user.is_active or is_demo_account(user) and not settings.ANKANG_DEMO:
            return redirect("account_inactive")
        return None

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """To the page that was wanted; a fresh enrolment shows its recovery codes first."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return redirect("mfa_view_recovery_codes") if request.session.pop("staff_enrolled", False) else response

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The console's first page."""
        return resolve_url("admin:index")

    def get_login_stages(self) -> list[str]:
        """The second factor, or enrolling one."""
        return ["allauth.mfa.stages.AuthenticateStage", "ankang.staff.stages.EnrolStage"]

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Pages of the factors ask again by the same clock as every sensitive act."""
        return not confirmed_lately(context.request)

    def get_client_ip(self, request: HttpRequest) -> str:
        """The client's address as the front saw it."""
        return address_of(request) or "::"

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """allauth's remarks (welcome, changed) are not shown: our pages say what happened."""
        if kwargs.get("message"):
            super().add_message(request, level, *args, **kwargs)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Changes of factors are on the trail."""


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: secrets are sealed, passkeys belong to the public address."""

    error_messages = {**DefaultMFAAdapter.error_messages, "incorrect_code": gettext_lazy("The code is wrong or was used already.")}

    def encrypt(self, text: str) -> str:
        """Secrets of codes lie sealed in the database."""
        return base64.b64encode(keyring().seal("base", text.encode(), _LABEL)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The counterpart of :meth:`encrypt`."""
        return keyring().unseal("base", base64.b64decode(encrypted_text), _LABEL).decode()

    def _get_site_name(self) -> str:
        return _("Ankang code")

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The house as passkeys know it: the host of the public address, whatever the request calls us."""
        return {"id": urlsplit(settings.ANKANG_PUBLIC_URL).hostname or "localhost", "name": self._get_site_name()}


def is_demo_account(user: User) -> bool:
    """Whether the account was made for the demonstration."""
    member = getattr(user, "member", None)
    return member is not None and bool(member.demo)


def demo_skips_factors(user: User) -> bool:
    """Demonstration accounts need no second factor while this is the demonstration."""
    return bool(settings.ANKANG_DEMO) and is_demo_account(user)
