"""Law: a scan is never by itself an input to a colour (architecture.md "The one way data flows"; I4).

tests/gate/test_scans_move_nothing.py shows it at work; here, that the engine could not even look.
"""

import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "ankang"
TABLES = re.compile(r"passage_(visit|group)|people_companion|\bVisit\b|ankang\.passage")


def test_the_colour_engine_names_no_table_of_visits() -> None:
    files = [*(SOURCE / "health").rglob("*.py"), *(SOURCE / "core" / "rules").rglob("*.py"), SOURCE / "core" / "evidence.py"]
    assert len(files) > 20
    assert {str(path.relative_to(SOURCE)) for path in files if TABLES.search(path.read_text())} == set()


@pytest.mark.django_db
def test_nothing_in_the_database_leads_from_visits_to_colours() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT proname FROM pg_proc WHERE prosrc ~ 'passage_visit' AND prosrc ~ 'health_'")
        functions = cursor.fetchall()
        cursor.execute(
            "SELECT tgname FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid "
            "WHERE NOT tgisinternal AND c.relname LIKE 'passage\\_visit%'"
        )
        triggers = cursor.fetchall()
        cursor.execute(
            "SELECT viewname FROM pg_views WHERE schemaname = 'public' AND definition ~ 'passage_visit' AND definition ~ 'health_'"
        )
        views = cursor.fetchall()
    assert (functions, triggers, views) == ([], [], [])
