"""Staff sign-in that cannot be guessed at: ten wrong passwords for one name, and the name rests for a quarter of an hour.

Whether the name exists makes no difference, so nobody learns who works here. Failures are kept for a day.
"""

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.forms import AuthenticationForm

from .models import SignInFailure

TRIES = 10
REST = timedelta(minutes=15)


class StaffSignIn(AuthenticationForm):
    """The console's sign-in form; refuses a resting name before it looks at the password."""

    def clean(self) -> dict[str, Any]:
        name, now = self.data.get("username", "")[:150].casefold(), timezone.now()
        if is_resting(name, now):
            raise ValidationError(_("Too many wrong passwords. Try again in a quarter of an hour."), code="resting")
        try:
            cleaned: dict[str, Any] = super().clean()
        except ValidationError:
            SignInFailure.objects.create(name=name, at=now)
            raise
        SignInFailure.objects.filter(name=name).delete()
        return cleaned


def is_resting(name: str, now: datetime) -> bool:
    """Whether ``name`` had its ten wrong tries within the last quarter of an hour."""
    return SignInFailure.objects.filter(name=name, at__gt=now - REST).count() >= TRIES


def forget_failures(now: datetime) -> int:
    """Delete failures older than a day; returns how many."""
    return SignInFailure.objects.filter(at__lt=now - timedelta(days=1)).delete()[0]
