"""Nobody guesses a staff password: ten wrong tries for one name, or fifty from one address, and it rests a while.

Wrong codes of the second factor count like wrong passwords. Whether the name exists makes no difference, so nobody
learns who works here. Failures are kept for a day.
"""

from datetime import datetime, timedelta
from typing import Any

from .models import SignInFailure

TRIES = 10
TRIES_FROM_ADDRESS = 50
REST = timedelta(minutes=15)


def address_of(request: Any) -> str:
    """The client's address as the front saw it; empty when there is none (a test, a command)."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip().strip("[]")
    return str(forwarded or request.META.get("REMOTE_ADDR") or "")[:45]


def note_failure(name: str, address: str, now: datetime) -> None:
    """Put a wrong password or code on file."""
    SignInFailure.objects.create(name=_folded(name), address=address, at=now)


def forgive(name: str) -> None:
    """The right password and factor were given: earlier slips of this name do not count."""
    SignInFailure.objects.filter(name=_folded(name)).delete()


def is_resting(name: str, now: datetime, address: str = "") -> bool:
    """Whether ``name``, or everybody at ``address``, had too many wrong tries within the last quarter of an hour."""
    lately = SignInFailure.objects.filter(at__gt=now - REST)
    if lately.filter(name=_folded(name)).count() >= TRIES:
        return True
    return bool(address) and lately.filter(address=address).count() >= TRIES_FROM_ADDRESS


def forget_failures(now: datetime) -> int:
    """Delete failures older than a day; returns how many."""
    return SignInFailure.objects.filter(at__lt=now - timedelta(days=1)).delete()[0]


def _folded(name: str) -> str:
    return name[:150].casefold()
