"""The pool: good rows whose person is not on file yet, and the moment they find them."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from django.db import connection
from django.db.models import Count, Q

from ankang.health.services import record_evidence
from ankang.people.models import Person
from ankang.trust.keyring import keyring

from ..faults import Refusal, RowFault
from ..models import Batch, Waiting
from .kinds import feed_kind
from .matching import is_named
from .recording import record_section, source_of_row
from .senders import sent_batch
from .taking import WAITING_LABEL, keep_refusals

MOST_AT_ONCE = 500

_FOUND = """
SELECT w.id, p.person FROM exchange_waiting w JOIN people_known_document p ON p.document_blind = w.document_blind
WHERE w.document_blind IS NOT NULL AND w.id > %(after)s AND (%(batch)s IS NULL OR w.batch_id = %(batch)s)
UNION ALL
SELECT w.id, p.id FROM exchange_waiting w JOIN people_person p ON p.phone_blind = w.phone_blind
WHERE w.document_blind IS NULL AND w.id > %(after)s AND (%(batch)s IS NULL OR w.batch_id = %(batch)s)
ORDER BY 1 LIMIT %(limit)s
"""


def take_waiting_rows(person: int, now: datetime) -> None:
    """A person has applied: what waited for them becomes evidence, with its own source, in the same transaction.

    Listens to ``people.events.person_applied``. Where nothing waits it costs one look into two indexes.
    """
    found = Person.objects.filter(pk=person).values_list("document_blind", "phone_blind").first()
    if found is None:
        return
    document, phone = (None if blind is None else bytes(blind) for blind in found)
    waiting = Waiting.objects.filter(Q(document_blind=document) | Q(document_blind=None, phone_blind=phone))
    rows = list(waiting.select_for_update(of=("self",)).select_related("batch")[:MOST_AT_ONCE])
    _take({row.pk: [person] for row in rows}, rows, now)


def rematch_batch(batch: int, by: Any, now: datetime) -> int:
    """Look again for the persons of a batch's waiting rows; how many found theirs. Raises NotFound."""
    return rematch(now, sent_batch(by, batch).pk, limit=10_000)[0]


def rematch(now: datetime, batch: int | None = None, after: int = 0, limit: int = MOST_AT_ONCE) -> tuple[int, int]:
    """Take up to ``limit`` waiting rows behind ``after`` whose person is on file by now.

    People who were registered in bulk announce nothing, and somebody may apply at the very moment a batch runs. Returns
    how many rows were taken, and the last row looked at (0: there was none).
    """
    with connection.cursor() as cursor:
        cursor.execute(_FOUND, {"batch": batch, "after": after, "limit": limit})
        pairs = cursor.fetchall()
    people: dict[int, list[int]] = {}
    for row, person in pairs:
        people.setdefault(row, []).append(person)
    rows = list(Waiting.objects.select_for_update(of=("self",)).filter(pk__in=people).select_related("batch"))
    return _take(people, rows, now), max(people, default=0)


def _take(people: dict[int, list[int]], rows: Sequence[Waiting], now: datetime) -> int:
    """Record the rows whose person is clear; a document's row with another name is refused, a phone's row waits on."""
    names = dict(
        Person.objects.filter(pk__in={one for some in people.values() for one in some}).values_list("pk", "name")
    ) if rows else {}
    done = 0
    for row in sorted(rows, key=lambda one: one.pk):
        content = msgspec.json.decode(keyring().unseal("exchange", bytes(row.sealed), WAITING_LABEL))
        fitting = [person for person in people[row.pk] if person in names and is_named(content["name"], names[person])]
        if len(fitting) == 1:
            _record(row, fitting[0], content, now)
            done += 1
        elif not fitting and row.document_blind is not None:
            _refuse(row, content)
    return done


def _record(row: Waiting, person: int, content: dict[str, Any], now: datetime) -> None:
    kind = feed_kind(row.batch.feed)
    moment = datetime.fromtimestamp(content["occurred_at"], UTC)
    if kind.evidence is None:
        item = (content["occurred_at"], content["attributes"])
        (outcome,) = record_section(row.batch, kind, [(row.row, person, item)], now)
        if isinstance(outcome, RowFault):
            keep_refusals(row.batch, [Refusal(row.row, outcome.code, outcome.column, content["cells"])])
    else:
        source = source_of_row(row.batch, row.row)
        record_evidence(person, kind.evidence.value, moment, content["attributes"], source, now)
    row.delete()


def _refuse(row: Waiting, content: dict[str, Any]) -> None:
    """The document's person has another name: the row leaves the pool for the refused ones."""
    keep_refusals(row.batch, [Refusal(row.row, "name_differs", "姓名", content["cells"])])
    row.delete()


def forget_waiting(now: datetime) -> int:
    """Rows that waited long enough leave the pool; how many did."""
    gone, _ = Waiting.objects.filter(expires_at__lte=now).delete()
    return gone


def pool_sizes(batches: Iterable[Batch]) -> dict[int, int]:
    """How many rows of each of these batches wait right now."""
    rows = Waiting.objects.filter(batch__in=list(batches)).values_list("batch").annotate(count=Count("pk"))
    return dict(rows.order_by())
