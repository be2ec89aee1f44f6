"""Two records of one person become one (A1): compared, asked for, agreed to by a second person, and undone within a month.

Rooms above hear of it by ``events.people_merged``: health reads the evidence of both for the survivor, so the worse colour stands
with its reasons. Rows of the two are locked in the order of their numbers: of two merges at once the second sees the first (``settling``).
"""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

from ankang.base.approvals import MakerCannotDecide, ask_approval
from ankang.base.errors import BadInput, NotFound
from ankang.base.models import Approval
from ankang.base.permissions import regions_where
from ankang.base.services import record_read, region_codes_below
from ankang.core.identifiers import DocumentKind
from ankang.core.sm import sm3
from ankang.trust.keyring import keyring

from ..carriers import carriers_of
from ..errors import BirthDateNeeded, ChainOfProxies, MergeImpossible, NotOfAge, OfAge, PhoneFull, UndoTooLate
from ..events import merge_undone, people_merged
from ..family import live_guardianships, start_guardianship
from ..models import Credential, FormerDocument, Guardianship, LegacyCode, Merge, Person
from ..rules import MERGE_UNDO_DAYS
from .applying import take_slot
from .finding import people_with
from .masked import MaskedPerson, masked
from .settling import MERGE as SUBJECT
from .settling import rows_of, settle_opposite
from .standing import end_row, stand

DUTY = "people.merge"
ALIVE = ("active", "pending")

Fact = tuple[str, str]
merge_facts: list[Callable[[int, datetime], list[Fact]]] = []
"""Port: other rooms say what they keep about a person (title, words), for the comparison."""


class Side(NamedTuple):
    """One of the two records, masked."""

    person: MaskedPerson
    state: str
    since: datetime
    via: str
    former: int
    devices: int
    carriers: int
    guardianships: int
    facts: list[Fact]


def records_with(user: Any, text: str) -> list[Person]:
    """The records of the reach with this document or phone."""
    return list(_reach(user).filter(people_with(text)).order_by("pk")[:7])


def compare(user: Any, absorbed: int, survivor: int, purpose: str, now: datetime) -> tuple[Side, Side]:
    """What each of the two has; the look is on record for both. Raises NotFound."""
    sides = []
    for number in (absorbed, survivor):
        person = _reach(user).filter(pk=number).first()
        if person is None:
            raise NotFound()
        record_read(user, number, DUTY, purpose, ("merge",), now)
        sides.append(side_of(person, now))
    return sides[0], sides[1]


def side_of(person: Person, now: datetime) -> Side:
    """One record for the comparison."""
    live = Credential.objects.filter(person=person, revoked_at=None, expires_at__gt=now)
    return Side(
        person=masked(person),
        state=person.state,
        since=person.created_at,
        via=person.applied_via,
        former=FormerDocument.objects.filter(person=person).count(),
        devices=live.count(),
        carriers=sum(row.voided_at is None for row in carriers_of(person.pk)),
        guardianships=live_guardianships(now).filter(Q(guardian=person) | Q(ward=person)).count(),
        facts=[fact for say in merge_facts for fact in say(person.pk, now)],
    )


def ask_merge(user: Any, absorbed: int, survivor: int, why: str, now: datetime) -> Merge:
    """Ask that ``absorbed`` becomes ``survivor``. Raises NotFound, BadInput, MergeImpossible."""
    why = why.strip()
    if not why or len(why) > 500 or "\0" in why:
        raise BadInput(details={"fields": {"reason": "too_long" if len(why) > 500 else "missing"}})
    if absorbed == survivor:
        raise MergeImpossible()
    compare(user, absorbed, survivor, why[:200], now)
    people = _lock(absorbed, survivor)
    try:
        with transaction.atomic():
            row = Merge.objects.create(
                absorbed_id=absorbed,
                survivor_id=survivor,
                why=why,
                asked_at=now,
                asked_by=user.pk,
                asked_by_name=user.get_full_name() or user.username,
            )
    except IntegrityError:
        raise MergeImpossible() from None
    ask_approval(
        SUBJECT,
        str(row.pk),
        digest_of(row),
        user,
        region=people[survivor].town_id,
        permission="people.approve",
        summary=_summary(people[absorbed], people[survivor]),
        now=now,
    )
    return row


