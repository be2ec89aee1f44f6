"""Who closed the account and wished so is erased: everywhere in the database, but for what docs/archive.md names and why."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from ankang.archive.models import Correction, Item
from ankang.archive.services.asking import ask_correction
from ankang.people import companions, family
from ankang.people.models import Merge, Person, Request
from ankang.people.services import changing, erasing, leaving
from tests.people.conftest import HELI, NOW, a_document, applied, newest_code  # noqa: F401
from tests.people.test_family import clerk
from tests.people.test_merging import merged

from .test_archive import HOUSE, feed

pytestmark = pytest.mark.django_db
Apply = Callable[..., Any]
DOCS = Path(__file__).parents[2] / "docs/archive.md"
COLUMNS = """
SELECT c.table_name, c.column_name FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.data_type = 'bigint'
AND c.column_name ~ '^(person|guardian|ward|holder|companion|absorbed|survivor|merged_into)(_id)?$'
AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = format('%%I', c.table_name)::regclass)
"""


def tables_with(number: int) -> set[str]:
    """The tables in which the number of a person stands, in whatever column."""
    found = set()
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, [])
        for table, column in cursor.fetchall():
            cursor.execute(f"SELECT EXISTS (SELECT FROM {table} WHERE {column} = %s)", [number])
            found |= {table} if cursor.fetchone() == (True,) else set()
    return found


def kept_by_the_docs() -> set[str]:
    """The first column of the table "What stays of who is erased"."""
    part = DOCS.read_text(encoding="utf-8").split("## What stays of who is erased")[1].split("\n## ")[0]
    return {name for line in part.splitlines() for name in re.findall(r"`([a-z_]+)`", line.split("|")[1] if "|" in line else "")}


def lived(apply: Apply) -> Person:
    """Somebody about whom much is on file: an archive, a correction, a family, a companion, changes, a second record."""
    me, other = apply().person, apply(name="李大海", document=a_document(2), phone="+8613900001111").person
    feed(me.pk)
    ask_correction(me.pk, Item.objects.get(person=me.pk).id, "Number 2", None, NOW)
    changing.change_town(me.pk, HELI, None, NOW)
    child = apply(name="王小小", document=a_document(5, born=f"{NOW.year - 8}0101")).person
    family.start_guardianship(me.pk, child.pk, "minor", "documents", NOW)
    companions.bind(me.pk, other.pk, "staff", NOW, clerk(), "window")
    Request.objects.create(person=me, kind="name", town_id=HELI, asked_at=NOW, content="{}")
    twin = apply(name="王小明", document=a_document(3), phone="+8613700001111").person
    feed(twin.pk, HOUSE | {"address": "港口镇 9 号"})
    merged(twin.pk, me.pk)
    me.refresh_from_db()
    return me


def test_nothing_remains_but_what_the_docs_name(applied: Apply) -> None:  # noqa: F811
    me = lived(applied)
    leaving.ask_closing_code(me.pk, NOW + timedelta(hours=20))
    leaving.ask_to_close(me.pk, newest_code(me.phone), True, NOW + timedelta(hours=20))
    leaving.close_due(NOW + timedelta(days=8))
    before = tables_with(me.pk)
    assert {"archive_item", "archive_correction", "people_change", "people_guardianship", "people_companion"} <= before
    assert erasing.erase_due(NOW + timedelta(days=39)) == 1
    stays = tables_with(me.pk) | tables_with(Merge.objects.get().absorbed_id)
    assert stays - kept_by_the_docs() == set()
    assert (Item.objects.count(), Correction.objects.count(), Merge.objects.get().kept) == (0, 0, None)
    assert set(Person.objects.filter(applied_via="erased").values_list("name", "document", "phone")) == {("", "", None)}
    assert Person.objects.filter(applied_via="erased").count() == 2


def test_the_docs_name_no_table_that_is_not_there(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, [])
        there = {table for table, _column in cursor.fetchall()}
    assert kept_by_the_docs() - there == set()


def test_an_item_of_anybody_else_is_never_deleted(applied: Apply) -> None:  # noqa: F811
    me = applied().person
    feed(me.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Item.objects.all().delete()
    Person.objects.update(applied_via="erased")
    with pytest.raises(IntegrityError), transaction.atomic():
        Item.objects.update(section="credit")
    assert Item.objects.all().delete()[0] == 1
