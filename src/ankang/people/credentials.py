"""Who is this resident? Reads the bearer credential of a request, and states the permission of residents' pages."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from ankang.base.errors import NotSignedIn
from ankang.base.permissions import for_resident
from ankang.core.credentials import CredentialFault
from ankang.core.masking import mask_name
from ankang.trust.keyring import keyring

from .models import Credential
from .rules import CREDENTIAL_DAYS

COOKIE = "ankang_resident"
HOLDER_COOKIE = "ankang_holder"
GUARDIAN_COOKIE = "ankang_guardian"
"""The guardian's own token while this browser shows a ward."""
LAST_MOMENT = datetime.max.replace(tzinfo=UTC)
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Resident:
    """The person number behind a live credential, and the credential's serial.

    ``guardianship``: a guardian's phone shows this person's code; the holder of the phone is somebody else.
    """

    person: int
    serial: int
    expires: datetime
    guardianship: int | None = None


@dataclass(frozen=True)
class Issued:
    """A fresh bearer token and the moment it ends."""

    token: str
    expires: datetime


def issue_credential(
    person: int,
    name: str,
    device: str,
    now: datetime,
    ends: datetime | None = None,
    guardianship: int | None = None,
    opened_from: int | None = None,
) -> Issued:
    """A credential of 180 days for ``person``, or until ``ends``; the token carries the masked ``name`` for the door."""
    expires = min(now + timedelta(days=CREDENTIAL_DAYS), ends or LAST_MOMENT)
    row = Credential.objects.create(
        person_id=person,
        label=device,
        issued_at=now,
        expires_at=expires,
        guardianship=guardianship,
        opened_from=opened_from,
    )
    return Issued(token_of(person, row.pk, name, now, expires), expires)


def token_of(person: int, serial: int, name: str, issued: datetime, expires: datetime) -> str:
    """The bearer text of one row of people_credential."""
    moments = int(issued.timestamp()), int(expires.timestamp())
    return keyring().credentials().issue("resident", person, serial, *moments, mask_name(name))


def resident_of(request: HttpRequest, now: datetime | None = None) -> Resident | None:
    """The resident whose credential comes as ``Authorization: Bearer`` or in the cookie; ``None`` if there is none.

    Forged, expired, revoked and device credentials are none. Asked once a request.
    """
    if not hasattr(request, "_ankang_resident"):
        request._ankang_resident = _read(_presented(request), now or timezone.now())  # type: ignore[attr-defined]
    return request._ankang_resident  # type: ignore[attr-defined,no-any-return]


def resident_page(view: View) -> View:
    """A page of the signed-in resident: called as ``view(request, resident, …)``; others are sent to sign in first."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        resident = resident_of(request)
        if resident is None:
            sign_in = f"{reverse('sign_in')}?next={quote(request.path)}"
            return guardian_again(request, timezone.now()) or HttpResponseRedirect(sign_in)
        return view(request, resident, *args, **kwargs)

    return for_resident(guarded)  # type: ignore[return-value]


def require_resident(request: HttpRequest) -> Resident:
    """The resident of an API request; raises NotSignedIn."""
    resident = resident_of(request)
    if resident is None:
        raise NotSignedIn()
    return resident


def resident_behind(token: str, now: datetime) -> Resident | None:
    """The resident of a bearer token that does not stand in the usual place."""
    return _read(token, now)


def guardian_again(request: HttpRequest, now: datetime) -> HttpResponse | None:
    """Back to the guardian's own pages when the ward's credential has ended; None where no guardian's is kept or live."""
    token = request.COOKIES.get(GUARDIAN_COOKIE, "")
    keeper = resident_behind(token, now)
    if keeper is None:
        return None
    response = HttpResponseRedirect(reverse("family"))
    set_cookie(response, Issued(token, keeper.expires), now)
    response.delete_cookie(GUARDIAN_COOKIE, samesite="Lax")
    return response


def set_cookie(response: HttpResponse, issued: Issued, now: datetime) -> None:
    """Keep the token in this browser: no script can read it, other sites cannot use it, the gate can.

    Beside it goes a readable mark that says nothing but changes with the credential, so that the code page drops the
    passes of whoever used this phone before.
    """
    seconds = int((issued.expires - now).total_seconds())
    secure = settings.SESSION_COOKIE_SECURE
    mark = hashlib.sha256(issued.token.encode()).hexdigest()[:16]
    response.set_cookie(COOKIE, issued.token, max_age=seconds, httponly=True, samesite="Lax", secure=secure)
    response.set_cookie(HOLDER_COOKIE, mark, max_age=seconds, samesite="Lax", secure=secure)


def drop_cookie(response: HttpResponse) -> None:
    """Take the token out of this browser."""
    response.delete_cookie(COOKIE, samesite="Lax")
    response.delete_cookie(HOLDER_COOKIE, samesite="Lax")


def _presented(request: HttpRequest) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    return request.COOKIES.get(COOKIE, "")


def _read(token: str, now: datetime) -> Resident | None:
    if not token or not token.isascii():
        return None
    try:
        credential = keyring().credentials().read(token, now.timestamp())
    except CredentialFault:
        return None
    live = Credential.objects.filter(
        pk=credential.serial, person=credential.subject, revoked_at=None, expires_at__gt=now
    )
    row = live.first() if credential.kind == "resident" else None
    return Resident(credential.subject, credential.serial, row.expires_at, row.guardianship) if row else None
