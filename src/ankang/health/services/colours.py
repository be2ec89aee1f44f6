"""One person's colour: opened at application, computed from evidence, read with its reasons."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q
from procrastinate.contrib.django import app

from ankang.core.colours import Colour as CodeColour

from ..engine import Stored, finding_of
from ..models import Colour
from ..rules import UNCHECKED_AFTER, State, change_of, unchecked
from .dossiers import basis_at, ended_among, ended_people, standing_evidence
from .feed import append_changes, share_engine

CHECK_PERSON = "health.check_person"

_OPEN = """
INSERT INTO health_colour (person, colour, since, until, reasons, rule_set, evaluated_at)
VALUES (%s, 0, %s, NULL, '[]', '', %s) ON CONFLICT (person) DO NOTHING RETURNING person
"""


class ReasonView(NamedTuple):
    """Why, for a page: texts by language, moments as datetimes."""

    rule: str
    colour: CodeColour
    text_zh: str
    text_en: str
    ends_when_zh: str
    ends_when_en: str
    evidence: str
    since: datetime
    until: datetime | None

    def text(self, lang: str) -> str:
        """The reason in the reader's language."""
        return self.text_zh if lang.startswith("zh") else self.text_en

    def ends_when(self, lang: str) -> str:
        """What ends it, in the reader's language."""
        return self.ends_when_zh if lang.startswith("zh") else self.ends_when_en


class ColourView(NamedTuple):
    """A person's colour for a page; the worst reason comes first."""

    colour: CodeColour
    since: datetime | None
    until: datetime | None
    reasons: tuple[ReasonView, ...]
    rule_set: str


def open_colour(person: int, now: datetime) -> None:
    """Give a newly applied person the grey of 'being checked' and ask for the check. Again: changes
    nothing.
    """
    share_engine()
    if _open_row(person, now):
        change = change_of(person, None, unchecked(now))
        assert change is not None
        append_changes([change], now)
        app.configure_task(CHECK_PERSON, queue="health").defer(person=person)


def check_person(person: int, now: datetime) -> CodeColour:
    """Evaluate the person's standing evidence at ``now``, keep the state, and put a real change into the
    feed.

    The person's row is locked before the evidence is read, so of two checks at once the second sees what
    the first saw and more. For many people in one transaction use :func:`check_people_in_bulk`.
    """
    share_engine()
    new = _open_row(person, now)
    if ended_among([person]):
        return CodeColour(Colour.objects.get(person=person).colour)
    stored = state_of(Colour.objects.select_for_update().get(person=person))
    was = None if new else Stored.of(stored)
    records = standing_evidence([person]).get(person, [])
    found = finding_of(person, was, records, basis_at(now))
    if found is None:
        return stored.colour
    state = found.state()
    _keep(person, state, now)
    change = change_of(person, None if new else stored, state)
    append_changes([change] if change else [], now)
    return state.colour


def due_people(now: datetime, limit: int = 10_000) -> list[int]:
    """Whose colour ends by itself at ``now`` or before, and who has been waiting for the first check too
    long.
    """
    waiting = Q(colour=CodeColour.GREY, since__lte=now - UNCHECKED_AFTER)
    due = Colour.objects.filter(Q(until__lte=now) | waiting).exclude(person__in=ended_people().values("pk"))
    return list(due.order_by("person").values_list("person", flat=True)[:limit])


def colour_of(person: int) -> ColourView:
    """The person's colour with its reasons, as last computed; grey when nothing is on file."""
    row = Colour.objects.filter(person=person).first()
    return view_of(row) if row else ColourView(CodeColour.GREY, None, None, (), "")


def view_of(row: Colour) -> ColourView:
    """A stored colour for a page."""
    return ColourView(CodeColour(row.colour), row.since, row.until, tuple(map(_reason_view, row.reasons)), row.rule_set)


def state_of(row: Colour) -> State:
    """A stored colour as the rules of this room see it."""
    return State(CodeColour(row.colour), row.since, row.until, row.reasons, row.rule_set)


def _open_row(person: int, now: datetime) -> bool:
    """Make sure the person has a row to lock; True when it had none."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [person, now, now])
        return cursor.fetchone() is not None


def _keep(person: int, state: State, now: datetime) -> None:
    Colour.objects.filter(person=person).update(**state._asdict(), evaluated_at=now)


def _reason_view(reason: dict[str, Any]) -> ReasonView:
    text, ends_when, until = reason["text"], reason["ends_when"], reason["until"]
    return ReasonView(
        reason["rule"],
        CodeColour[reason["colour"].upper()],
        text["zh"],
        text["en"],
        ends_when["zh"],
        ends_when["en"],
        reason["evidence"],
        datetime.fromtimestamp(reason["since"], UTC),
        datetime.fromtimestamp(until, UTC) if until is not None else None,
    )
