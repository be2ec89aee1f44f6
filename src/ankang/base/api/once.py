"""``Idempotency-Key``: a request that is sent twice is done once, and both are told the same (E11).

The key is written in the transaction of the work. A second request with it waits for the first one: if that one is done,
it is told the same answer; if that one failed, it does the work itself. Only answers of success are kept: a refusal
changed nothing, so the same request may be tried again.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from ankang.trust.keyring import keyring

from ..errors import BadInput, IdempotencyKeyReused, InProgress
from ..models import AnsweredOnce

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=24)
LONGEST_KEY = 200
LARGEST_ANSWER = 256 * 1024
WAIT_SECONDS = 5


def once(request: HttpRequest, caller: str, run: Callable[[], Any]) -> Any:
    """Run, or tell again what was answered to this caller, key and address. The caller holds a transaction.

    Raises BadInput (a key of another shape), IdempotencyKeyReused (another body), InProgress.
    """
    key = request.headers.get(HEADER)
    if key is None or request.method != "POST":
        return run()
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable() and " " not in key):
        raise BadInput(details={"fields": {HEADER: "bad_key"}})
    now, route = timezone.now(), request.get_full_path()[:500]
    place = {"caller": caller, "route": route, "key_blind": keyring().blind("idempotency key", key)}
    body = keyring().blind("idempotency body", request.body.hex())
    AnsweredOnce.objects.filter(**place, at__lt=now - KEPT).delete()
    if _take(place, body, now):
        return _keep(place, run())
    return _again(place, body)


def forget_answers(now: datetime) -> int:
    """Delete what was answered more than a day ago; returns how many."""
    return AnsweredOnce.objects.filter(at__lt=now - KEPT).delete()[0]


def _take(place: dict[str, Any], body: bytes, now: datetime) -> bool:
    """Whether the key is ours. Waits for a request that holds it. Raises InProgress."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'")
            cursor.execute(
                "INSERT INTO base_answeredonce (caller, route, key_blind, body_blind, content_type, at)"
                " VALUES (%s, %s, %s, %s, '', %s) ON CONFLICT (caller, route, key_blind) DO NOTHING",
                [place["caller"], place["route"], place["key_blind"], body, now],
            )
            taken = cursor.rowcount == 1
            cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
            return taken
    except OperationalError:
        raise InProgress() from None


def _keep(place: dict[str, Any], response: HttpResponseBase) -> HttpResponseBase:
    """Keep a success; the key of anything else, of a file or of a cookie is free again."""
    row = AnsweredOnce.objects.filter(**place)
    if connection.needs_rollback:
        return response
    file = "Content-Disposition" in response.headers
    plain = isinstance(response, HttpResponse) and not (file or response.cookies) and len(response.content) <= LARGEST_ANSWER
    if response.status_code >= 400 or not plain:
        row.delete()
        return response
    answer = response.content.decode()  # type: ignore[attr-defined]
    row.update(status=response.status_code, content_type=response.headers.get("Content-Type", ""), answer=answer)
    return response


def _again(place: dict[str, Any], body: bytes) -> HttpResponse:
    row = AnsweredOnce.objects.filter(**place).first()
    if row is None or row.status is None:
        raise InProgress()
    if bytes(row.body_blind) != body:
        raise IdempotencyKeyReused()
    response = HttpResponse(row.answer or "", status=row.status, content_type=row.content_type)
    response.headers["Idempotency-Replayed"] = "true"
    return response
