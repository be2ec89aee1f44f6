"""The second wall: where a service forgot to narrow, PostgreSQL shows nothing of another region (G3)."""

import os
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from ankang.access.models import LookUp
from ankang.access.row_security import LEFT_OUT, TABLES, reach_of, turn
from ankang.access.services.looking_up import search_persons
from ankang.base.models import AccessRecord, Duty
from ankang.base.reach import province_wide, within_reach
from ankang.config.postgres.cluster import socket_folder
from ankang.config.settings import load_settings
from ankang.health.models import Colour, Evidence, Statement
from ankang.people.models import Carrier, Consent, Credential, Person, Request, Standing
from ankang.people.services import find_person
from tests.laws.access_ground import Side, _people, _regions, staff_of

pytestmark = pytest.mark.django_db
MODELS = (Person, Request, Evidence, Colour, AccessRecord)


@pytest.fixture
def wall(db: None) -> None:
    """The role of the desk, made by a superuser as an operator does it, with its rights."""
    where = {"host": str(socket_folder(load_settings().data)), "user": "postgres", "dbname": "postgres"}
    url = os.environ.get("ANKANG_TEST_DATABASE_URL")
    with psycopg.connect(url, autocommit=True) if url else psycopg.connect(**where, autocommit=True) as superuser:
        if not superuser.execute("SELECT 1 FROM pg_roles WHERE rolname = 'ankang_desk'").fetchone():
            superuser.execute("CREATE ROLE ankang_desk NOLOGIN")
        superuser.execute(f"GRANT ankang_desk TO {connection.get_connection_params()['user']}")
    turn(True)


@pytest.fixture
def sides(wall: None) -> tuple[Side, Side]:
    """Two counties with people."""
    made = []
    for slug, code, family, last in (("ningguo", "341881", "褚", "嬴"), ("xuanzhou", "341802", "卫", "芈")):
        _regions(code)
        side = Side(code)
        side.maker = staff_of(side, f"maker-{slug}", "operations")
        _people(side, slug, family, last)
        made.append(side)
    return made[0], made[1]


def counts() -> list[int]:
    """How many rows a query sees that forgot to narrow."""
    return [model.objects.count() for model in MODELS]


def test_a_forgotten_filter_shows_one_county_only(sides: tuple[Side, Side]) -> None:
    here, there = sides
    everything = counts()
    with within_reach([here.county, here.town]):
        mine = counts()
        assert set(Person.objects.values_list("town_id", flat=True)) == {here.town}
        assert not Evidence.objects.filter(person=there.ids["person"]).exists()
        assert Person.objects.filter(pk=there.ids["person"]).update(state="closed") == 0
    assert [one * 2 for one in mine] == everything
    assert counts() == everything, "the wall ends with the request"
    with within_reach([]):
        assert counts() == [0] * len(MODELS)
    with within_reach(["*"]):
        assert counts() == everything


def test_a_document_is_known_in_the_whole_province(sides: tuple[Side, Side]) -> None:
    here, there = sides
    away = Person.objects.get(pk=there.ids["person"])
    with within_reach([here.county, here.town]):
        assert find_person("resident_id", away.document) == away
        assert not Person.objects.filter(pk=away.pk).exists()
        with province_wide():
            assert Person.objects.filter(pk=away.pk).exists()


def test_a_connection_made_anew_is_told_too(sides: tuple[Side, Side]) -> None:
    from django.db.backends.signals import connection_created

    with within_reach([sides[0].county, sides[0].town]):
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('ankang.reach', '', false), set_config('role', 'none', false)")
        connection_created.send(sender=type(connection), connection=connection)
        assert set(Person.objects.values_list("town_id", flat=True)) == {sides[0].town}


def test_pages_of_staff_are_served_behind_the_wall(sides: tuple[Side, Side], settings: Any) -> None:
    settings.ANKANG_ROW_SECURITY = True
    here, there = sides
    clerk, client = staff_of(here, "clerk", "health_commission"), Client()
    client.force_login(clerk)
    body = client.get("/console/people/person/").content.decode()
    assert (here.seen_in(body), there.seen_in(body)) == (["masked name"], [])
    assert client.get("/console/look-up/").status_code == 200
    assert counts()[0] == 6


def test_the_reach_is_that_of_the_duties(sides: tuple[Side, Side]) -> None:
    here, _ = sides
    assert reach_of(here.maker) == [here.county, here.town]
    narrowed = staff_of(here, "narrowed")
    Duty.objects.create(user=narrowed, role="checkpoint_manager", region_id=here.county, organisation=1)
    assert reach_of(narrowed) == []
    Duty.objects.create(user=narrowed, role="tracer", region_id="34")
    assert reach_of(narrowed) == ["*"]


def test_every_table_with_a_person_or_a_region_is_behind_the_wall_or_says_why_not(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT c.table_name FROM information_schema.columns c
            JOIN information_schema.tables t USING (table_schema, table_name)
            WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
            AND c.column_name ~ '^(person|person_id|guardian_id|holder_id|absorbed_id|region_id|town_id)$'
            AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = format('%I', c.table_name)::regclass)"""
        )
        there = {name for (name,) in cursor.fetchall()}
    assert there - {*TABLES} == {*LEFT_OUT}
    assert all(LEFT_OUT.values())


def test_consents_families_and_look_ups_of_another_county_are_hidden_too(sides: tuple[Side, Side]) -> None:
    here, there = sides
    mine, theirs = here.ids["person"], there.ids["person"]
    now = timezone.now()
    for person, region in ((mine, here.county), (theirs, there.county)):
        Consent.objects.create(person_id=person, purpose="notices", version=1, granted_at=now)
        Standing.objects.create(person_id=person, state="active", at=now, why="test")
        LookUp.objects.create(at=now, by=1, by_name="x", role="x", region_id=region, purpose="x", number_blind=b"x", outcome="nobody")
    with within_reach([here.county, here.town]):
        seen = [model.objects.filter(person=theirs).exists() for model in (Consent, Standing, Carrier, Credential, Statement)]
        assert (seen, set(LookUp.objects.values_list("region_id", flat=True))) == ([False] * 5, {here.county})
        assert Consent.objects.filter(person=mine, purpose="notices").exists()
    clerk = staff_of(here, "searcher", "hotline_agent")
    with within_reach([]):
        assert search_persons(clerk, "C00000000", "window", now) == []


def test_the_role_owns_nothing_and_each_table_has_its_policy(sides: tuple[Side, Side]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_policies WHERE policyname = 'ankang_reach'")
        assert {name for (name,) in cursor.fetchall()} == set(TABLES)
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = 'ankang_desk'::regrole")
        assert cursor.fetchone() == (0,)
        with within_reach([sides[0].town]):
            cursor.execute("SELECT current_user")
            assert cursor.fetchone() == ("ankang_desk",)
            cursor.execute("SELECT set_config('ankang.reach', '', false)")
            assert counts() == [0] * len(MODELS), "who tells nothing sees nothing"
