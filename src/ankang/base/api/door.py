"""The door of the API: what happens around every operation, in the transaction of the request (E11, G3).

Who calls → how often → may they → is it theirs to send (CSRF) → is it JSON → was it answered before → the operation.
The permission comes first: who may not call an operation learns nothing about its shape.
"""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.utils.datastructures import MultiValueDict
from ninja.operation import Operation
from ninja.utils import check_csrf

from ankang.trust.keyring import keyring

from ..errors import BadJson, BadRequest, FormExpired, NotAllowed, NotSignedIn, TooManyRequests, UnsupportedMediaType
from ..permissions import PERMISSIONS, RESIDENT, STAFF, may, permissions_of
from ..sign_in import address_of
from ..tokens import FEED, bearer_of
from ..tokens import STAFF as STAFF_TOKEN
from . import rates
from .errors import listed_codes
from .once import HEADER, once

SAFE = ("GET", "HEAD", "OPTIONS")
RESIDENT_COOKIES = ("ankang_resident",)
COUNTED = {"code_wrong", "confirmation_refused", "too_many_claims"}
"""Who may answer one of these keeps a count of wrong tries, also when it refuses."""
sign_in_with_token: list[Callable[[HttpRequest, str], None]] = []
"""Port of ``staff``: sets ``request.user`` and ``request.staff_token`` for a token; raises TokenRefused."""
resident_behind_request: list[Callable[[HttpRequest], Any]] = []
"""Port of ``people``: the resident of a request, or None."""


def through_door(run: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator of every operation of the API (ninja mode ``view``)."""
    operation = _operation_of(run)

    def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if HEADER in request.headers:
            _ = request.body  # read whole, before a look at a form's fields takes it apart
        caller = _recognise(request)
        left = _count(request, caller)
        _check_permission(request, operation)
        _check_own_site(request, operation)
        if any(model.__ninja_param_source__ == "body" for model in operation.models):
            _check_json(request)
        response = once(request, caller, lambda: _whole(operation, lambda: run(request, *args, **kwargs)))
        if left is not None:
            response.headers["RateLimit-Limit"] = str(left.limit)
            response.headers["RateLimit-Remaining"] = str(left.remaining)
            response.headers["RateLimit-Reset"] = str(left.reset)
        return response

    entered.operation = operation  # type: ignore[attr-defined]
    return entered


def _whole(operation: Operation, run: Callable[[], Any]) -> Any:
    """A refusal leaves nothing behind, but the count of wrong one-time codes and wrong claims where the operation asks for them."""
    if COUNTED & set(listed_codes(operation.view_func.__doc__ or "")) or set(operation.methods) <= set(SAFE):
        return run()
    point = transaction.savepoint()
    response = run()
    if response.status_code >= 400:
        transaction.savepoint_rollback(point)
    else:
        transaction.savepoint_commit(point)
    return response


def _operation_of(run: Any) -> Operation:
    """The operation under what was put around its ``run``."""
    while not isinstance(getattr(run, "__self__", None), Operation):
        run = run.__wrapped__
    return run.__self__  # type: ignore[no-any-return]


def _recognise(request: HttpRequest) -> str:
    """Name the caller for counting and keys. A request that brings a token is judged by the token alone."""
    token = bearer_of(request.headers.get("Authorization", ""))
    request.staff_token = None  # type: ignore[attr-defined]
    if token:
        request.user = AnonymousUser()
        if token.startswith(STAFF_TOKEN):
            for port in sign_in_with_token:
                port(request, token)
        return _named(token)
    if request.user.is_authenticated:
        return f"user:{request.user.pk}"
    cookie = next((request.COOKIES[name] for name in RESIDENT_COOKIES if request.COOKIES.get(name)), "")
    return _named(cookie) if cookie else f"address:{address_of(request)}"


def _named(token: str) -> str:
    return "bearer:" + keyring().blind("api caller", token[:2000].encode("utf-8", "replace").decode()).hex()[:32]


def _count(request: HttpRequest, caller: str) -> rates.Allowance | None:
    limit = settings.ANKANG_API_RATE_OF_AN_ADDRESS if caller.startswith("address:") else settings.ANKANG_API_RATE
    if not limit:
        return None
    left = rates.take(caller, limit)
    if left is None:
        raise TooManyRequests(details={"retry_after": rates.seconds_left()})
    return left


def _check_permission(request: HttpRequest, operation: Operation) -> None:
    wanted = getattr(operation.view_func, "permission", "")
    if wanted == RESIDENT:
        if not any(port(request) for port in resident_behind_request):
            raise NotSignedIn()
    elif wanted in PERMISSIONS or wanted == STAFF:
        if bearer_of(request.headers.get("Authorization", "")).startswith(FEED):
            return  # the operation itself knows these, or knows nobody
        if not request.user.is_authenticated:
            raise NotSignedIn()
        if not (permissions_of(request.user) if wanted == STAFF else may(request.user, wanted)):
            raise NotAllowed(details={} if wanted == STAFF else {"permission": wanted})


def _check_own_site(request: HttpRequest, operation: Operation) -> None:
    """What a browser sends by itself (a session, a cookie) must come from our own pages. Tokens need no more proof."""
    if request.method in SAFE or bearer_of(request.headers.get("Authorization", "")):
        return
    wanted = getattr(operation.view_func, "permission", "")
    if wanted in PERMISSIONS or wanted == STAFF:
        if not {model.__ninja_param_source__ for model in operation.models} & {"form", "file"}:
            request._post, request._files = QueryDict(), MultiValueDict()  # type: ignore[attr-defined]  # no form: the header proves it
        try:
            refused = check_csrf(request, operation.view_func) is not None
        except MultiPartParserError:
            raise BadRequest() from None
        if refused:
            raise FormExpired(details={"fault": "csrf"})
    elif not _from_own_site(request):
        raise FormExpired(details={"fault": "csrf"})


def _from_own_site(request: HttpRequest) -> bool:
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc in (request.get_host(), urlsplit(settings.ANKANG_PUBLIC_URL).netloc)


def _check_json(request: HttpRequest) -> None:
    if request.content_type != "application/json":
        raise UnsupportedMediaType()
    try:
        json.loads(request.body)
    except (ValueError, RecursionError):
        raise BadJson() from None
