"""Who closed the account and wished so is erased: everywhere in the database, but for what docs/archive.md names and why."""

import base64
import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from ankang.archive.models import Correction, Item
from ankang.archive.services.asking import ask_correction
from ankang.base.approvals import decide
from ankang.base.exports import SUBJECTS, ask_export, expire_exports
from ankang.base.models import Approval
from ankang.base.reading import Refusal
from ankang.base.services import forget_messages
from ankang.config.settings import load_settings
from ankang.exchange.models import Batch
from ankang.exchange.services import send_rows
from ankang.exchange.services.taking import keep_refusals
from ankang.passage.lists.publishing import publish_lists
from ankang.people import companions, family
from ankang.people.models import LegacyCode, Merge, Person, Request
from ankang.people.services import changing, erasing, leaving, legacy
from ankang.trust.keyring import Keyring
from tests.people.conftest import HELI, NOW, a_document, applied, newest_code  # noqa: F401
from tests.people.test_family import clerk
from tests.people.test_merging import merged

from .conftest import officer
from .test_archive import HOUSE, ROW, feed

pytestmark = pytest.mark.django_db
Apply = Callable[..., Any]
DOCS = Path(__file__).parents[2] / "docs/archive.md"
COLUMNS = """
SELECT c.table_name, c.column_name FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.data_type = 'bigint'
AND c.column_name ~ '^(person|guardian|ward|holder|companion|absorbed|survivor|merged_into)(_id)?$'
AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = format('%%I', c.table_name)::regclass)
"""

TABLES = """
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
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


NAME, TWIN = "褚遂嬴", "褚遂瀛"
ADDRESS = "宁国市安康路 77 弄"
PASSPORT = "E99887766"
PHONE, TWINS_PHONE = "+8613812340001", "+8613812340003"
MARKS = (NAME, TWIN, ADDRESS, PASSPORT, PHONE[3:], TWINS_PHONE[3:], a_document(), a_document(3))
"""What nobody else has: wherever one of these can be read, the person stands there."""


def lived(apply: Apply) -> Person:
    """Somebody about whom much is on file: an archive, a correction, a family, a companion, changes, a second record."""
    first = apply(document_kind="passport", document=PASSPORT, country="DE", name=NAME, phone=PHONE, address=ADDRESS).person
    changing.give_document(first.pk, "resident_id", a_document(), "", clerk(), NOW)
    me, other = Person.objects.get(pk=first.pk), apply(name="李大海", document=a_document(2), phone="+8613900001111").person
    feed(me.pk, HOUSE | {"address": ADDRESS})
    ask_correction(me.pk, Item.objects.get(person=me.pk).id, "Number 2", None, NOW)
    changing.change_town(me.pk, HELI, None, NOW)
    child = apply(name="王小小", document=a_document(5, born=f"{NOW.year - 8}0101")).person
    family.start_guardianship(me.pk, child.pk, "minor", "documents", NOW)
    companions.bind(me.pk, other.pk, "staff", NOW, clerk(), "window")
    Request.objects.create(person=me, kind="name", town_id=HELI, asked_at=NOW, content="{}")
    twin = apply(name=TWIN, document=a_document(3), phone=TWINS_PHONE).person
    feed(twin.pk, HOUSE | {"address": "港口镇 9 号"})
    merged(twin.pk, me.pk)
    me.refresh_from_db()
    in_lists_of_others()
    return me


def in_lists_of_others() -> None:
    """What offices hand in and take away: old codes (one waits for whom it belongs to), a refused row, a file in full."""
    user, health = clerk(), clerk("health_commission")
    names = [("FG-0001", NAME, a_document()), ("FG-0002", TWIN, a_document(3)), ("FG-0003", NAME, "123")]
    body = "\n".join(["登记码,姓名,证件号码", *(",".join(row) for row in names)]).encode()
    legacy.take_list(user, legacy.check_list(user, "return_to_work", "341881", "codes.csv", body, NOW).pk, NOW)
    LegacyCode.objects.filter(last_digits="0002").update(person=None)
    send_rows("household-records", [ROW | {"姓名": NAME, "证件号码": a_document()}], officer(), NOW)
    refused = Refusal(7, "bad_choice", "与户主关系", [NAME, a_document(), "邻居"])
    keep_refusals(Batch.objects.latest("pk"), [refused])
    file = ask_export(health, SUBJECTS["people"], "", "csv", "流调", "zh", NOW)
    asked = Approval.objects.get(pk=file.approval)
    decide(asked.pk, clerk("approver", "34"), True, bytes(asked.digest), NOW)
    publish_lists(NOW, everything=True)


@pytest.fixture
def sealed(monkeypatch: pytest.MonkeyPatch) -> dict[bytes, str]:
    """Whatever the house encrypts in this test: ciphertext → what it says."""
    said, seal = dict[bytes, str](), Keyring.seal

    def noting(self: Keyring, room: str, plain: bytes, label: str) -> bytes:
        made = seal(self, room, plain, label)
        said[made] = plain.decode("utf-8", "replace")
        return made

    monkeypatch.setattr(Keyring, "seal", noting)
    return said


def where_read(sealed: dict[bytes, str]) -> set[str]:
    """The tables and files in which somebody who has the house's keys can read one of MARKS; in JSON, arrays and bytes too."""
    found = set()
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT to_jsonb(one)::text FROM "{table}" one')
            found |= {table} if any(tells(text, sealed) for (text,) in cursor.fetchall()) else set()
    data = load_settings().data
    for path in (one for one in data.rglob("*") if one.is_file() and one.relative_to(data).parts[0] not in ("postgres", "static")):
        body = path.read_bytes()
        found |= {path.name} if tells(body.decode("utf-8", "replace"), sealed) or any(one in body for one in hiding(sealed)) else set()
    return found


