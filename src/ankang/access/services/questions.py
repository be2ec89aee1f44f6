"""A resident asks why somebody looked: the auditor of the resident's region answers, and the reader is told nothing."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from ankang.base.errors import BadInput, NotFound
from ankang.base.models import AccessRecord
from ankang.people.models import Person

from ..errors import AlreadyAnswered, AlreadyQuestioned, NotYourOwnAlert
from ..models import Question
from ..rules import LONGEST_TEXT
from .raising import raise_alert
from .reads import reach, read_of


def ask_question(person: int, read: UUID, text: str, now: datetime) -> Question:
    """Put a question on file. Raises NotFound (not a read of this person), BadInput, AlreadyQuestioned."""
    row, text = read_of(person, read), checked_text(text, "text")
    town = Person.objects.values_list("town_id", flat=True).get(pk=person)
    try:
        with transaction.atomic():
            return Question.objects.create(
                person=person, read=row.id, read_at=row.at, region_id=town, text=text, asked_at=now
            )
    except IntegrityError:
        raise AlreadyQuestioned() from None


def questions_for(user: Any) -> "QuerySet[Question]":
    """The questions of residents of the auditor's region, the oldest open one first."""
    return Question.objects.filter(region__in=reach(user)).exclude(_own(user)).order_by("-state", "asked_at")


def fetch_question(user: Any, number: int) -> tuple[Question, AccessRecord]:
    """The question and the read it is about. Raises NotFound."""
    row = questions_for(user).filter(pk=number).first()
    if row is None:
        raise NotFound()
    return row, AccessRecord.objects.get(person=row.person, id=row.read, at=row.read_at)


def answer_question(user: Any, number: int, justified: bool, answer: str, now: datetime) -> Question:
    """Say whether the read was right, and why. A wrong one becomes an alert about the reader.

    Raises NotFound, BadInput, AlreadyAnswered, NotYourOwnAlert.
    """
    question, read = fetch_question(user, number)
    if read.reader == user.pk:
        raise NotYourOwnAlert()
    text, state = checked_text(answer, "answer"), "justified" if justified else "unjustified"
    row = Question.objects.select_for_update().get(pk=question.pk)
    if row.state != "open":
        raise AlreadyAnswered()
    row.state, row.answer, row.decided_at = state, text, now
    row.decided_by, row.decided_by_name = user.pk, user.get_full_name() or user.username
    row.save(update_fields=["state", "answer", "decided_at", "decided_by", "decided_by_name"])
    if not justified:
        raise_alert(
            "questioned", str(row.pk), {"question": row.pk}, read.region or row.region_id, now,
            reader=read.reader or 0, reader_name=read.reader_name,
        )
    return row


def checked_text(text: str, field: str) -> str:
    """The text, in its one spelling. Raises BadInput."""
    text = text.replace("\0", "").strip()
    if not text:
        raise BadInput(details={"fields": {field: "missing"}})
    if len(text) > LONGEST_TEXT:
        raise BadInput(details={"fields": {field: "too_long"}})
    return text


def _own(user: Any) -> Any:
    """Questions about the auditor's own reads are another auditor's."""
    from django.db.models import Exists, OuterRef

    mine = AccessRecord.objects.filter(
        person=OuterRef("person"), id=OuterRef("read"), at=OuterRef("read_at"), reader=user.pk
    )
    return Exists(mine)
