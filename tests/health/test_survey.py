"""The survey: whoever could be anything but green is evaluated, and nobody else; the answers are those of one by one."""

import json
from datetime import timedelta
from types import SimpleNamespace

import psycopg
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ankang.base.models import Region
from ankang.core.colours import Colour
from ankang.core.evidence import a_record, check_evidence, stored
from ankang.core.rules import UNTOUCHED, evaluate, load_shipped, shipped
from ankang.core.rules import Area as CoreArea
from ankang.core.sm import sm3
from ankang.health.engine import Wanted, could_turn
from ankang.health.models import Area, RuleRelease
from ankang.health.models import Colour as ColourRow
from ankang.health.services import (
    audit_colours,
    check_people_in_bulk,
    check_person,
    open_colour,
    run_recolouring,
    start_recolouring,
    survey,
)
from ankang.health.services.dossiers import bare_connection, basis_at, standing_evidence
from ankang.health.services.rulebook import shipped_text, sign_release
from ankang.health.services.survey import surveyed
from ankang.people.bulk import register_in_bulk

from .builders import CDC, NOW, a_person, changes_of, days, evidence, feed, isolation, seconds, unknown_person

pytestmark = pytest.mark.django_db
GREEN, YELLOW, RED = Colour.GREEN, Colour.YELLOW, Colour.RED
ZHEJIANG = load_shipped("zhejiang-2020-07")


def in_force(name: str, effective_at, version: int = 7, change: tuple[str, str] = ("", "")) -> None:
    """A shipped rule set (with one text changed) in force from a moment on, as if it had been approved."""
    text = shipped_text(name).replace("version = 1", f"version = {version}", 1).replace(*change, 1)
    release = RuleRelease(
        name=name,
        version=version,
        text=text,
        digest=sm3(text.encode()),
        state="published",
        author_name="test",
        created_at=NOW,
        updated_at=NOW,
        effective_at=effective_at,
    )
    sign_release(release)
    release.save()


def moves(*arguments, **options) -> dict[int, tuple[Colour, Colour]]:
    """Everybody the survey would move: from what to what."""
    return {
        move.person: (move.was, move.state.colour) for chunk in survey(*arguments, **options) for move in chunk.moves
    }


def test_nobody_moves_while_the_rules_stay():
    people = [a_person() for _ in range(3)]
    evidence(people[0], "contact", relation="close")
    evidence(people[1], "temperature", celsius=38.2)
    assert moves(ZHEJIANG, NOW) == {}


def test_other_rules_move_people_and_nothing_is_written():
    fever, overseas = a_person(), a_person()
    evidence(fever, "temperature", celsius=38.2)
    evidence(overseas, "border_entry", NOW - days(20), country="US")
    before = feed(), list(ColourRow.objects.order_by("person").values())
    assert moves(load_shipped("anhui-2022-01"), NOW) == {overseas: (GREEN, RED)}
    assert (feed(), list(ColourRow.objects.order_by("person").values())) == before


def test_areas_that_are_not_on_file_and_evidence_that_is_not_count():
    stayed, new = a_person(), a_person()
    evidence(stayed, "stay", NOW - days(2), region="110106")
    high = CoreArea("1101", "high", seconds(NOW - days(9)))
    record = a_record("x", "contact", seconds(NOW), {"relation": "close"})
    assert moves(ZHEJIANG, NOW, areas=[high], extra={new: [record]}) == {stayed: (GREEN, YELLOW), new: (GREEN, RED)}


def test_a_survey_goes_by_person_numbers_and_says_how_many_there_are():
    people = [unknown_person() for _ in range(6)]
    for person in people:
        evidence(person, "contact", relation="close")
    green = next(chunk for chunk in survey(load_shipped("everyday"), NOW))
    assert (green.seen, green.total, [move.person for move in green.moves]) == (6, 6, people)
    some = moves(load_shipped("everyday"), NOW, after=people[1], upto=people[3])
    assert sorted(some) == people[2:4]
    batches = list(surveyed(basis_at(NOW), Wanted(width=2)))
    assert sum(batch.seen for batch in batches) == 6
    assert [batch.upto for batch in batches] == sorted(batch.upto for batch in batches)