def tells(text: str, sealed: dict[bytes, str]) -> bool:
    """Whether a mark stands in it: in clear, as bytes, escaped, or as a ciphertext in hex or base 64."""
    spelled = [form for mark in MARKS for form in (mark, mark.encode().hex(), json.dumps(mark)[1:-1].replace("\\", "\\\\"))]
    if any(form in text for form in spelled):
        return True
    bodies = [bytes.fromhex(one) for one in re.findall(r"\\x((?:[0-9a-f]{2}){29,})", text)]
    bodies += [base64.b64decode(one + "=" * (-len(one) % 4)) for one in re.findall(r"[A-Za-z0-9+/]{40,}", text) if len(one) % 4 != 1]
    return not hiding(sealed).isdisjoint(bodies)


def hiding(sealed: dict[bytes, str]) -> set[bytes]:
    """The ciphertexts that say a mark."""
    return {made for made, said in sealed.items() if any(mark in said for mark in MARKS)}


def test_nothing_remains_but_what_the_docs_name(applied: Apply, sealed: dict[bytes, str]) -> None:  # noqa: F811
    me = lived(applied)
    leaving.ask_closing_code(me.pk, NOW + timedelta(hours=20))
    leaving.ask_to_close(me.pk, newest_code(me.phone), True, NOW + timedelta(hours=20))
    leaving.close_due(NOW + timedelta(days=8))
    before = tables_with(me.pk)
    assert {"archive_item", "archive_correction", "people_change", "people_guardianship", "people_companion"} <= before
    assert where_read(sealed) >= {
        "archive_item", "base_export", "base_message", "exchange_row", "people_change", "people_formerdocument", "people_legacycode",
        "people_legacyimport", "people_merge", "people_person",
    }  # fmt: skip
    night = NOW + timedelta(days=39)
    assert erasing.erase_due(night) == 1
    assert (forget_messages(night) > 0, legacy.forget_lists(night), expire_exports(night)) == (True, 1, 1)
    assert where_read(sealed) == {"exchange_row"} <= kept_by_the_docs()
    assert not LegacyCode.objects.exists()
    stays = tables_with(me.pk) | tables_with(Merge.objects.get().absorbed_id)
    assert stays - kept_by_the_docs() == set()
    assert (Item.objects.count(), Correction.objects.count(), Merge.objects.get().kept) == (0, 0, None)
    assert set(Person.objects.filter(applied_via="erased").values_list("name", "document", "phone")) == {("", "", None)}
    assert Person.objects.filter(applied_via="erased").count() == 2


def test_the_docs_name_no_table_that_is_not_there(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        there = {table for (table,) in cursor.fetchall()}
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
