"""The last stage of a sign-in: whoever has no second factor yet enrols one before the session begins (G3)."""

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.stages import LoginStage
from allauth.mfa.models import Authenticator
from django.shortcuts import redirect

from .models import OidcProvider
from .sign_in import demo_skips_factors

VOUCHES = {"mfa", "otp", "hwk", "swk", "fpt", "face", "pop", "sc"}
"""Values of ``amr`` (RFC 8176) that tell of a second factor."""


class EnrolStage(LoginStage):  # type: ignore[misc]
    """Between the password and the session: enrol a code generator or a passkey."""

    key = "ankang_enrol"
    urlname = "staff_enrol"

    def handle(self) -> tuple[Any, bool]:
        """Go on, or to the page that enrols."""
        if not self._needed():
            return None, True
        return redirect("staff_enrol"), True

    def _needed(self) -> bool:
        user = self.login.user
        if demo_skips_factors(user):
            return False
        if Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES).exists():
            return False
        return not self._provider_vouches()

    def _provider_vouches(self) -> bool:
        records = get_authentication_records(self.request, self.login.user)
        used = [record.get("provider") for record in records if record.get("method") == "socialaccount"]
        vouched = self.request.session.get("staff_vouched")
        return bool(used) and vouched == used[-1] and OidcProvider.objects.filter(slug=vouched, second_factor=True).exists()
