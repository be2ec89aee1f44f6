"""Nothing of a row is in clear in this room's tables, nor in the log."""

import pytest
from django.db import connection

from ankang.exchange.models import Chunk, Row, Waiting

from .builders import Resident, a_test, arrived, document, ran, records, residents, submitted, table

pytestmark = pytest.mark.django_db(transaction=True)
STRANGER = Resident(document(990), "欧阳秘密", "+8613700000990")


def dump() -> bytes:
    """Every column of the room's tables, as bytes."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^(exchange|base|procrastinate)_'")
        for (name,) in cursor.fetchall():
            cursor.execute(f'SELECT * FROM "{name}"')
            for row in cursor.fetchall():
                found += [bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row]
    return b"\n".join(found)


def test_a_dump_of_the_tables_and_the_log_tell_nothing(officer, people, capsys, caplog):
    known = residents(2)
    rows = [a_test(STRANGER, "秘密1"), a_test(known[0], "秘密2", "??"), a_test(known[1], "秘密3", 姓名="欧阳秘密")]
    ran(submitted(table(rows), officer))
    arrived(table([a_test(STRANGER, "秘密4")]), officer)
    records([a_test(STRANGER, "秘密5", "阳性")], officer)
    assert (Waiting.objects.count(), Row.objects.count(), Chunk.objects.count()) == (1, 2, 2)
    text, said = dump(), capsys.readouterr()
    log = (said.out + said.err + caplog.text).encode()
    assert b"nucleic-tests" in text
    for secret in ("欧阳秘密", STRANGER.document, "13700000990", known[0].document, known[0].name, "秘密", "宁国市人民医院"):
        assert secret.encode() not in text, secret
        assert secret.encode() not in log, secret
