"""What residents ask and staff review: an application for a relative, a new name; with pictures of documents (A6).

Pictures are ciphertext, seen only by who reviews (each look is on record), and destroyed a week after the decision.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from ankang.base.errors import BadInput, NotFound
from ankang.base.permissions import regions_where
from ankang.base.services import record_read, region_codes_below, send_message
from ankang.core.names import NameFault, check_name
from ankang.trust.keyring import keyring

from ..errors import AlreadyReviewed, DetailsDoNotMatch, PictureRefused, TooManyRequestsWaiting
from ..family import start_guardianship
from ..models import Credential, Person, Picture, Request
from ..rules import PICTURE_BYTES, PICTURE_DAYS, PICTURES_PER_REQUEST, REQUESTS_WAITING, Application, same_name
from .applying import accept, check
from .finding import match_person
from .keeping import keep_change, name_of
from .signing_in import end_credentials

DUTY = "people.review"
_LABEL = "picture.sealed"
_SIGNS = (("image/jpeg", b"\xff\xd8\xff"), ("image/png", b"\x89PNG\r\n\x1a\n"))


def ask_for_relative(
    guardian: int, kind: str, application: Application, pictures: Sequence[bytes], now: datetime
) -> Request:
    """Ask staff to let ``guardian`` apply for a relative (``kind``: minor, adult) by documents.

    The phone is the guardian's own. Raises BadInput (details.fields), PictureRefused, TooManyRequestsWaiting.
    """
    mine = Person.objects.get(pk=guardian)
    application = replace(application, phone=mine.phone, phone_owner="helper", via="family")
    application = check(application, now, alone=False)
    content = {"kind": kind, **asdict(application), "consents": sorted(application.consents)}
    return _ask("family", application.town, guardian, content, pictures, now)


def ask_for_name(person: int, name: str, pictures: Sequence[bytes], now: datetime) -> Request:
    """Ask staff for another name, as a document shows it. Raises BadInput, PictureRefused, TooManyRequestsWaiting."""
    mine = Person.objects.get(pk=person)
    try:
        name = check_name(name)
    except NameFault as fault:
        raise BadInput(details={"fields": {"name": fault.code}}) from None
    if same_name(name, mine.name):
        raise BadInput(details={"fields": {"name": "same_name"}})
    if Request.objects.filter(person=person, kind="name", state="waiting").exists():
        raise TooManyRequestsWaiting()
    return _ask("name", mine.town_id, person, {"name": name}, pictures, now)


def requests_of(person: int) -> "QuerySet[Request]":
    """A resident's own requests, newest first."""
    return Request.objects.filter(person=person).order_by("-asked_at", "-pk")


def withdraw_request(person: int, request: int, now: datetime) -> None:
    """Take a request back. Raises NotFound, AlreadyReviewed."""
    row = Request.objects.select_for_update().filter(pk=request, person=person).first()
    if row is None:
        raise NotFound()
    _decided(row, "withdrawn", None, "", now)


def waiting_requests(user: Any) -> "QuerySet[Request]":
    """What waits for review in the regions of this member of staff, oldest first: nobody sees another office's queue."""
    return _in_reach(user).filter(state="waiting").select_related("town").order_by("asked_at", "pk")


def decided_requests(user: Any) -> "QuerySet[Request]":
    """What was decided in these regions, newest first."""
    return _in_reach(user).exclude(state="waiting").select_related("town").order_by("-decided_at", "-pk")


def request_in_reach(user: Any, request: int) -> Request:
    """The request if its town is this member of staff's. Raises NotFound."""
    row = _in_reach(user).filter(pk=request).select_related("town", "person", "person__town").first()
    if row is None:
        raise NotFound()
    return row


def open_request(user: Any, request: int, now: datetime) -> dict[str, Any]:
    """What a request says, in clear, for who reviews it; the look is on record."""
    row = request_in_reach(user, request)
    if row.destroyed_at is not None:
        return {}
    record_read(user, row.person_id, DUTY, f"review: {row.pk}", ("request",), now)
    return content_of(row)


def content_of(row: Request) -> dict[str, Any]:
    """What a request says; the caller has put the look on record."""
    return dict(json.loads(row.content))


def picture_of(user: Any, request: int, number: int) -> tuple[bytes, str]:
    """A picture and its media type, for who reviews it. Raises NotFound."""
    row = request_in_reach(user, request)
    picture = Picture.objects.filter(request=row, number=number).first()
    if picture is None or row.state != "waiting":
        raise NotFound()
    return keyring().unseal("people", bytes(picture.sealed), _LABEL), picture.media_type


