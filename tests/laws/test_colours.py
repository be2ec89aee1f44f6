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
