"""Moving away, death, closing one's account, and coming back. Each says who, why, and by which document.

A death, and the reversal of a wrong one, need a second person. Closing is the holder's own act: a one-time code, then a week
to think it over, in which everything goes on working.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from ankang.base.approvals import ask_approval
from ankang.base.errors import BadInput, NotFound
from ankang.base.models import Approval
from ankang.base.services import send_message
from ankang.core.sm import sm3

from ..errors import LeavingOpen, NotInThisState
from ..models import Leaving, Person
from ..one_time_codes import confirm_phone, send_one_time_code
from ..rules import COOLING_DAYS
from .desk import person_at_desk, put_on_record
from .keeping import name_of
from .settling import LEAVING as SUBJECT
from .standing import stand


def ask_closing_code(person: int, now: datetime) -> None:
    """Send the digits that confirm a closing. Raises NotInThisState without a phone, CodeTooSoon, TooManyCodes."""
    mine = Person.objects.get(pk=person)
    if mine.phone is None:
        raise NotInThisState()
    send_one_time_code(mine.phone, f"close:{person}", now)


def ask_to_close(person: int, digits: str, erase: bool, now: datetime) -> Leaving:
    """Close the account in a week; ``erase``: delete name and document too, as soon as they may go.

    Raises CodeWrong, CodeExpired (the caller does not roll back), LeavingOpen.
    """
    mine = Person.objects.get(pk=person)
    if mine.phone is None:
        raise NotInThisState()
    confirm_phone(mine.phone, f"close:{person}", digits, now)
    due = now + timedelta(days=COOLING_DAYS)
    row = _open(mine, "closed", None, "closed_by_holder", None, now, due_at=due, erase=erase)
    words = _("[Ankang code] Your account closes on %(day)s. Until then you can keep it: open “About me”.")
    send_message(mine.phone, words % {"day": f"{due:%Y-%m-%d}"}, "closing", now)
    return row


def closing_of(person: int) -> Leaving | None:
    """The closing that is on its way."""
    return Leaving.objects.filter(person=person, state="closed", done_at=None, dropped_at=None).first()


def keep_account(person: int, now: datetime) -> bool:
    """The holder thought better of it; False when nothing was on its way."""
    rows = Leaving.objects.filter(person=person, state="closed", done_at=None, dropped_at=None)
    return bool(rows.update(dropped_at=now))


def close_due(now: datetime) -> int:
    """Close the accounts whose week is over; how many."""
    due = Leaving.objects.select_for_update().filter(done_at=None, dropped_at=None, due_at__lte=now).order_by("person")[:1000]
    for row in due:
        person = Person.objects.select_for_update().get(pk=row.person_id)
        if person.state == "active":
            _forget_phone(person)
            stand(person, "closed", None, row.why, now)
        Leaving.objects.filter(pk=row.pk).update(done_at=now)
    return len(due)


def record_moved(user: Any, person: int, why: str, now: datetime) -> None:
    """The person has left the province: the code ends; applying again brings it back. Raises NotFound, NotInThisState."""
    why = check_words(why)
    row = _locked(user, person)
    if row.state != "active":
        raise NotInThisState()
    put_on_record(user, person, why, ("state",), now)
    stand(row, "moved", user, why, now)


def record_death(user: Any, person: int, evidence: str, now: datetime) -> Leaving:
    """Record a death from the civil-affairs record ``evidence``; it counts when a second person has agreed.

    Raises NotFound, BadInput without a record, NotInThisState, LeavingOpen.
    """
    row = _locked(user, person)
    if row.state not in ("active", "moved", "pending"):
        raise NotInThisState()
    return _ask(row, "deceased", user, check_words(evidence), now)


def reverse_death(user: Any, person: int, evidence: str, now: datetime) -> Leaving:
    """A death was recorded wrongly: alive again when a second person has agreed. Raises as :func:`record_death`."""
    row = _locked(user, person)
    if row.state != "deceased":
        raise NotInThisState()
    return _ask(row, "active", user, check_words(evidence), now)


def leaving_decided(asked: Approval, now: datetime) -> None:
    """What a decision means: the state changes, or the request is dropped."""
    row = Leaving.objects.select_for_update().get(pk=int(asked.reference))
    if asked.state != "approved":
        Leaving.objects.filter(pk=row.pk).update(dropped_at=now)
        return
    person = Person.objects.select_for_update().get(pk=row.person_id)
    if (person.state == "deceased") == (row.state == "deceased") or person.state == "merged":
        raise NotInThisState()
    Leaving.objects.filter(pk=row.pk).update(done_at=now)
    if row.state == "deceased":
        _forget_phone(person)
    stand(person, row.state, _Name(row), row.why, now, row.evidence)


def digest_of(row: Leaving) -> bytes:
    """What an approval is bound to."""
    return sm3(f"{row.pk}|{row.person_id}|{row.state}|{row.evidence}".encode())


def address_of(reference: str) -> str:
    """The page of a request, for the approvals inbox."""
    return reverse("desk_leaving", args=[int(reference)])


class _Name:
    """Who asked, for the record of the change."""

    def __init__(self, row: Leaving) -> None:
        self.pk, self._name = row.asked_by, row.asked_by_name

    def get_full_name(self) -> str:
        return self._name


def _ask(person: Person, state: str, user: Any, evidence: str, now: datetime) -> Leaving:
    put_on_record(user, person.pk, evidence, ("state",), now)
    row = _open(person, state, user, "civil_affairs", evidence, now)
    zh, en = ("登记死亡", "Record a death") if state == "deceased" else ("撤销死亡登记", "Reverse a recorded death")
    ask_approval(
        SUBJECT,
        str(row.pk),
        digest_of(row),
        user,
        region=person.town_id,
        permission="people.approve",
        summary={"zh": zh, "en": en},
        now=now,
    )
    return row


def _open(
    person: Person,
    state: str,
    by: Any,
    why: str,
    evidence: str | None,
    now: datetime,
    due_at: datetime | None = None,
    erase: bool = False,
) -> Leaving:
    try:
        with transaction.atomic():
            return Leaving.objects.create(
                person=person,
                state=state,
                asked_at=now,
                asked_by=getattr(by, "pk", None),
                asked_by_name=name_of(by),
                why=why,
                evidence=evidence,
                due_at=due_at,
                erase=erase,
            )
    except IntegrityError:
        raise LeavingOpen() from None


def _forget_phone(person: Person) -> None:
    """Make room on the phone; whoever comes back names one again."""
    person.phone = person.phone_blind = person.phone_slot = None
    person.save(update_fields=["phone", "phone_blind", "phone_slot"])


def _locked(user: Any, person: int) -> Person:
    person_at_desk(user, person)
    row = Person.objects.select_for_update().filter(pk=person).first()
    if row is None:
        raise NotFound()
    return row


def check_words(text: str) -> str:
    """What staff wrote, trimmed; it goes on record. Raises BadInput (details.fields.reason)."""
    text = text.strip()
    if not text or len(text) > 500 or "\0" in text:
        raise BadInput(details={"fields": {"reason": "too_long" if len(text) > 500 else "missing"}})
    return text
