"""Law: nobody sets a colour. It is computed from evidence, and only the engine writes what was computed."""

import inspect
import re
from pathlib import Path
from typing import Any

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "ankang"


def _python() -> list[Path]:
    return [path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts]


def test_only_the_health_room_writes_colours() -> None:
    write = re.compile(r"(INSERT INTO|UPDATE|COPY|DELETE FROM|TRUNCATE)\s+health_colour", re.IGNORECASE)
    writers = {path.parent.relative_to(SOURCE).parts[0] for path in _python() if write.search(path.read_text())}
    assert writers <= {"health"}


def test_no_service_takes_a_colour_to_store() -> None:
    from ankang.health import services

    takers = {
        name
        for name, function in inspect.getmembers(services, inspect.isfunction)
        if function.__module__.startswith("ankang.health") and not name.startswith("_")
        if {"colour", "new_colour", "to_colour"} & set(inspect.signature(function).parameters)
    }
    assert takers == set()


def test_no_operation_of_the_api_accepts_a_colour() -> None:
    from ankang.site.api import api

    schema = api.get_openapi_schema()
    bodies = [
        operation.get("requestBody", {})
        for path in schema["paths"].values()
        for operation in path.values()
        if isinstance(operation, dict)
    ]
    assert "colour" not in str(bodies)


@pytest.mark.django_db
def test_no_console_screen_can_change_health_records(rf: Any, admin_user: Any) -> None:
    from django.contrib import admin

    request = rf.get("/console/")
    request.user = admin_user
    screens = [s for m, s in admin.site._registry.items() if m._meta.app_label == "health"]
    assert screens
    for screen in screens:
        assert not screen.has_add_permission(request)
        assert not screen.has_change_permission(request)
        assert not screen.has_delete_permission(request)


ENGINES_TABLES = ("health_colour", "health_colourchange", "health_evidence", "health_retraction", "health_feedhead")
_WHOLE_TABLES = """
WITH RECURSIVE family AS (
    SELECT oid FROM pg_class WHERE relname = ANY(%s) AND relkind IN ('r', 'p')
    UNION SELECT inhrelid FROM pg_inherits JOIN family ON inhparent = oid
)
SELECT c.relname, coalesce(pg_get_userbyid(nullif(a.grantee, 0)), 'PUBLIC'), a.privilege_type
FROM family JOIN pg_class c USING (oid) CROSS JOIN LATERAL aclexplode(c.relacl) a
WHERE a.grantee <> c.relowner
UNION ALL
SELECT c.relname, coalesce(pg_get_userbyid(nullif(a.grantee, 0)), 'PUBLIC'), a.privilege_type || ' of ' || t.attname
FROM family JOIN pg_class c USING (oid) JOIN pg_attribute t ON t.attrelid = c.oid
CROSS JOIN LATERAL aclexplode(t.attacl) a WHERE a.grantee <> c.relowner
"""
WRITING = ("INSERT", "UPDATE", "DELETE", "TRUNCATE")


def _writers() -> list[tuple[str, str, str]]:
    """Every right to write that somebody else than the owner has: table, role, what."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_WHOLE_TABLES, [list(ENGINES_TABLES)])
        return [grant for grant in cursor.fetchall() if grant[2].startswith(WRITING)]


@pytest.mark.django_db
def test_no_role_but_the_owner_may_write_what_the_engine_writes() -> None:
    assert _writers() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("grant", "found"),
    [
        ("UPDATE ON health_colour TO PUBLIC", ("health_colour", "PUBLIC", "UPDATE")),
        ("UPDATE (colour) ON health_colour TO pg_monitor", ("health_colour", "pg_monitor", "UPDATE of colour")),
        ("INSERT ON health_evidence_early TO pg_monitor", ("health_evidence_early", "pg_monitor", "INSERT")),
    ],
)
def test_the_law_about_grants_sees_tables_columns_partitions_and_everybody(
    grant: str, found: tuple[str, str, str]
) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"GRANT {grant}")
    assert _writers() == [found]


def _forms() -> list[type]:
    """Every form class of the house, those of the console's screens too."""
    import importlib

    from django.forms import BaseForm

    for path in _python():
        if "forms" in path.stem or "form" in path.read_text():
            parts = path.relative_to(SOURCE.parent).with_suffix("").parts
            importlib.import_module(".".join(part for part in parts if part not in ("__init__", "__main__")))
    found, queue = [], [BaseForm]
    while queue:
        one = queue.pop()
        queue += one.__subclasses__()
        found.append(one)
    return [form for form in found if form.__module__.startswith("ankang.")]


SAYS_A_COLOUR = re.compile(r"(^|_)colou?r(_|$)")


@pytest.mark.django_db
def test_no_form_of_the_house_has_a_field_for_a_colour(rf: Any, admin_user: Any) -> None:
    from django.contrib import admin

    fields = {f"{form.__name__}.{name}" for form in _forms() for name in getattr(form, "base_fields", {})}
    request = rf.get("/console/")
    request.user = admin_user
    for model, screen in admin.site._registry.items():
        if screen.has_add_permission(request) or screen.has_change_permission(request):
            form = screen.get_form(request)
            fields |= {f"{model.__name__}.{name}" for name in form.base_fields}
    assert fields
    assert {name for name in fields if SAYS_A_COLOUR.search(name.partition(".")[2])} == set()


def test_no_schema_of_the_api_takes_a_colour_in() -> None:
    from ankang.site.api import api

    schema = api.get_openapi_schema()
    parts = schema.get("components", {}).get("schemas", {})
    taken, queue = (
        set(),
        [
            operation.get("requestBody", {})
            for path in schema["paths"].values()
            for operation in path.values()
            if isinstance(operation, dict)
        ],
    )
    while queue:  # what a body refers to, down to the last part
        part = queue.pop()
        if isinstance(part, dict):
            taken |= set(part.get("properties", {}))
            queue += [parts.pop(str(part["$ref"]).rpartition("/")[2], {})] if "$ref" in part else []
            queue += list(part.values())
        elif isinstance(part, list):
            queue += part
    assert {name for name in taken if SAYS_A_COLOUR.search(name)} == set()


@pytest.mark.django_db
def test_not_even_the_owner_changes_or_deletes_evidence() -> None:
    from django.db import Error, connection, transaction

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO health_evidence VALUES (1, gen_random_uuid(), 'discharge', now(), '2025-01-01', "
            "'{\"feed\": \"law\"}', '{}')"
        )
        cursor.execute(
            "SELECT pg_get_userbyid(relowner) = current_user FROM pg_class WHERE relname = 'health_evidence'"
        )
        assert cursor.fetchone() == (True,)
    for statement in ("UPDATE health_evidence SET kind = 'stay'", "DELETE FROM health_evidence"):
        with pytest.raises(Error, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
