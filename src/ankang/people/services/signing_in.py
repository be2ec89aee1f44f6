"""Signing in on another device, and ending a device's credential."""

from contextlib import suppress
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from ankang.base.errors import BadInput, NotFound
from ankang.base.services import bump_revision

from ..credentials import Issued, issue_credential
from ..errors import CodeExpired, TooManyCodes
from ..models import Credential, Person, Voiding
from ..one_time_codes import CodeTooSoon, confirm_phone, send_one_time_code
from ..rules import check_who
from .finding import match_person


def send_sign_in_code(kind: str, document: str, name: str, now: datetime) -> str | None:
    """Send a code to the phone on file if name and document belong together; the phone, or None if they do not.

    The caller's answer to the reader must be the same in both cases. Raises BadInput.
    """
    document, name, faults = check_who(kind, document, name, timezone.localdate(now))
    if faults:
        raise BadInput(details={"fields": faults})
    person = _who(kind, document, name)
    if person is None or person.phone is None:
        return None
    with suppress(CodeTooSoon, TooManyCodes):  # the last code still works; saying more would tell who is on file
        send_one_time_code(person.phone, "sign_in", now)
    return str(person.phone)


def sign_in(kind: str, document: str, name: str, digits: str, device: str, now: datetime) -> Issued:
    """A credential for a new device of a person on file: document, name, and the code on the registered phone.

    Raises CodeWrong and CodeExpired; an unknown person is CodeExpired too, so that nobody learns who is on file.
    """
    document, name, faults = check_who(kind, document, name, timezone.localdate(now))
    person = None if faults else _who(kind, document, name)
    if person is None or person.phone is None:
        raise CodeExpired()
    confirm_phone(person.phone, "sign_in", digits, now)
    return issue_credential(person.pk, person.name, device, now)


def revoke_credential(person: int, serial: int, now: datetime) -> bool:
    """End one of a person's credentials; gates learn of it within a second. False when it was ended before.

    Raises NotFound for a credential of somebody else.
    """
    if not Credential.objects.filter(pk=serial, person=person).exists():
        raise NotFound()
    ended = Credential.objects.filter(pk=serial, revoked_at=None).update(revoked_at=now)
    if ended:
        void_passes(person, now)
        end_credentials(Credential.objects.filter(opened_from=serial), now)
    return bool(ended)


def end_credentials(rows: "QuerySet[Credential]", now: datetime) -> int:
    """End these credentials and the passes of their people; returns how many lived."""
    live = rows.filter(revoked_at=None)
    people = set(live.values_list("person", flat=True))
    ended = live.update(revoked_at=now)
    for person in sorted(people):
        void_passes(person, now)
    return ended


def _who(kind: str, document: str, name: str) -> Person | None:
    person = match_person(kind, document, name).person
    return person if person is not None and person.state == "active" else None


def void_passes(person: int, now: datetime) -> None:
    """No pass fetched until now counts at a door any more; gates learn of it within a second."""
    Voiding.objects.create(person_id=person, at=now)
    bump_revision("credentials")
