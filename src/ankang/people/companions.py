"""Companions 同行人: who walks along and is admitted on one scan of somebody else's code (A6).

The only door for other rooms, like ``carriers.py``: verb first, in the caller's transaction. A pair is agreed by a one-time
code on the other's own phone, by being on the same phone number, by staff who saw both, or by guardianship (``bind``).
Gates hold the pairs that walk along now under the revision "companions"; every change takes the next number of it.

There are no chains: whoever walks along brings nobody, and whoever brings somebody does not walk along.
"""

from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from ankang.base.errors import BadInput, NotFound
from ankang.base.models import Revision
from ankang.base.services import bump_revision, record_read, send_message
from ankang.core.epochs import epoch_of, epoch_start
from ankang.core.gate_names import gate_names_key, seal_name
from ankang.core.masking import mask_name
from ankang.trust.keyring import keyring

from .errors import ChainRefused, CodeExpired, CodeTooSoon, TooManyCodes, TooManyCompanions
from .models import Companion, CompanionEvent, Guardianship, Person
from .one_time_codes import confirm_phone, send_one_time_code
from .rules import COMPANIONS_PER_PERSON, check_who, free_slot, same_name
from .services.finding import find_person

REVISION = "companions"
DUTY = "carriers.issue"
READ = ("companions",)


def propose(holder: int, kind: str, document: str, name: str, now: datetime) -> Companion | None:
    """Ask somebody to walk along. On the holder's own phone number: the pair, at once. Else None, and a code went to the
    phone of that person, if there is one; the caller's answer to the reader must be the same if there is none.

    Raises BadInput, TooManyCompanions.
    """
    person = _who(kind, document, name, now)
    mine = Person.objects.get(pk=holder)
    if person is not None and person.pk == holder:
        raise BadInput(details={"fields": {"document": "yourself"}})
    if person is not None and _same_phone(person, mine):
        return bind(holder, person.pk, "phone", now)
    _free(holder)
    if person is not None and person.phone:
        with suppress(CodeTooSoon, TooManyCodes):  # saying more would tell who is on file
            send_one_time_code(person.phone, f"companion:{holder}", now, _question(mine))
    return None


def confirm(holder: int, kind: str, document: str, name: str, digits: str, now: datetime) -> Companion:
    """The other one agreed: ``digits`` came to that person's own phone. Raises CodeWrong, CodeExpired (also for somebody
    who is not on file), TooManyCompanions. A wrong try must stay counted: the caller may not roll back on CodeWrong.
    """
    person = _who(kind, document, name, now)
    if person is None or not person.phone or person.pk == holder:
        raise CodeExpired()
    confirm_phone(person.phone, f"companion:{holder}", digits, now)
    return bind(holder, person.pk, "consent", now)


def bind(holder: int, companion: int, how: str, now: datetime, by: Any = None, purpose: str = "") -> Companion:
    """The pair, agreed as ``how`` says (rules.COMPANION_BASES); a live pair stays as it is.

    The caller answers for the agreement. Staff give ``by`` and the purpose, and their act is on record for both.
    Raises NotFound, BadInput (oneself), TooManyCompanions.
    """
    if holder == companion:
        raise BadInput(details={"fields": {"document": "yourself"}})
    rows = Person.objects.select_for_update().filter(pk__in=(holder, companion), state="active").order_by("pk")
    people = {person.pk: person for person in rows}
    if len(people) != 2:
        raise NotFound()
    if by is not None:
        for person in people:
            record_read(by, person, DUTY, purpose, READ, now)
    known = Companion.objects.filter(holder=holder, companion=companion, ended_at=None).first()
    if known is not None:
        return known
    slot = _free(holder)
    try:
        with transaction.atomic():
            pair = Companion.objects.create(
                holder_id=holder,
                companion_id=companion,
                slot=slot,
                how=how,
                agreed_at=now,
                agreed_by=getattr(by, "pk", None),
                name_sealed=seal_name(_key(), companion, mask_name(people[companion].name)),
                revision=_next_revision(),
            )
    except IntegrityError:  # the holder was not locked by whoever took the last place
        raise TooManyCompanions() from None
    _note(pair, "bound", "staff" if by is not None else "holder", now, by=by)
    if how == "consent" and people[companion].phone:
        send_message(people[companion].phone, _agreed(people[holder]), "companion_bound", now)
    return pair


