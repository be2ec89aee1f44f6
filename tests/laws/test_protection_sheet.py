"""Law: the self-check sheet of level 3 names a test for each control, and what it names is there; and what the doctor says of it."""

import re
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.password_validation import get_password_validators, validate_password
from django.core.exceptions import ValidationError
from django.db import connection

from ankang.config.settings import Settings
from ankang.site.doctor.database import _clock
from ankang.site.doctor.findings import Finding
from ankang.site.doctor.protection import TRAILS, protection
from ankang.site.doctor.staff import staff_sign_in
from tests.staff.builders import a_member

ROOT = Path(__file__).parents[2]
SHEET = (ROOT / "docs" / "protection-level-3.md").read_text()
ROWS = [line.strip("|").split(" | ") for line in SHEET.splitlines() if re.match(r"\| (?!---|control)", line)]
MET_OTHERWISE = re.compile(r"by the operator|by decision")
"""Words with which a row says by what else than a test it is met."""


def _tests(cell: str) -> list[str]:
    return re.findall(r"`(tests/[^`]+)`", cell)


def _is_there(test: str) -> bool:
    path, _, name = test.partition("::")
    file = ROOT / path
    return file.is_file() and (not name or re.search(rf"^def {name}\(", file.read_text(), re.M) is not None)


def test_each_control_names_a_test_or_says_by_what_else_it_is_met() -> None:
    assert len(ROWS) >= 29
    assert {len(row) for row in ROWS} == {3}
    assert [row[0].strip() for row in ROWS if not _tests(row[2]) and not MET_OTHERWISE.search(row[2])] == []


def test_each_test_that_the_sheet_names_is_there() -> None:
    named = [test for row in ROWS for test in _tests(row[2])]
    assert [test for test in named if not _is_there(test)] == []


def test_each_place_in_the_code_that_the_sheet_names_is_there() -> None:
    named = [place for row in ROWS for place in re.findall(r"`(\w+/[\w/]*\.py|\w+/)`", row[1])]
    assert len(named) >= 18
    assert [place for place in named if not ((ROOT / "src" / "ankang" / place).exists() or (ROOT / place).exists())] == []


@pytest.mark.parametrize("name", re.findall(r"`([\w_]+)`", " ".join(row[1] for row in ROWS)))
def test_each_name_beside_a_place_is_in_the_code(name: str) -> None:
    source = [path.read_text() for path in (ROOT / "src" / "ankang").rglob("*.py")]
    assert any(re.search(rf"\b{name}\b", text) for text in source) or (ROOT / "src" / "ankang" / name).is_dir()


def _found() -> dict[str, Finding]:
    connection.ensure_connection()
    return {finding.code: finding for finding in protection(Settings(), connection.connection)}


@pytest.mark.django_db
@pytest.mark.parametrize("table", TRAILS)
def test_the_doctor_finds_a_trail_that_could_be_changed(table: str) -> None:
    assert _found()["trails"].state == "well"
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    told = _found()["trails"]
    assert (told.state, told.says) == ("wrong", f"Somebody could change what is on record: {table}.")


@pytest.mark.django_db
def test_the_doctor_finds_who_is_two_administrators() -> None:
    user = a_member("auditor", "tracer")
    assert _found()["administrators"].state == "well"
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX base_duty_one_administrator")
        cursor.execute(
            "INSERT INTO base_duty (user_id, role, region_id) VALUES (%s, 'system_administrator', '341881')", [user.pk]
        )
    assert _found()["administrators"].state == "wrong"


@pytest.mark.django_db
def test_the_doctor_says_whether_the_second_wall_stands() -> None:
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'ankang_desk'")
        there = cursor.fetchone()
    states = {
        wanted: {one.code: one for one in protection(Settings(row_security=wanted), connection.connection)}["row_security"].state
        for wanted in (False, True)
    }
    assert states == {False: "note", True: "well" if there else "wrong"}


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "state"), [(0, "well"), (60, "wrong"), (-60, "wrong")])
def test_the_doctor_finds_clocks_that_differ(seconds: int, state: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS "
            f"$$ SELECT pg_catalog.clock_timestamp() + interval '{seconds} seconds' $$"
        )
        cursor.execute("SET LOCAL search_path = public, pg_catalog")
    assert _clock(connection.connection).state == state


@pytest.mark.parametrize(("demo", "code"), [(True, "demo_sign_in"), (False, "staff_sign_in")])
def test_the_doctor_says_who_signs_in_without_a_second_factor(demo: bool, code: str) -> None:
    assert staff_sign_in(Settings(demo=demo)).code == code


def test_passwords_are_long_and_not_common() -> None:
    validators = get_password_validators(django_settings.AUTH_PASSWORD_VALIDATORS)
    for password, code in (("vjwq-tzxk-3", "password_too_short"), ("q1w2e3r4t5y6", "password_too_common")):
        with pytest.raises(ValidationError) as refused:
            validate_password(password, password_validators=validators)
        assert code in {error.code for error in refused.value.error_list}
    validate_password("vjwq-tzxk-31", password_validators=validators)
