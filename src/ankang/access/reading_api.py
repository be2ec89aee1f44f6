"""HTTP of my questions about reads, and of look-ups: the purpose, the number or name and birth date, a masked answer (A6)."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import AfterValidator, BeforeValidator, Field

from ankang.base.api.paging import Page, PageIn, page_of
from ankang.base.api.shapes import Given, Number
from ankang.base.errors import BadInput
from ankang.base.permissions import for_resident, requires
from ankang.base.plain_text import visible
from ankang.core.colours import Colour
from ankang.people.credentials import require_resident
from ankang.people.models import Person
from ankang.people.services import masked
from ankang.people.services.masked import MaskedPerson

from .models import Question
from .rules import LONGEST_TEXT
from .services import ask_question
from .services.looking_up import PERMISSION, Found, left_this_hour, look_up
from .services.naming import look_up_by_name, open_namesake

router = Router(tags=["reads"])


class QuestionIn(Given):
    """What I want to know about a read."""

    text: Annotated[str, Field(max_length=LONGEST_TEXT, examples=["我没有去过那里"])]


class MyQuestionOut(Schema):
    """A question of mine, and the auditor's answer."""

    read: UUID
    text: str
    asked_at: datetime
    state: str
    answer: str | None
    decided_at: datetime | None


def _shown(text: str) -> str:
    if note := visible(text):
        return note
    raise ValueError("nothing in it shows")


Note = Annotated[str, Field(min_length=1, max_length=100, pattern=r"\S", examples=["12345, no. 8812"]), AfterValidator(_shown)]
"""For which case; what nobody sees is taken out, and something must be left."""


def _a_day(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return value
    raise ValueError("a day is written 1985-01-31")


Day = Annotated[date, BeforeValidator(_a_day)]


class WhyIn(Given):
    """Why (the person sees it), and for which case."""

    purpose: Literal["window", "investigation", "hotline", "correction"]
    note: Note

    def words(self) -> str:
        """The purpose as it goes on record."""
        return f"{self.purpose}: {self.note}"


class LookUpIn(WhyIn):
    """Why (the person sees it), for which case, and the number of the document."""

    document: Annotated[str, Field(min_length=1, max_length=60)]


class LookUpByNameIn(WhyIn):
    """Why (the person sees it), for which case, and the whole name with the birth date."""

    name: Annotated[str, Field(min_length=1, max_length=200, examples=["王小明"])]
    born: Day


class NamesakeOut(Schema):
    """One of several people of one name and birth date: masked, and without colour."""

    number: Number
    name: str
    document_kind: str
    document: str
    town: str
    state: str


class LookedUpOut(NamesakeOut):
    """The masked person, whether a phone shows the code, and the colour with its rules."""

    on_a_phone: bool
    colour: str
    since: datetime | None
    until: datetime | None
    rules: list[str]


class LookUpOut(Schema):
    """``found`` null: nobody of my region has this document. ``left``: look-ups that remain this hour."""

    found: LookedUpOut | None
    left: int


class LookUpByNameOut(Schema):
    """``found``: the one. ``several``: up to five to choose from (open one of them); ``more``: there are others."""

    found: LookedUpOut | None
    several: list[NamesakeOut]
    more: bool
    left: int


@router.post("me/reads/{read}/question", response={201: MyQuestionOut})
@for_resident
def post_question(request: HttpRequest, read: UUID, body: QuestionIn) -> Any:
    """Ask why somebody looked; the auditor of my region answers, the reader learns nothing. Errors: already_questioned."""
    return 201, _question(ask_question(require_resident(request).person, read, body.text, timezone.now()))


@router.get("me/questions", response=Page[MyQuestionOut])
@for_resident
def list_my_questions(request: HttpRequest, wanted: Query[PageIn]) -> Any:
    """My questions about reads with the answers, newest first."""
    rows = Question.objects.filter(person=require_resident(request).person)
    return page_of(rows, ("-asked_at", "-pk"), wanted, _question, "me.questions")


@router.post("look-ups", response=LookUpOut)
@requires(PERMISSION)
def post_look_up(request: HttpRequest, body: LookUpIn) -> Any:
    """Look somebody up by document; each try is on record, one that finds nobody too. Errors: too_many_look_ups."""
    now, number = timezone.now(), body.document.strip()
    if not number or "\0" in number:
        raise BadInput(details={"fields": {"document": "missing"}})
    found = look_up(request.user, number, body.words(), now)
    return {"found": _found(found) if found else None, "left": left_this_hour(request.user, now)}


@router.post("look-ups/names", response=LookUpByNameOut)
@requires(PERMISSION)
def post_look_up_by_name(request: HttpRequest, body: LookUpByNameIn) -> Any:
    """Look somebody up by whole name and birth date; each try is on record, and each hit a read. Errors: too_many_look_ups."""
    now = timezone.now()
    named = look_up_by_name(request.user, body.name, body.born.isoformat(), body.words(), now)
    several = [_namesake(person) for person in named.several]
    found = _found(named.one) if named.one else None
    return {"found": found, "several": several, "more": named.more, "left": left_this_hour(request.user, now)}


@router.post("look-ups/names/{number}/open", response=LookedUpOut)
@requires(PERMISSION)
def post_open_namesake(request: HttpRequest, number: Number) -> Any:
    """One of several that I was shown within the hour, with colour and rules; a read of its own for the same purpose."""
    return _found(open_namesake(request.user, number, timezone.now()))


def _namesake(person: Person) -> dict[str, Any]:
    return _line(person.pk, person.state, masked(person))


def _line(number: int, state: str, who: MaskedPerson) -> dict[str, Any]:
    names = ("name", "document_kind", "document", "town")
    return {"number": number, "state": state, **{name: getattr(who, name) for name in names}}


def _found(one: Found) -> dict[str, Any]:
    colour = one.colour
    return {
        **_line(one.person, one.state, one.who),
        "on_a_phone": one.on_a_phone,
        "colour": Colour(colour.colour).slug,
        "since": colour.since,
        "until": colour.until,
        "rules": sorted({reason.rule for reason in colour.reasons}),
    }


def _question(row: Question) -> dict[str, Any]:
    names = ("read", "text", "asked_at", "state", "answer", "decided_at")
    return {name: getattr(row, name) for name in names}