def test_green_people_without_a_trigger_are_not_read():
    person = a_person()
    evidence(person, "nucleic_test", result="negative", sampled_at=seconds(NOW - days(1)))
    evidence(person, "temperature", celsius=36.6)
    evidence(person, "symptom", code="fever", present=False)
    evidence(person, "stay", region="341881")
    assert list(survey(ZHEJIANG, NOW)) == []


# Differential: survey and write for everybody against one check after the other.

hours = st.integers(-24 * 40, 24 * 3)  # from NOW: the past mostly, some of it still to come
moment = st.integers(-24 * 45, 24 * 9)
REGIONS = ["110106", "341881", "341881001", "610113", "340104"]
KINDS = {
    "contact": st.fixed_dictionaries(
        {"relation": st.sampled_from(["close", "secondary", "general", "venue", "companion"])}
    ),
    "symptom": st.fixed_dictionaries({"code": st.sampled_from(["fever", "cough", "rash"]), "present": st.booleans()}),
    "temperature": st.fixed_dictionaries({"celsius": st.sampled_from([36.5, 37.2, 37.3, 38.0, 39.4])}),
    "border_entry": st.just({"country": "US"}),
    "diagnosis": st.fixed_dictionaries(
        {"status": st.sampled_from(["confirmed", "suspected", "excluded", "recovered"])}
    ),
    "discharge": st.just({}),
    "stay": st.fixed_dictionaries({}, optional={"region": st.sampled_from(REGIONS), "ongoing": st.just(True)}).map(
        lambda given: {"region": "340104", **given}
    ),
    "nucleic_test": st.fixed_dictionaries(
        {"result": st.sampled_from(["positive", "negative"]), "sampled_at": st.just(-5)}
    ),
    "antigen_test": st.fixed_dictionaries(
        {"result": st.sampled_from(["positive", "negative"]), "sampled_at": st.just(-9)}
    ),
    "consultation": st.fixed_dictionaries(
        {"department": st.just("儿科"), "diagnosis_code": st.sampled_from(["J10.1", "A09", "B01"])}
    ),
    "vaccination": st.just({"dose": 2, "product": "x"}),
    "isolation": st.builds(
        lambda setting, start, length: {"setting": setting, "start": start, "end": start + length},
        st.sampled_from(["central", "home"]),
        moment,
        st.integers(1, 24 * 25),
    ),
}
facts = st.one_of(*(st.tuples(st.just(kind), hours, attributes) for kind, attributes in KINDS.items()))
heaps = st.lists(st.lists(facts, max_size=5), min_size=1, max_size=4)
levels = st.sampled_from(["low", "medium", "high", "severe", "sealed", "control"])
areas = st.lists(st.tuples(st.sampled_from(["11", "1101", "341881", "610113"]), levels, moment), max_size=3)


def put_on_file(person: int, kind: str, hour: int, attributes: dict) -> None:
    """A record as if it had come through a feed, of a moment to come too."""
    at = NOW + timedelta(hours=hour)
    moments = {
        name: seconds(NOW + timedelta(hours=value)) if name != "sampled_at" else seconds(at + timedelta(hours=value))
        for name, value in attributes.items()
        if name in ("start", "end", "sampled_at")
    }
    kept = stored(check_evidence(kind, attributes | moments))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO health_evidence VALUES (%s, gen_random_uuid(), %s, %s, %s, %s::jsonb, %s::jsonb)",
            [person, kind, at, NOW, json.dumps(CDC), json.dumps(kept)],
        )


def row(person: int) -> tuple:
    """What is stored, without what cannot be the same for two people."""
    found = ColourRow.objects.get(person=person)
    return shown(found.colour, found.since, found.until, found.reasons, found.rule_set)


