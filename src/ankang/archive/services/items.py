"""Items of the fed sections: taken in, each once; read as they stand now, or with all that they replaced."""

import json
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from ankang.base.models import Region
from ankang.people.models import Person
from ankang.trust.keyring import keyring

from ..kinds import SectionKind, Values, key_of, section_kinds
from ..models import Correction, FedSection, Item
from ..rules import current
from .consent import withdrawn_among

_LOCK = 7_301
_LOOK = """
SELECT i.person, i.key, i.content, i.id, i.occurred_at, EXISTS (
    SELECT FROM archive_item s WHERE s.person = i.person AND s.supersedes = i.id)
FROM archive_item i WHERE i.section = %s AND i.person = ANY(%s)
"""


class NewItem(NamedTuple):
    """An item to be taken in. ``source``: organisation, feed, batch, row."""

    person: int
    occurred_at: datetime
    values: Values
    source: Mapping[str, str]


def record_items(
    kind: SectionKind, rows: Sequence[NewItem], region: str, office: int | None, now: datetime, replaces: uuid.UUID | None = None
) -> list[str]:
    """Take ``rows`` in; of each: success, duplicate (on file already) or withdrawn (its person withdrew the section).

    A later fact of the same key takes the place of the earlier one; an earlier one is kept behind it. ``replaces``: the item
    that the one row corrects, whatever its key. Rows of one section wait for each other.
    """
    if not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK, kind.slug])
    people = {row.person for row in rows}
    withdrawn, (known, heads) = withdrawn_among(people, kind), _on_file(kind, people)
    outcomes, fresh = [], []
    for row in rows:
        key, content = _blinds(kind, row)
        if row.person in withdrawn:
            outcomes.append("withdrawn")
        elif (row.person, content) in known:
            outcomes.append("duplicate")
        else:
            item = _item(kind, row, key, content, region, office, now)
            item.supersedes = replaces or _predecessor(heads, item)
            known.add((row.person, content))
            heads[row.person, key] = [head for head in heads[row.person, key] if head[1] != item.supersedes]
            heads[row.person, key].append((row.occurred_at, item.id))
            fresh.append(item)
            outcomes.append("success")
    Item.objects.bulk_create(fresh, batch_size=2_000)
    _note(kind, fresh, region, now)
    return outcomes


def fresh_item(person: int, item: uuid.UUID) -> Item | None:
    """One item of a person."""
    return Item.objects.filter(person__in=numbers_of(person), id=item).first()


def items_of(person: int, section: str) -> list[Item]:
    """The items that count now, latest fact first."""
    return current(Item.objects.filter(person__in=numbers_of(person), section=section))


def history_of(person: int, section: str) -> list[Item]:
    """Every item ever taken in, newest record first."""
    rows = Item.objects.filter(person__in=numbers_of(person), section=section)
    return sorted(rows, key=lambda item: (item.recorded_at, str(item.id)), reverse=True)


def numbers_of(person: int) -> list[int]:
    """The person, and the records that were merged into this one."""
    return [person, *Person.objects.filter(merged_into=person).values_list("pk", flat=True)]


def values_of(item: Item) -> Values:
    """What an item says."""
    values: Values = json.loads(item.values)
    return values


def shown_sections(person: int) -> list[SectionKind]:
    """The sections that the person's city feeds, or that hold something about the person."""
    fed = set(FedSection.objects.filter(region__in=_regions_above(person)).values_list("section", flat=True))
    fed |= set(Item.objects.filter(person__in=numbers_of(person)).values_list("section", flat=True).distinct())
    return [kind for slug, kind in section_kinds().items() if slug in fed]


def _regions_above(person: int) -> list[str]:
    """The person's town and every region above it."""
    codes: list[str] = []
    parents = dict(Region.objects.exclude(level__in=("village", "grid")).values_list("code", "parent"))
    code = Person.objects.values_list("town_id", flat=True).get(pk=person)
    while code and code not in codes:
        codes.append(code)
        code = parents.get(code)
    return codes


Heads = dict[tuple[int, bytes], list[tuple[datetime, uuid.UUID]]]


def _on_file(kind: SectionKind, people: set[int]) -> tuple[set[tuple[int, bytes]], Heads]:
    known: set[tuple[int, bytes]] = set()
    heads: Heads = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, [kind.slug, list(people)])
        for person, key, content, number, occurred_at, replaced in cursor:
            known.add((person, bytes(content)))
            if not replaced:
                heads[person, bytes(key)].append((occurred_at, number))
    return known, heads


def _predecessor(heads: Heads, item: Item) -> uuid.UUID | None:
    """Whose place the item takes: the latest fact that is not later than its own."""
    earlier = [head for head in heads[item.person, bytes(item.key)] if head[0] <= item.occurred_at]
    return max(earlier)[1] if earlier else None


def _blinds(kind: SectionKind, row: NewItem) -> tuple[bytes, bytes]:
    blind, label = keyring().blind, f"archive {kind.slug}"
    said = json.dumps(row.values, ensure_ascii=False, sort_keys=True)
    key = blind(f"{label} key", f"{row.person}\0{key_of(kind, row.values)}")
    return key, blind(f"{label} content", f"{row.person}\0{int(row.occurred_at.timestamp())}\0{said}")


def _item(
    kind: SectionKind, row: NewItem, key: bytes, content: bytes, region: str, office: int | None, now: datetime
) -> Item:
    return Item(
        person=row.person,
        id=uuid.uuid4(),
        section=kind.slug,
        key=key,
        content=content,
        values=json.dumps(row.values, ensure_ascii=False),
        occurred_at=row.occurred_at,
        recorded_at=now,
        source=dict(row.source),
        region_id=region,
        office=office,
    )


def _note(kind: SectionKind, fresh: Sequence[Item], region: str, now: datetime) -> None:
    """The region feeds this section; a correction that waits for the office's own row is done by it."""
    FedSection.objects.bulk_create([FedSection(section=kind.slug, region_id=region, since=now)], ignore_conflicts=True)
    replaced = [item.supersedes for item in fresh if item.supersedes]
    if replaced:
        Correction.objects.filter(item__in=replaced, state="accepted").update(state="corrected")
