"""Everything that is kept on one person, to take along: made when it is asked for, kept nowhere, on record (I8).

A sign-in older than a quarter of an hour answers a one-time code first; four times a day at most.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from ankang.base.models import AccessRecord
from ankang.base.pdf import render_pdf
from ankang.base.services import record_read
from ankang.people.credentials import Resident
from ankang.people.errors import NotInThisState
from ankang.people.models import Credential, Person
from ankang.people.one_time_codes import check_proof, confirm_phone, send_one_time_code

from ..errors import DownloadsUsedUp, FreshCodeNeeded
from ..rules import PROOF_PURPOSE, needs_code, seconds_until_free
from .paper import pages_of
from .parts import kept_parts, seconds

FORMAT = "ankang-archive/1"
DUTY = "archive.own"


@dataclass(frozen=True)
class _Holder:
    """The person, as the reader of the own data."""

    username: str
    pk: None = None


def code_needed(resident: Resident, proof: int | None, now: datetime) -> bool:
    """Whether this sign-in must answer a one-time code first."""
    issued = Credential.objects.values_list("issued_at", flat=True).get(pk=resident.serial)
    if not needs_code(issued, now):
        return False
    phone = Person.objects.values_list("phone", flat=True).get(pk=resident.person)
    if proof is None or phone is None:
        return True
    try:
        check_proof(proof, phone, now, _purpose(resident.person))
    except Exception as fault:
        if getattr(fault, "code", "") != "code_expired":
            raise
        return True
    return False


def send_code(resident: Resident, now: datetime) -> str:
    """Send the digits; returns the phone. Raises NotInThisState without one, CodeTooSoon, TooManyCodes."""
    phone = Person.objects.values_list("phone", flat=True).get(pk=resident.person)
    if phone is None:
        raise NotInThisState()
    send_one_time_code(phone, _purpose(resident.person), now)
    return phone


def confirm_code(resident: Resident, digits: str, now: datetime) -> int:
    """The proof, good for 20 minutes. Raises CodeWrong, CodeExpired (the caller does not roll back)."""
    phone = Person.objects.values_list("phone", flat=True).get(pk=resident.person)
    if phone is None:
        raise NotInThisState()
    return confirm_phone(phone, _purpose(resident.person), digits, now)


def whole_file(resident: Resident, proof: int | None, now: datetime) -> dict[str, Any]:
    """The whole file (docs/archive.md). Raises FreshCodeNeeded, DownloadsUsedUp."""
    if code_needed(resident, proof, now):
        raise FreshCodeNeeded()
    Person.objects.select_for_update().get(pk=resident.person)
    since = now - timedelta(days=1)
    taken = AccessRecord.objects.filter(person=resident.person, duty=DUTY, at__gt=since).values_list("at", flat=True)
    if wait := seconds_until_free(list(taken), now):
        raise DownloadsUsedUp(details={"retry_after": wait})
    record_read(_Holder(_("myself")), resident.person, DUTY, "download", ("whole_file",), now)
    parts = {name: make(resident.person, now) for name, make in kept_parts.items()}
    return {"format": FORMAT, "made_at": seconds(now), **parts}


def as_json(file: dict[str, Any]) -> bytes:
    """The file for machines."""
    return (json.dumps(file, ensure_ascii=False, indent=2) + "\n").encode()


def as_pdf(file: dict[str, Any], lang: str) -> bytes:
    """The file for people, in large clear print, Chinese or English."""
    made = timezone.localtime(datetime.fromtimestamp(file["made_at"], timezone.get_current_timezone()))
    return render_pdf("archive/archive.typ", pages_of(file, f"{made:%Y-%m-%d %H:%M}", lang))


def _purpose(person: int) -> str:
    return f"{PROOF_PURPOSE}:{person}"
