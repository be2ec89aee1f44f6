"""Requests that something else settled: none stays open for a record that has ended (A1, A6, I2).

Whoever decides about a person holds the person's row first (``lock_merge``, ``lock_leaving``: ``base.approvals.Subject.lock``), and
so does whoever ends a record: of two at once the second waits, and learns that its request is settled.
"""

from datetime import datetime

from django.db.models import Q, QuerySet

from ankang.base.approvals import overtake

from ..events import people_merged, person_left
from ..models import Leaving, Merge, Person, Request

MERGE, LEAVING = "people.merge", "people.leaving"
"""The subjects of approvals."""
SETTLED = {
    "approved": {"zh": "（已结：同两份档案已按另一申请合并）", "en": "(Settled: the two were merged by another request.)"},
    "rejected": {"zh": "（已结：同两份档案的另一申请已被驳回）", "en": "(Settled: another request about the two was refused.)"},
    "left": {"zh": "（已结：其中一份档案已经终止）", "en": "(Settled: one of the two records has ended.)"},
    "merged": {"zh": "（已结：档案已并入另一份）", "en": "(Settled: the record was merged into another one.)"},
}


def connect() -> None:
    """Hear of records that end."""
    person_left.connect(_settle_merges)
    person_left.connect(_withdraw_requests)
    people_merged.connect(_settle_leavings)


def settle_opposite(row: Merge, state: str, now: datetime) -> None:
    """The open request about the same two in the other direction is settled with this one."""
    _settle(Merge.objects.filter(absorbed=row.survivor_id, survivor=row.absorbed_id).exclude(pk=row.pk), state, now)


def rows_of(*numbers: int) -> dict[int, Person]:
    """Their rows, locked in the order of their numbers, with those that were merged into one of them before."""
    rows = Person.objects.select_for_update().filter(Q(pk__in=numbers) | Q(merged_into__in=numbers)).order_by("pk")
    return {row.pk: row for row in rows if row.pk in numbers}


def lock_merge(reference: str) -> None:
    """The rows of the two."""
    row = Merge.objects.filter(pk=int(reference)).first()
    rows_of(*((row.absorbed_id, row.survivor_id) if row else ()))


def lock_leaving(reference: str) -> None:
    """The row of the person."""
    rows_of(*Leaving.objects.filter(pk=int(reference)).values_list("person", flat=True))


def _settle_merges(person: int, now: datetime) -> None:
    _settle(Merge.objects.filter(Q(absorbed=person) | Q(survivor=person)), "left", now)


def _withdraw_requests(person: int, now: datetime) -> None:
    """What the person asked of the office; one that is being reviewed at this moment is left to its reviewer."""
    waiting = Request.objects.select_for_update(skip_locked=True).filter(person=person, state="waiting").values_list("pk", flat=True)
    Request.objects.filter(pk__in=list(waiting)).update(state="withdrawn", decided_at=now)


def _settle_leavings(absorbed: int, survivor: int, now: datetime) -> None:
    open_ones = Leaving.objects.filter(person=absorbed, done_at=None, dropped_at=None, due_at=None)
    for number in list(open_ones.values_list("pk", flat=True)):
        overtake(LEAVING, str(number), SETTLED["merged"], now)


def _settle(rows: "QuerySet[Merge]", state: str, now: datetime) -> None:
    for number in list(rows.filter(state="asked").order_by("pk").values_list("pk", flat=True)):
        overtake(MERGE, str(number), SETTLED[state], now)