def retract_some(person: int, every: int) -> None:
    """Take back every so-many-th record, in the order of their facts, without a check."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO health_retraction SELECT person, id, 'wrong', 'staff:1', %s FROM ("
            "SELECT person, id, row_number() OVER (ORDER BY occurred_at, kind, attributes::text) AS n "
            "FROM health_evidence WHERE person = %s) e WHERE n %% %s = 0",
            [NOW, person, every],
        )


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(heaps, areas, st.sampled_from(shipped()), st.sampled_from(shipped()), st.integers(2, 4))
def test_a_survey_finds_what_one_check_after_the_other_would_write(several, zones, first, second, every):
    with transaction.atomic():
        for code, level, since in zones:
            Area.objects.create(code=code, name="x", level=level, since=NOW + timedelta(hours=since), source="test")
        in_force(first, NOW - days(300), 901)
        pairs = [(unknown_person(), unknown_person()) for _ in several]
        for heap, pair in zip(several, pairs, strict=True):
            for person in pair:
                for fact in heap:
                    put_on_file(person, *fact)
                check_person(person, NOW - days(5))
                retract_some(person, every)
        in_force(second, NOW - days(1), 902)
        found = {
            one.person: one.state() for batch in surveyed(basis_at(NOW), Wanted(width=3)) for one in batch.findings
        }
        for alone, together in pairs:
            before = row(together)
            check_person(alone, NOW)
            assert (shown(*found[together]) if together in found else before) == row(alone)
        transaction.set_rollback(True)


def shown(colour, since, until, reasons, rule_set) -> tuple:
    """A state as far as it can be the same for two people."""
    return colour, since, until, sorted((r["rule"], r["since"], r["until"] or 0) for r in reasons), rule_set


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(facts, min_size=20, max_size=40), areas, st.sampled_from(shipped()))
def test_the_filter_in_the_database_passes_whoever_a_rule_touches(several, zones, name):
    rules, moment = load_shipped(name), seconds(NOW)
    index = [CoreArea(code, level, seconds(NOW + timedelta(hours=since))) for code, level, since in zones]
    with transaction.atomic():
        people = [unknown_person() for _ in several]
        for person, fact in zip(people, several, strict=True):
            put_on_file(person, *fact)
        records = standing_evidence(people)
        touched = {person for person in people if evaluate(records[person], rules, moment, index) != UNTOUCHED}
        sql, params = could_turn(rules, index, moment)
        with psycopg.ClientCursor(bare_connection()) as cursor:
            cursor.execute(f"SELECT person FROM health_evidence e WHERE {sql}", params)
            passed = {person for (person,) in cursor}
        assert touched <= passed
        transaction.set_rollback(True)


# The audit: colours that nobody's evidence explains.


def by_hand(person: int, colour: int, until=None) -> None:
    """What nobody may do: write a colour into the table."""
    reasons = [{"rule": "red.by_hand"}] if colour > 1 else []
    ColourRow.objects.filter(person=person).update(colour=colour, until=until, reasons=reasons, rule_set="by hand")


def test_the_audit_finds_colours_written_by_hand_both_ways():
    honest, freed, turned = a_person(), a_person(), a_person()
    for person in (honest, freed):
        evidence(person, "contact", relation="close")
    by_hand(freed, 1)
    by_hand(turned, 3)
    audit = audit_colours(NOW)
    assert (audit.checked, audit.wrong) == (3, [freed, turned])


def a_resident(document: str) -> SimpleNamespace:
    """A row of a register."""
    return SimpleNamespace(
        name="王小明", document=document, document_kind="passport", phone="+8613812345678", town="341881-01", address=None
    )


def test_the_audit_finds_people_whose_colour_is_gone():
    Region.objects.get_or_create(code="341881-01", defaults={"name": "港口镇", "name_en": "Gangkou", "level": "town"})
    (person,) = register_in_bulk([a_resident("E12345678")], NOW)
    assert audit_colours(NOW).wrong == [person]
    assert check_people_in_bulk([person], NOW) == 1
    assert audit_colours(NOW).wrong == []


def test_a_colour_that_is_merely_due_and_a_grey_one_are_not_wrong():
    due, grey = a_person(), unknown_person()
    isolation(due, NOW - days(3), NOW + days(1))
    open_colour(grey, NOW)
    assert audit_colours(NOW + days(2)).wrong == []


def test_what_the_audit_finds_is_put_right_by_a_recolouring_with_a_row_in_the_feed():
    freed = a_person()
    evidence(freed, "contact", relation="close")
    by_hand(freed, 1)
    run_recolouring(start_recolouring("audit", "today", "auditor", NOW).pk)
    assert ColourRow.objects.get(person=freed).colour == RED
    assert changes_of(freed)[-1] == (GREEN, RED)
    assert audit_colours(NOW).wrong == []