def end(pair: int, person: int, now: datetime) -> bool:
    """Either side ends the pair: from the next second on no gate lets one in on the other's code. False when it had ended.

    Raises NotFound for a pair of other people.
    """
    row = _of(person).filter(pk=pair).first()
    if row is None:
        raise NotFound()
    return _end([row], "holder" if row.holder_id == person else "companion", now) > 0


def end_all(person: int, why: str, now: datetime, companion: int | None = None) -> int:
    """End every pair in which the person stands (with ``companion``: only that one below this holder); how many there were.

    ``why`` is one of rules.COMPANION_ENDS: a guardianship that ended, a person who left, a consent taken back.
    """
    rows = _of(person) if companion is None else Companion.objects.filter(holder=person, companion=companion)
    return _end(list(rows.filter(ended_at=None)), why, now)


def take_along(holder: int, pairs: Collection[int], until: datetime | None, now: datetime) -> datetime:
    """From now on exactly these pairs walk with the holder, until ``until``, at the latest until the day's end (04:00);
    returns that moment. Who walked with somebody else now walks with this holder; a ward at most until the guardianship ends.

    Raises NotFound (a pair of others, or ended), BadInput (a moment that is past), ChainRefused.
    """
    last = datetime.fromtimestamp(epoch_start(epoch_of(now.timestamp()) + 1), UTC)
    until = min(until or last, last)
    if until <= now:
        raise BadInput(details={"fields": {"until": "past"}})
    rows = list(Companion.objects.select_for_update().filter(holder=holder, ended_at=None).order_by("pk"))
    chosen = [row for row in rows if row.pk in set(pairs)]
    if len(chosen) != len(set(pairs)):
        raise NotFound()
    revision = _next_revision()  # from here on one at a time: two holders cannot make a chain by racing
    _refuse_chain(holder, [row.companion_id for row in chosen], now)
    others = Companion.objects.filter(companion__in=[row.companion_id for row in chosen], along_until__gt=now)
    left = [row for row in rows if row not in chosen and row.along_until] + list(others.exclude(holder=holder))
    _set_along(left, None, "apart", revision, now)
    for row in chosen:
        _set_along([row], _while_guardian(row, until, now), "along", revision, now)
    return until


def step_out(pair: int, companion: int, now: datetime) -> bool:
    """The companion does not walk along today after all; the pair stays. False when they did not walk along.

    Raises NotFound.
    """
    row = Companion.objects.filter(pk=pair, companion=companion, ended_at=None).first()
    if row is None:
        raise NotFound()
    if row.along_until is None or row.along_until <= now:
        return False
    _set_along([row], None, "apart", _next_revision(), now, "companion")
    return True


def companions_of(holder: int) -> list[Companion]:
    """Whom the holder may bring, in the order in which doors name them."""
    rows = Companion.objects.filter(holder=holder, ended_at=None)
    return list(rows.select_related("companion", "companion__town").order_by("slot"))


def holders_of(companion: int) -> list[Companion]:
    """Who may bring this person, longest first."""
    rows = Companion.objects.filter(companion=companion, ended_at=None)
    return list(rows.select_related("holder", "holder__town").order_by("agreed_at", "pk"))


