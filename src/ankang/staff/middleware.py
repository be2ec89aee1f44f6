"""Sessions of staff end: after some time without use, and after some hours in any case (GB/T 22239 level 3)."""

import time
from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from ankang.base.errors import BodyTooLarge
from ankang.base.middleware import render_problem
from ankang.base.sign_in import address_of

LARGEST = 64 * 1024
"""Bytes of anything that is sent to sign in, or to change how one signs in."""
_SMALL = ("/console/login/", "/console/confirm/", "/console/account/", "/staff/", "/api/v1/staff/self/")
_SINCE, _SEEN = "ankang_since", "ankang_seen"
_WRITE_EVERY = 60
Next = Callable[[HttpRequest], HttpResponse]


def session_limits(get_response: Next) -> Next:
    """Sign out who was away too long or is in too long; note once a minute that the session is in use."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session:
            _look(request, int(time.time()))
        return get_response(request)

    return middleware


def small_bodies(get_response: Next) -> Next:
    """Refuse large bodies where somebody signs in: a password, a code or a passkey's answer is small."""

    def middleware(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if request.path.startswith(_SMALL) and (not length.isdecimal() or int(length) > LARGEST):
            return render_problem(request, BodyTooLarge(details={"limit": LARGEST}))
        return get_response(request)

    return middleware


def _look(request: HttpRequest, now: int) -> None:
    session = request.session
    since, seen = session.get(_SINCE, now), session.get(_SEEN, now)
    if now - seen > settings.ANKANG_STAFF_IDLE or now - since > settings.ANKANG_STAFF_SESSION:
        UserSession.objects.filter(session_key=session.session_key).delete()
        logout(request)
        request.session["staff_signed_out"] = "idle" if now - seen > settings.ANKANG_STAFF_IDLE else "long"
        return
    if _SEEN not in session or now - seen >= _WRITE_EVERY and _is_use(request):
        session[_SINCE], session[_SEEN] = since, now
        rows = UserSession.objects.filter(session_key=session.session_key)
        rows.update(last_seen_at=timezone.now(), ip=address_of(request) or "::")


def _is_use(request: HttpRequest) -> bool:
    """Whether somebody did something; a page that asks by itself whether there is news is no use."""
    mode = request.headers.get("Sec-Fetch-Mode", "navigate")
    return request.method != "GET" or mode == "navigate"
