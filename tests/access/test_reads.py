"""Reads on record: residents see and ask, auditors answer and weigh, look-ups leave their mark (G3, I8, A6)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from ankang.access import services
from ankang.access.errors import AlreadyAnswered, AlreadyQuestioned, TooManyLookUps
from ankang.access.models import Alert, LookUp, Question
from ankang.access.services.watching import watch_reads
from ankang.base.errors import NotFound
from ankang.base.models import AccessRecord, Duty
from ankang.base.services import record_read
from ankang.people.credentials import issue_credential
from ankang.people.models import Person
from ankang.staff.models import Member
from tests.laws.access_ground import Side, _people, _regions, staff_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Side:
    """Ningguo with three people on file."""
    return county("ningguo", "341881", "褚", "嬴")


def county(slug: str, code: str, family: str, last: str) -> Side:
    """A county with three people and somebody at the counter."""
    _regions(code)
    side = Side(code)
    side.maker = staff_of(side, f"maker-{slug}", "operations")
    _people(side, slug, family, last)
    return side


def browser_of(user: Any) -> Client:
    client = Client()
    client.cookies["ankang_lang"] = "en"
    client.force_login(user)
    return client


def phone_of(person: int) -> Client:
    issued = issue_credential(person, "x", "android", timezone.now())
    client = Client()
    client.cookies["ankang_lang"] = "en"
    client.cookies["ankang_resident"] = issued.token
    return client


def a_read(side: Side, person: int, by: Any = None, **given: Any) -> AccessRecord:
    now = given.pop("now", timezone.now())
    return record_read(by or side.maker, person, "people.view", "window: 7", ("name",), now)


def someone(side: Side) -> int:
    """A person nobody asked about yet."""
    return Person.objects.filter(town_id=side.town).order_by("-pk").values_list("pk", flat=True)[0]


def test_a_read_says_which_duty_gave_it(here: Side) -> None:
    Duty.objects.create(user=here.maker, role="approver", region_id="34")
    row = record_read(here.maker, 1, "people.assist", "x", ("name",), timezone.now())
    assert (row.role, row.region, row.office) == ("operations", "341881", None)
    assert record_read(None, 1, "people.assist", "x", ("name",), timezone.now()).role == ""


@pytest.mark.parametrize("sql", ["UPDATE base_accessrecord SET purpose = 'y'", "DELETE FROM base_accessrecord"])
def test_the_record_of_reads_is_append_only(here: Side, sql: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_resident_sees_the_office_asks_and_reads_the_answer_and_the_reader_learns_nothing(here: Side) -> None:
    person = someone(here)
    phone, auditor = phone_of(person), browser_of(staff_of(here, "auditor-1", "auditor"))
    assert "Nobody has looked" in phone.get("/me/reads").content.decode()
    read = a_read(here, person)
    page = phone.get("/me/reads").content.decode()
    assert ("operations centre" in page, "341881" in page, here.maker.username in page) == (True, True, False)
    sent = phone.post(f"/me/reads/{read.id}/question", {"text": "I was never there"})
    assert (sent.status_code, sent.headers["Location"]) == (302, "/me/reads")
    question = Question.objects.get(person=person)
    assert "never there" in auditor.get("/console/reads/questions/").content.decode()
    answered = auditor.post(
        f"/console/reads/questions/{question.pk}/", {"decision": "unjustified", "answer": "We ended it"}
    )
    assert answered.status_code == 302
    page = phone.get("/me/reads").content.decode()
    assert ("We ended it" in page, "not right" in page, "auditor-1" in page) == (True, True, False)
    alert = Alert.objects.get(pattern="questioned")
    assert (alert.reader, alert.region_id, alert.state) == (here.maker.pk, "341881", "open")
    assert browser_of(here.maker).get(f"/console/reads/questions/{question.pk}/").status_code == 403


def test_a_question_is_asked_once_about_ones_own_reads_and_answered_once(here: Side) -> None:
    person, auditor = someone(here), staff_of(here, "auditor-1", "auditor")
    read, now = a_read(here, person), timezone.now()
    services.ask_question(person, read.id, "why", now)
    with pytest.raises(AlreadyQuestioned):
        services.ask_question(person, read.id, "why", now)
    with pytest.raises(NotFound):
        services.ask_question(here.ids["person"], read.id, "why", now)
    number = Question.objects.get(person=person).pk
    services.answer_question(auditor, number, True, "a visit", now)
    with pytest.raises(AlreadyAnswered):
        services.answer_question(auditor, number, False, "again", now)


def test_an_empty_question_is_sent_back_with_words(here: Side) -> None:
    person = someone(here)
    answer = phone_of(person).post(f"/me/reads/{a_read(here, person).id}/question", {"text": " \0 "})
    assert (answer.status_code, "Please write something" in answer.content.decode()) == (422, True)
    assert not Question.objects.filter(person=person).exists()


def test_auditors_do_not_weigh_what_is_about_themselves(here: Side) -> None:
    auditor, person, now = staff_of(here, "auditor-1", "auditor"), someone(here), timezone.now()
    read = record_read(auditor, person, "reads.view", "x", ("reads",), now)
    number = services.ask_question(person, read.id, "why", now).pk
    with pytest.raises(NotFound):
        services.answer_question(auditor, number, True, "fine", now)
    services.answer_question(staff_of(here, "auditor-2", "auditor"), number, True, "fine", now)


def test_looking_for_reads_of_a_person_wants_a_purpose_and_is_on_record(here: Side) -> None:
    person, auditor = Person.objects.get(pk=someone(here)), staff_of(here, "auditor-1", "auditor")
    a_read(here, person.pk)
    page, body = browser_of(auditor), {"document": person.document}
    assert page.post("/console/reads/", body).status_code == 422
    found = page.post("/console/reads/", body | {"why": "complaint 12"})
    assert (found.status_code, here.maker.username in found.content.decode()) == (200, True)
    rows = AccessRecord.objects.filter(person=person.pk, reader=auditor.pk)
    assert list(rows.values_list("duty", "purpose", "fields", "role")) == [
        ("reads.view", "complaint 12", ["reads"], "auditor")
    ]


def test_an_auditor_searches_by_reader_purpose_and_day(here: Side) -> None:
    page = browser_of(staff_of(here, "auditor-1", "auditor"))
    a_read(here, someone(here))
    answers = {
        query: "maker-ningguo</th>" in page.get(f"/console/reads/?{query}").content.decode()
        for query in ("reader=maker", "reader=nobody", "purpose=window", "since=2000-01-01", "since=2999-01-01", "unusual=on")
    }
    assert answers == {
        "reader=maker": True,
        "reader=nobody": False,
        "purpose=window": True,
        "since=2000-01-01": True,
        "since=2999-01-01": False,
        "unusual=on": True,
    }


def test_the_worker_raises_each_alert_once_and_an_auditor_weighs_it(here: Side) -> None:
    xuanzhou = county("xuanzhou", "341802", "卫", "芈")
    Alert.objects.all().update(state="closed")
    now = timezone.now()
    a_read(here, someone(xuanzhou), now=now)
    raised = watch_reads(now)
    assert (raised >= 1, watch_reads(now), watch_reads(now)) == (True, 0, 0)
    alert = Alert.objects.get(pattern="outside_region")
    assert (alert.reader_name, alert.region_id, alert.counts) == ("maker-ningguo", "341881", {"people": 1})
    page = browser_of(staff_of(here, "auditor-1", "auditor"))
    address = f"/console/reads/alerts/{alert.pk}/"
    assert page.post(address, {"state": "closed", "note": ""}).status_code == 422
    assert page.post(address, {"state": "escalated", "note": "ask the office"}).status_code == 302
    assert page.post(address, {"state": "closed", "note": "done"}).status_code == 302
    assert page.post(address, {"state": "explained", "note": "again"}).status_code == 409
    assert "ask the office" in page.get(address).content.decode()
    elsewhere = browser_of(staff_of(xuanzhou, "auditor-2", "auditor"))
    assert elsewhere.get(address).status_code == 404


def test_reads_of_oneself_and_of_the_family_are_found_by_the_phone(here: Side) -> None:
    own, other = Person.objects.filter(town_id=here.town).order_by("pk")[:2]
    user = here.maker
    user.first_name = own.name
    user.save()
    Member.objects.create(user=user, region_id=here.county, phone=own.phone, joined_at=timezone.now())
    other.name, other.phone_blind, other.phone_slot = "褚小妹", own.phone_blind, 2
    other.save()
    now = timezone.now()
    a_read(here, own.pk, now=now)
    a_read(here, other.pk, now=now)
    watch_reads(now)
    found = Alert.objects.filter(reader=user.pk, pattern__in=("own", "kin"))
    assert sorted(found.values_list("pattern", "counts__people")) == [("kin", 1), ("own", 1)]


def test_one_person_read_by_five_is_an_alert_about_the_person(here: Side) -> None:
    person, now = someone(here), timezone.now()
    for number in range(5):
        a_read(here, person, staff_of(here, f"clerk-{number}", "operations"), now=now)
    watch_reads(now)
    assert Alert.objects.get(pattern="watched").counts == {"readers": 5}


def test_a_look_up_wants_the_purpose_shows_masked_and_is_seen_by_the_person(here: Side) -> None:
    person = Person.objects.get(pk=someone(here))
    page = browser_of(staff_of(here, "agent-1", "hotline_agent"))
    assert page.get("/console/look-up/number/").headers["Location"] == "/console/look-up/"
    assert page.post("/console/look-up/", {"purpose": "hotline"}).status_code == 422
    assert page.post("/console/look-up/", {"purpose": "hotline", "note": "order 12"}).status_code == 302
    body = page.post("/console/look-up/number/", {"number": person.document}).content.decode()
    assert ("褚*嬴" in body, person.name in body, person.document in body) == (True, False, False)
    assert "code-mark--" in body
    assert page.get("/console/look-up/number/").status_code == 302, "one purpose, one number"
    row = AccessRecord.objects.get(person=person.pk, duty="people.look_up")
    assert (row.purpose, row.fields, row.role) == ("hotline: order 12", ["colour", "state"], "hotline_agent")
    assert "order 12" in phone_of(person.pk).get("/me/reads").content.decode()


def test_wrong_numbers_and_those_of_another_county_are_on_record_as_blinds(here: Side) -> None:
    xuanzhou = county("xuanzhou", "341802", "卫", "芈")
    away = Person.objects.get(pk=someone(xuanzhou))
    agent, now = staff_of(here, "agent-1", "hotline_agent"), timezone.now()
    assert [services.look_up(agent, number, "hotline: 1", now) for number in ("?!", away.document)] == [None, None]
    rows = LookUp.objects.filter(by=agent.pk).order_by("pk")
    assert [(row.outcome, row.person) for row in rows] == [("no_number", None), ("outside", None)]
    assert not AccessRecord.objects.filter(reader=agent.pk).exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(purpose="y")


def test_an_hour_has_so_many_look_ups_and_then_says_when(here: Side) -> None:
    tracer, now = staff_of(here, "tracer-1", "tracer"), timezone.now()
    for second in range(30):
        services.look_up(tracer, f"{second:05}", "investigation: 1", now + timedelta(seconds=second))
    with pytest.raises(TooManyLookUps) as refusal:
        services.look_up(tracer, "1", "investigation: 1", now + timedelta(seconds=40))
    assert refusal.value.details == {"limit": 30, "retry_after": 3561}
    services.look_up(tracer, "1", "investigation: 1", now + timedelta(hours=1, seconds=1))
    watch_reads(now + timedelta(hours=2))
    assert Alert.objects.filter(pattern="wrong_numbers", reader=tracer.pk).exists()