def merge_decided(asked: Approval, now: datetime) -> None:
    """What a decision means: the two are one, or stay two. Raises MergeImpossible when one has ended meanwhile."""
    row = Merge.objects.select_for_update().get(pk=int(asked.reference))
    if asked.state != "approved":
        Merge.objects.filter(pk=row.pk).update(state="refused")
        if asked.state == "rejected":
            settle_opposite(row, asked.state, now)
        return
    people = _lock(row.absorbed_id, row.survivor_id)
    settle_opposite(row, asked.state, now)
    kept = _move(people[row.absorbed_id], people[row.survivor_id], now)
    row.state, row.done_at, row.kept = "done", now, json.dumps(kept)
    row.save(update_fields=["state", "done_at", "kept"])
    people_merged.emit(row.absorbed_id, row.survivor_id, now)


def undo_merge(user: Any, merge: int, why: str, now: datetime) -> None:
    """They were two people after all: the absorbed record is alive again, with what was its own.

    Devices, sheets and cards that ended stay ended. Raises NotFound, MakerCannotDecide for who asked for the merge (somebody
    else decides), BadInput, UndoTooLate, MergeImpossible (merged on meanwhile).
    """
    row = Merge.objects.select_for_update().filter(pk=merge, state="done").first()
    if row is None or row.survivor.town_id not in region_codes_below(regions_where(user, "people.approve")):
        raise NotFound()
    if row.asked_by == user.pk:
        raise MakerCannotDecide()
    if not why.strip() or len(why) > 500 or "\0" in why:
        raise BadInput(details={"fields": {"reason": "missing" if not why.strip() else "too_long"}})
    assert row.done_at is not None
    if now > row.done_at + timedelta(days=MERGE_UNDO_DAYS):
        raise UndoTooLate()
    people = rows_of(row.absorbed_id, row.survivor_id)
    absorbed = people[row.absorbed_id]
    if absorbed.state != "merged" or absorbed.merged_into_id != row.survivor_id or people[row.survivor_id].state == "merged":
        raise MergeImpossible()
    record_read(user, absorbed.pk, DUTY, why.strip()[:200], ("merge",), now)
    _put_back(absorbed, json.loads(row.kept or "{}"), user, why.strip(), now)
    row.state, row.undone_at, row.undone_by, row.undone_why = "undone", now, user.pk, why.strip()
    row.save(update_fields=["state", "undone_at", "undone_by", "undone_why"])
    merge_undone.emit(row.absorbed_id, row.survivor_id, now)


def merges_in_reach(user: Any) -> "QuerySet[Merge]":
    """The merges of the reach, newest first."""
    towns = region_codes_below(
        [*regions_where(user, DUTY), *regions_where(user, "people.approve")]
    )
    rows = Merge.objects.filter(survivor__town__in=towns).select_related("absorbed", "survivor")
    return rows.select_related("absorbed__town", "survivor__town").order_by("-asked_at", "-pk")


def may_be_undone(row: Merge, user: Any, now: datetime) -> bool:
    """Whether the button is shown to ``user``."""
    towns = region_codes_below(regions_where(user, "people.approve"))
    fresh = row.done_at is not None and now <= row.done_at + timedelta(days=MERGE_UNDO_DAYS)
    return row.state == "done" and fresh and row.asked_by != user.pk and row.survivor.town_id in towns


def digest_of(row: Merge) -> bytes:
    """What an approval is bound to."""
    return sm3(f"{row.pk}|{row.absorbed_id}|{row.survivor_id}|{row.why}".encode())


def address_of(reference: str) -> str:
    """The page of a merge, for the approvals inbox."""
    return reverse("merge", args=[int(reference)])


def _summary(absorbed: Person, survivor: Person) -> dict[str, str]:
    """Which two, masked, so that whoever decides tells one request from another."""
    zh, en = [], []
    for person in (absorbed, survivor):
        shown, day = masked(person), f"{person.created_at:%Y-%m-%d}"
        kind = DocumentKind(person.document_kind)
        zh.append(f"{shown.name}（{kind.word('zh')} {shown.document}，{day} 建档）")
        en.append(f"{shown.name} ({kind.word('en')} {shown.document}, on file since {day})")
    return {"zh": f"{zh[0]}并入{zh[1]}", "en": f"Merge {en[0]} into {en[1]}"}


