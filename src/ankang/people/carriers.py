"""What people carry instead of a phone: printed sheets, and cards that are bound to them (requirement A5).

The only door for other rooms, like ``services.py``: verb first, in the caller's transaction. Gates hold the live carriers
under the revision "carriers"; every change takes the next number of it, so gates fetch what is new and nothing else.
Staff give ``by`` and the purpose, and their act is on record; for the resident ``by`` is None.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, Q, QuerySet

from ankang.base.errors import BadInput, NotFound
from ankang.base.models import Revision
from ankang.base.services import bump_revision, record_read
from ankang.core.cards import CardFault, card_blind, card_name, in_groups, sheet_name, sheet_number
from ankang.core.codes.paper import GENERATIONS, encode_paper, sign_paper
from ankang.core.epochs import day_of, epoch_of, epoch_start
from ankang.core.masking import mask_name
from ankang.core.permutation import SIZE, SpacePermutation, permanent_key
from ankang.core.sm import HmacSm3
from ankang.trust.keyring import keyring

from .errors import CardTaken, TooManyCards, TooManySheets
from .models import Carrier, Person
from .rules import CARD_KINDS, CARDS_PER_PERSON, PAPER, SHEET_DAYS, SHEETS_PER_DAY

REVISION = "carriers"
DUTY = "carriers.issue"
READ = ("carriers",)


@dataclass(frozen=True)
class Sheet:
    """A sheet ready to print: the code's text, the number in groups of four, masked name, last four of the document."""

    carrier: Carrier
    text: str
    number: str
    name: str
    document: str
    last: date


def issue_sheet(person: int, by: Any, now: datetime, purpose: str = "") -> Carrier:
    """The person's next sheet, good for a year; the one before is void at once. Raises NotFound, TooManySheets."""
    _lock(person)
    sheets = Carrier.objects.filter(person=person, kind=PAPER)
    latest = sheets.aggregate(latest=Max("generation"))["latest"] or 0
    if latest >= GENERATIONS or sheets.filter(issued_at__gt=now - timedelta(days=1)).count() >= SHEETS_PER_DAY:
        raise TooManySheets()
    revision = _next_revision()
    _void(sheets, "reissued", revision, now)
    number = sheet_number(_key(), person, latest + 1)
    expires = epoch_start(epoch_of(now.timestamp()) + SHEET_DAYS + 1)
    carrier = Carrier.objects.create(
        person_id=person,
        kind=PAPER,
        number_blind=card_blind(_key(), sheet_name(number)),
        last_digits=number[-4:],
        generation=latest + 1,
        issued_at=now,
        expires_at=datetime.fromtimestamp(expires, UTC),
        issued_by=getattr(by, "pk", None),
        revision=revision,
    )
    _put_on_record(by, person, purpose, now)
    return carrier


def bind_card(person: int, kind: str, number: str, by: Any, now: datetime, purpose: str = "") -> Carrier:
    """Bind a card of ``kind`` by its printed number, or ``nfc:`` and its identifier (core.cards); again: the same carrier.

    Raises NotFound, BadInput (details.fields), CardTaken when it is bound to somebody else, TooManyCards.
    """
    if kind not in CARD_KINDS:
        raise BadInput(details={"fields": {"kind": "unknown_kind"}})
    try:
        name = card_name(number)
    except CardFault as fault:
        raise BadInput(details={"fields": {"number": fault.detail}}) from None
    _lock(person)
    blind, live = card_blind(_key(), name), Carrier.objects.filter(voided_at=None)
    known = live.filter(number_blind=blind).first()
    if known is not None and known.person_id == person:
        return known
    _put_on_record(by, person, purpose, now)
    if known is not None:
        raise CardTaken()
    if live.filter(person=person).exclude(kind=PAPER).count() >= CARDS_PER_PERSON:
        raise TooManyCards()
    try:
        with transaction.atomic():
            return Carrier.objects.create(
                person_id=person,
                kind=kind,
                number_blind=blind,
                last_digits=name[-4:],
                issued_at=now,
                issued_by=getattr(by, "pk", None),
                revision=_next_revision(),
            )
    except IntegrityError:  # somebody bound it between our look and our insert
        raise CardTaken() from None


