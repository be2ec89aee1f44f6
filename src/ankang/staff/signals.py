"""What sign-ins tell: the moment of the last proof, wrong codes, factors that came and went."""

from typing import Any

from django.utils import timezone

from ankang.base.confirming import confirm
from ankang.base.sign_in import address_of, forgive, note_failure

from .services import end_sessions, note


def signed_in(sender: Any, request: Any, user: Any, **_: Any) -> None:
    """A sign-in proves who is at the keyboard, and earlier slips are forgiven."""
    forgive(user.username)
    confirm(request)


def proved(sender: Any, request: Any, user: Any, **extra: Any) -> None:
    """A password, code or passkey given again while signed in."""
    if request.user.is_authenticated and extra.get("reauthenticated"):
        forgive(user.username)
        confirm(request)


def wrong_code(sender: Any, request: Any, user: Any, **_: Any) -> None:
    """A wrong code counts like a wrong password."""
    note_failure(user.username, address_of(request), timezone.now())


def factor_added(sender: Any, request: Any, user: Any, authenticator: Any, **_: Any) -> None:
    """On the trail: a factor was enrolled."""
    note("factor_added", user, timezone.now(), whom=user, after=authenticator.type)


def factor_removed(sender: Any, request: Any, user: Any, authenticator: Any, **_: Any) -> None:
    """On the trail: a factor was removed."""
    note("factor_removed", user, timezone.now(), whom=user, before=authenticator.type)


def provider_linked(sender: Any, request: Any, sociallogin: Any, **_: Any) -> None:
    """On the trail: an agency's account was linked."""
    user = sociallogin.user
    note("provider_linked", user, timezone.now(), whom=user, after=sociallogin.account.provider)


def password_changed(sender: Any, request: Any, user: Any, **_: Any) -> None:
    """On the trail: a new password. The other sessions end with the old one."""
    end_sessions(user, but=request.session.session_key)
    note("password_changed", user, timezone.now(), whom=user)