def _reach(user: Any) -> "QuerySet[Person]":
    towns = region_codes_below(regions_where(user, DUTY))
    return Person.objects.filter(town__in=towns).select_related("town")


def _lock(*numbers: int) -> dict[int, Person]:
    """Both rows in the order of their numbers; both must be alive."""
    people = rows_of(*numbers)
    if len(people) != 2 or any(row.state not in ALIVE for row in people.values()):
        raise MergeImpossible()
    return people


def _move(absorbed: Person, survivor: Person, now: datetime) -> dict[str, Any]:
    """End the absorbed record; what is the person's goes on under the survivor. Returns what an undo puts back."""
    mine = live_guardianships(now).filter(Q(guardian=absorbed) | Q(ward=absorbed))
    pairs = [(row.guardian_id, row.ward_id, row.kind, row.basis) for row in mine]
    codes = list(LegacyCode.objects.filter(person=absorbed).values_list("pk", flat=True))
    before = list(Person.objects.filter(merged_into=absorbed).values_list("pk", flat=True))
    kept = {"phone": absorbed.phone, "owner": absorbed.phone_owner, "pairs": pairs, "codes": codes, "before": before}
    absorbed.phone = absorbed.phone_blind = absorbed.phone_slot = None
    absorbed.merged_into = survivor
    absorbed.state = "merged"
    absorbed.save()
    if survivor.phone is None and kept["phone"] is not None:
        _put_phone(survivor, kept["phone"], kept["owner"])
    Person.objects.filter(pk__in=before).update(merged_into=survivor)
    LegacyCode.objects.filter(pk__in=codes).update(person=survivor)
    stand(absorbed, "merged", None, "merged", now)
    swapped = [[survivor.pk if one == absorbed.pk else one for one in pair[:2]] for pair in pairs]
    made = [_pair(one[0], one[1], pair[2], pair[3], now) for one, pair in zip(swapped, pairs, strict=True)]
    return kept | {"made": [number for number in made if number is not None]}


def _put_back(absorbed: Person, kept: dict[str, Any], user: Any, why: str, now: datetime) -> None:
    absorbed.merged_into = None
    absorbed.state = "active"
    if kept.get("phone") and not Person.objects.filter(pk=absorbed.pk, phone__isnull=False).exists():
        _put_phone(absorbed, kept["phone"], kept["owner"], spare=True)
    absorbed.save()
    Person.objects.filter(pk__in=kept.get("before", ()), state="merged").update(merged_into=absorbed)
    LegacyCode.objects.filter(pk__in=kept.get("codes", ())).update(person=absorbed)
    absorbed.state = "merged"  # so that standing sees the record come back
    stand(absorbed, "active", user, why, now)
    for row in Guardianship.objects.filter(pk__in=kept.get("made", ()), ended_at=None):
        end_row(row, user, "merge_undone", now)
    for guardian, ward, kind, basis in kept.get("pairs", ()):
        _pair(guardian, ward, kind, basis, now)


def _put_phone(person: Person, phone: str, owner: str, spare: bool = False) -> None:
    """Give the person the phone if there is a place on it; with ``spare`` none is fine."""
    blind = keyring().blind("phone", phone)
    try:
        slot = take_slot(blind)
    except PhoneFull:
        if spare:
            return
        raise
    person.phone, person.phone_blind, person.phone_slot, person.phone_owner = phone, blind, slot, owner
    person.save()


def _pair(guardian: int, ward: int, kind: str, basis: str, now: datetime) -> int | None:
    """Go on looking after each other under the other number, where that makes no chain; the new guardianship."""
    if guardian == ward or Guardianship.objects.filter(guardian=guardian, ward=ward, ended_at=None).exists():
        return None
    try:
        with transaction.atomic():
            return start_guardianship(guardian, ward, kind, basis, now).pk
    except (BirthDateNeeded, ChainOfProxies, NotOfAge, OfAge, NotFound):
        return None