def approve_request(user: Any, request: int, now: datetime) -> Request:
    """Do what was asked, and tell the person. Raises NotFound, AlreadyReviewed, DetailsDoNotMatch (the document is on file
    under another name), PhoneFull, and what start_guardianship raises.
    """
    row = _locked(user, request)
    _decided(row, "approved", user, "", now)
    content = json.loads(row.content)
    row.result = _relative(row, content, user, now) if row.kind == "family" else _renamed(row, content, user, now)
    row.save(update_fields=["result"])
    _tell(row, _("[Ankang code] Your request was approved. Open “About me” to see it."), now)
    return row


def decline_request(user: Any, request: int, reason: str, now: datetime) -> Request:
    """Say no, and why; the person reads it. Raises NotFound, AlreadyReviewed, BadInput without a reason."""
    reason = reason.strip()
    if not reason or len(reason) > 500 or "\0" in reason:
        raise BadInput(details={"fields": {"reason": "missing" if not reason else "too_long"}})
    row = _locked(user, request)
    _decided(row, "declined", user, reason, now)
    _tell(row, _("[Ankang code] Your request was not approved: %(reason)s") % {"reason": reason}, now)
    return row


def destroy_old_pictures(now: datetime) -> int:
    """Pictures and contents of requests decided a week ago are destroyed; how many requests."""
    old = Request.objects.filter(decided_at__lt=now - timedelta(days=PICTURE_DAYS), destroyed_at=None)
    numbers = list(old.values_list("pk", flat=True)[:1000])
    Picture.objects.filter(request__in=numbers).delete()
    return Request.objects.filter(pk__in=numbers).update(destroyed_at=now, content=_nothing())


def _ask(
    kind: str, town: str, person: int, content: dict[str, Any], pictures: Sequence[bytes], now: datetime
) -> Request:
    Person.objects.select_for_update().get(pk=person)
    if Request.objects.filter(person=person, state="waiting").count() >= REQUESTS_WAITING:
        raise TooManyRequestsWaiting()
    types = [_media_type(picture) for picture in pictures]
    if not 1 <= len(types) <= PICTURES_PER_REQUEST:
        raise PictureRefused(details={"fields": {"pictures": "missing" if not types else "too_many"}})
    row = Request.objects.create(
        kind=kind, town_id=town, person_id=person, content=json.dumps(content, ensure_ascii=False), asked_at=now
    )
    for number, (picture, media_type) in enumerate(zip(pictures, types, strict=True), 1):
        sealed = keyring().seal("people", picture, _LABEL)
        Picture.objects.create(request=row, number=number, media_type=media_type, sealed=sealed)
    return row


def _media_type(picture: bytes) -> str:
    if len(picture) > PICTURE_BYTES:
        raise PictureRefused(details={"fields": {"pictures": "too_large"}})
    for media_type, sign in _SIGNS:
        if picture.startswith(sign):
            return media_type
    raise PictureRefused(details={"fields": {"pictures": "not_a_picture"}})


def _in_reach(user: Any) -> "QuerySet[Request]":
    return Request.objects.filter(town__in=region_codes_below(regions_where(user, DUTY)))


def _locked(user: Any, request: int) -> Request:
    request_in_reach(user, request)
    return Request.objects.select_for_update().get(pk=request)


def _decided(row: Request, state: str, by: Any, reason: str, now: datetime) -> None:
    if row.state != "waiting":
        raise AlreadyReviewed()
    row.state, row.decided_at, row.decided_by, row.decided_by_name = state, now, getattr(by, "pk", None), name_of(by)
    row.reason = reason or None
    row.save(update_fields=["state", "decided_at", "decided_by", "decided_by_name", "reason"])


def _relative(row: Request, content: dict[str, Any], user: Any, now: datetime) -> int:
    kind = content.pop("kind")
    application = Application(**content | {"consents": frozenset(content["consents"])})
    known = match_person(application.document_kind, application.document, application.name, application.country).person
    if known is not None and known.phone is not None:
        application = replace(application, phone=None)  # who is on file keeps the own phone
    accepted = accept(application, now, by=user)
    if accepted is None:
        raise DetailsDoNotMatch()
    record_read(user, accepted.person.pk, DUTY, f"review: {row.pk}", ("request",), now)
    start_guardianship(row.person_id, accepted.person.pk, kind, "documents", now)
    return accepted.person.pk


def _renamed(row: Request, content: dict[str, Any], user: Any, now: datetime) -> int:
    rename(row.person, content["name"], user, now)
    return row.person_id


def rename(person: Person, name: str, by: Any, now: datetime) -> None:
    """Write the proved name; the old one is kept, and devices sign in anew, because their codes carry the old one."""
    person = Person.objects.select_for_update().get(pk=person.pk)
    keep_change(person, "name", person.name, by, now)
    person.name = name
    person.save(update_fields=["name"])
    end_credentials(Credential.objects.filter(person=person), now)


def _tell(row: Request, words: str, now: datetime) -> None:
    if row.person.phone:
        send_message(row.person.phone, words, "request_decided", now)


def _nothing() -> bytes:
    return keyring().seal("people", b"{}", "request.content")

