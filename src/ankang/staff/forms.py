"""Forms of the sign-in: allauth's, with the house's names, words and lockout."""

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm
from allauth.account.forms import ReauthenticateForm as PasswordAgainForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm, DeactivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ankang.trust.keyring import keyring

from .models import UsedCode
from .sign_in import check_resting

_CODE_MOST = 20


class SignInForm(LoginForm):  # type: ignore[misc]
    """User name and password. The field is called ``username`` on the page, as password keepers expect."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name")
        self.fields["password"].label = _("Password")
        self.fields["password"].max_length = 4096

    def add_prefix(self, field_name: str) -> str:
        """The page's name of a field."""
        return "username" if field_name == "login" else str(super().add_prefix(field_name))


class _OnceOnly:
    """Codes of a code generator work once, whichever process or machine saw them first."""

    user: Any
    authenticator: Authenticator
    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        from allauth.core import context
        from allauth.mfa.adapter import get_adapter

        code = "".join(self.cleaned_data["code"].split())[:_CODE_MOST]
        self.cleaned_data["code"] = code
        check_resting(context.request, self.user.username)
        accepted: str = super().clean_code()  # type: ignore[misc]
        if self.authenticator.type == Authenticator.Type.TOTP and not _use_up(self.authenticator, code):
            raise get_adapter().validation_error("incorrect_code")
        return accepted


class CodeForm(_OnceOnly, AuthenticateForm):  # type: ignore[misc]
    """The second factor by a code."""


class CodeAgainForm(_OnceOnly, ReauthenticateForm):  # type: ignore[misc]
    """A code given again before a sensitive act."""


class EnrolCodeForm(ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new code generator."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("The six digits that the app shows")
        self.fields["code"].max_length = _CODE_MOST


class DropCodeForm(DeactivateTOTPForm):  # type: ignore[misc]
    """The code generator goes only when a passkey stays."""

    def clean(self) -> Any:
        """Refuses to take the last factor."""
        if is_last_factor(self.authenticator):
            raise ValidationError(_("This is your only second factor. Add a passkey first."))
        return super().clean()


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey: always one that signs in by itself."""

    name = forms.CharField(required=False, max_length=40, label=_("Name of the passkey"))
    passwordless = forms.BooleanField(required=False, initial=True, widget=forms.HiddenInput)


class WordAgainForm(PasswordAgainForm):  # type: ignore[misc]
    """The password given again before a sensitive act."""

    def clean_password(self) -> Any:
        """A resting name is not asked."""
        from allauth.core import context

        check_resting(context.request, self.user.username)
        return super().clean_password()


class NewPasswordForm(ChangePasswordForm):  # type: ignore[misc]
    """A new password, after the old one."""


class AcceptForm(forms.Form):
    """What somebody invited chooses."""

    username = forms.CharField(label=_("User name"), min_length=3, max_length=150)
    password = forms.CharField(label=_("Password"), max_length=4096, widget=forms.PasswordInput)
    again = forms.CharField(label=_("Password again"), max_length=4096, widget=forms.PasswordInput)

    def clean(self) -> dict[str, Any]:
        """Both passwords are the same."""
        said = super().clean() or {}
        if said.get("password") and said.get("again") and said["password"] != said["again"]:
            self.add_error("again", _("The two passwords differ."))
        return said


def is_last_factor(authenticator: Authenticator) -> bool:
    """Whether nothing but recovery codes would be left without it."""
    others = Authenticator.objects.filter(user=authenticator.user).exclude(pk=authenticator.pk)
    return not others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()


def _use_up(authenticator: Authenticator, code: str) -> bool:
    try:
        with transaction.atomic():
            UsedCode.objects.create(
                authenticator=authenticator, code=keyring().blind("staff.code", code), at=timezone.now()
            )
    except IntegrityError:
        return False
    return True