def end_of_age(now: datetime) -> int:
    """End the pairs that rest on a guardianship which holds no more: the ward came of age. How many; again: none.

    Doors need not wait for it: such a pair walks along until the birthday at the latest.
    """
    lives = _guardianships(now).filter(guardian=OuterRef("holder"), ward=OuterRef("companion"))
    rows = Companion.objects.filter(how="guardian", ended_at=None).exclude(Exists(lives))
    return _end(list(rows.select_for_update().order_by("pk")), "guardianship_ended", now)


def _while_guardian(row: Companion, until: datetime, now: datetime) -> datetime:
    """``until``, or the earlier moment at which the guardianship ends on which the pair rests. Raises NotFound when it did."""
    if row.how != "guardian":
        return until
    basis = _guardianships(now).filter(guardian=row.holder_id, ward=row.companion_id).first()
    if basis is None:
        raise NotFound()
    return min(until, basis.ends_at or until)


def _guardianships(now: datetime) -> "QuerySet[Guardianship]":
    return Guardianship.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), ended_at=None)


def _refuse_chain(holder: int, companions: list[int], now: datetime) -> None:
    along = Companion.objects.filter(along_until__gt=now)
    if companions and along.filter(Q(companion=holder) | Q(holder__in=companions)).exists():
        raise ChainRefused()


def _set_along(
    rows: list[Companion], until: datetime | None, what: str, revision: int, now: datetime, actor: str = "holder"
) -> None:
    Companion.objects.filter(pk__in=[row.pk for row in rows]).update(along_until=until, revision=revision)
    for row in rows:
        _note(row, what, actor, now, until)


def _end(rows: list[Companion], why: str, now: datetime) -> int:
    live = Companion.objects.filter(pk__in=[row.pk for row in rows], ended_at=None)
    ended = live.update(ended_at=now, ended_why=why, along_until=None, revision=_next_revision()) if rows else 0
    if ended:
        for row in rows:
            _note(row, "ended", why if why in ("holder", "companion", "staff") else "house", now)
    return ended


def _note(row: Companion, what: str, actor: str, now: datetime, until: datetime | None = None, by: Any = None) -> None:
    CompanionEvent.objects.create(pair=row, at=now, what=what, actor=actor, by=getattr(by, "pk", None), until=until)


def _of(person: int) -> "QuerySet[Companion]":
    return Companion.objects.filter(Q(holder=person) | Q(companion=person))


def _free(holder: int) -> int:
    taken = set(Companion.objects.filter(holder=holder, ended_at=None).values_list("slot", flat=True))
    slot = free_slot(taken)
    if slot is None or len(taken) >= COMPANIONS_PER_PERSON:
        raise TooManyCompanions()
    return slot


def _who(kind: str, document: str, name: str, now: datetime) -> Person | None:
    """The person on file with this document and name, None when there is none. Raises BadInput."""
    document, name, faults = check_who(kind, document, name, timezone.localdate(now))
    if faults:
        raise BadInput(details={"fields": faults})
    person = find_person(kind, document)
    fits = person is not None and person.state == "active" and same_name(person.name, name)
    return person if fits else None


def _same_phone(one: Person, other: Person) -> bool:
    return one.phone_blind is not None and other.phone_blind is not None and bytes(one.phone_blind) == bytes(other.phone_blind)


def _key() -> bytes:
    return gate_names_key(keyring().newest("card").secret)


def _next_revision() -> int:
    """The next number of the gates' table. Its row stays locked until the commit, so numbers become visible in order."""
    bump_revision(REVISION)
    return Revision.objects.get(name=REVISION).revision


def _question(holder: Person) -> str:
    name = mask_name(holder.name)
    return (
        _(
            "[Ankang code] %(name)s asks to bring you along: doors would admit you on their code. "
            "If you are together and agree, tell them %(digits)s. Otherwise tell nobody."
        )
        % {"name": name, "digits": "%(digits)s"}
    )


def _agreed(holder: Person) -> str:
    return _(
        "[Ankang code] %(name)s may now bring you along on their code. You can end it at any time: About me, Companions."
    ) % {"name": mask_name(holder.name)}