def is_bound_elsewhere(name: str, person: int) -> bool:
    """Whether the card with this one spelling (core.cards) is bound to somebody other than ``person``."""
    live = Carrier.objects.filter(number_blind=card_blind(_key(), name), voided_at=None)
    return live.exclude(person=person).exists()


def report_lost(carrier: int, person: int, by: Any, now: datetime, purpose: str = "") -> bool:
    """A carrier of ``person`` is lost: no gate takes it from the next second on. False when it was void before.

    Raises NotFound for a carrier of somebody else.
    """
    rows = Carrier.objects.filter(pk=carrier, person=person)
    if not rows.exists():
        raise NotFound()
    _put_on_record(by, person, purpose, now)
    return _void(rows, "lost", _next_revision(), now)


def void_carriers(person: int, reason: str, now: datetime) -> bool:
    """End everything the person carries; False when there was nothing."""
    live = Carrier.objects.filter(person=person, voided_at=None)
    return live.exists() and _void(live, reason, _next_revision(), now)


def carriers_of(person: int, by: Any = None, now: datetime | None = None, purpose: str = "") -> list[Carrier]:
    """All carriers of a person, live ones first, newest first. With ``by`` (staff) the look is on record first."""
    if by is not None and now is not None:
        _put_on_record(by, person, purpose, now)
    rows = Carrier.objects.filter(person=person).order_by("-issued_at", "-id")
    return sorted(rows, key=lambda row: row.voided_at is not None)


def live_sheet(person: int, now: datetime) -> Carrier | None:
    """The sheet that counts now, if there is one."""
    return Carrier.objects.filter(person=person, kind=PAPER, voided_at=None, expires_at__gt=now).first()


def last_day(carrier: Carrier) -> date | None:
    """The last day on which it counts (its night until 04:00 included); None when it has no end."""
    return carrier.expires_at and day_of(epoch_of(carrier.expires_at.timestamp()) - 1)


def print_sheet(carrier: Carrier) -> Sheet:
    """The sheet's code and words; the signature is made anew each time, the content is the same."""
    person, signing = Person.objects.get(pk=carrier.person_id), keyring().code_signer()
    assert carrier.generation is not None
    assert carrier.expires_at is not None
    last = epoch_of(carrier.expires_at.timestamp()) - 1
    kid, name = keyring().newest("code_sign").kid, mask_name(person.name)
    issued = int(carrier.issued_at.timestamp())
    header = encode_paper(kid, permanent_index(person.pk), carrier.generation, last, name, issued)
    number = sheet_number(_key(), person.pk, carrier.generation)
    return Sheet(carrier, sign_paper(header, signing), in_groups(number), name, person.document[-4:], day_of(last))


def sheet_to_print(person: int, by: Any, now: datetime, purpose: str = "") -> Sheet:
    """The person's live sheet, on record when staff print it; a first one is made. Raises NotFound, TooManySheets."""
    live = live_sheet(person, now)
    if live is None:
        live = issue_sheet(person, by, now, purpose)
    else:
        _put_on_record(by, person, purpose, now)
    return print_sheet(live)


def permanent_index(person: int) -> int:
    """The index of the person on sheets, for ever: under the house's first epoch master (docs/code-format.md §14)."""
    return _permanent(keyring().all("epoch")[-1].secret).index(person)


@lru_cache(maxsize=1)
def _permanent(master: bytes) -> SpacePermutation:
    return SpacePermutation(permanent_key(master), SIZE)


def _key() -> HmacSm3:
    return HmacSm3(keyring().newest("card").secret)


def _lock(person: int) -> None:
    if Person.objects.select_for_update().filter(pk=person).first() is None:
        raise NotFound()


def _void(rows: "QuerySet[Carrier]", reason: str, revision: int, now: datetime) -> bool:
    live = rows.filter(Q(voided_at=None))
    return live.update(voided_at=now, void_reason=reason, revision=revision) > 0


def _next_revision() -> int:
    """The next number of the gates' table. Its row stays locked until the commit, so numbers become visible in order."""
    bump_revision(REVISION)
    return Revision.objects.get(name=REVISION).revision


def _put_on_record(by: Any, person: int, purpose: str, now: datetime) -> None:
    if by is not None:
        record_read(by, person, DUTY, purpose, READ, now)
