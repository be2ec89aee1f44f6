"""A dump of the tables holds no name, number or phone (G2), and a name in a session is none either."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from ankang.base.models import Message
from ankang.core.sm import SealBroken
from ankang.people.models import Person

from .conftest import a_document

Apply = Callable[..., Any]
SECRETS = ("王小明", "138000000", a_document(), "宁国市某路")


def dump() -> str:
    """Every table's rows as text, and every binary column as characters too."""
    rows: list[str] = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace "
            "WHERE relkind IN ('r', 'p') AND nspname = 'public'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                values = [bytes(v).decode("latin-1") if isinstance(v, bytes | memoryview) else str(v) for v in row]
                rows.append("|".join(values))
    return "\n".join(rows)


def test_a_dump_of_the_tables_tells_nothing(applied: Apply) -> None:
    applied(address="宁国市某路 1 号")
    applied(address="宁国市某路 1 号", phone="+8613800000002")
    text = dump()
    assert "341881-01" in text, "the dump must see the tables"
    for secret in SECRETS:
        assert secret not in text
        assert secret.encode().decode("latin-1") not in text


def test_the_draft_in_the_session_tells_nothing(ningguo: None, client: Any) -> None:
    import base64

    from django.contrib.sessions.models import Session

    client.post("/apply", {"name": "王小明", "document_kind": "resident_id", "document": a_document()})
    stored = Session.objects.get()
    clear = base64.b64decode(stored.session_data.split(":")[0] + "==", altchars=b"-_", validate=False)
    for text in (dump(), stored.session_data, repr(stored.get_decoded()), clear.decode("latin-1")):
        assert a_document() not in text
        assert "王小明" not in text


def test_two_people_of_one_name_look_different_at_rest(applied: Apply) -> None:
    applied()
    applied(document=a_document(2))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT name_enc), count(DISTINCT phone_blind) FROM people_person")
        assert cursor.fetchone() == (2, 1)


def test_a_value_moved_to_another_column_does_not_open(applied: Apply) -> None:
    applied()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_person SET name_enc = document_enc")
    with pytest.raises(SealBroken):
        Person.objects.get()


def test_a_message_at_rest_tells_nothing(applied: Apply) -> None:
    applied()
    with connection.cursor() as cursor:
        cursor.execute('SELECT "to", body FROM base_message')
        to, body = (bytes(value) for value in cursor.fetchone())
    assert b"13800000001" not in to
    assert b"valid" not in body
    assert Message.objects.get().to == "+8613800000001"
