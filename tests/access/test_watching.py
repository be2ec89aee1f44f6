"""The edges of the watch: whose day is weighed, by which region, what counts as the family; and what an auditor filters."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ankang.access.models import Alert, LookUp, Question
from ankang.access.services.reads import question_states
from ankang.access.services.watching import _family, _midnight, _reads, _region, watch_reads
from ankang.access.services.work import alerts_at_work
from ankang.base.services import record_read
from ankang.people.models import Guardianship, Person
from ankang.staff.models import Member
from tests.laws.access_ground import Side, staff_of

from .test_reads import a_read, browser_of, county, someone

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Side:
    """Ningguo with three people on file and nothing left to weigh."""
    side = county("ningguo", "341881", "褚", "嬴")
    Alert.objects.all().update(state="explained")
    return side


def a_look(side: Side, by: Any, outcome: str, **more: Any) -> LookUp:
    return LookUp.objects.create(
        at=timezone.now(), by=by.pk, by_name=by.username, role="operations", region_id=side.county, purpose="x",
        number_blind=b"1", outcome=outcome, **more,
    )  # fmt: skip


def test_reads_that_the_system_made_make_nobody_watched(here: Side) -> None:
    person, now = someone(here), timezone.now()
    for number in range(4):
        a_read(here, person, staff_of(here, f"clerk-{number}", "operations"), now=now)
    record_read(None, person, "people.view", "the system", ("name",), now)
    watch_reads(now)
    assert not Alert.objects.filter(pattern="watched").exists()


def test_a_read_that_was_not_yet_committed_at_the_last_look_is_weighed_at_the_next(here: Side) -> None:
    other, now = county("xuanzhou", "341802", "卫", "芈"), timezone.now()
    watch_reads(now)
    a_read(here, someone(other), now=now - timedelta(minutes=3))
    assert watch_reads(now + timedelta(minutes=1)) >= 1
    assert Alert.objects.filter(pattern="outside_region", reader=here.maker.pk).count() == 1


def test_a_look_up_that_was_not_yet_committed_at_the_last_look_is_weighed_too(here: Side) -> None:
    now = timezone.now()
    watch_reads(now + timedelta(minutes=3))
    for number in range(60):
        LookUp.objects.create(
            at=now, by=here.maker.pk, by_name="m", role="operations", region_id=here.county, purpose="x",
            number_blind=b"%d" % number, outcome="nobody",
        )  # fmt: skip
    watch_reads(now + timedelta(minutes=4))
    assert Alert.objects.filter(pattern="wrong_numbers", reader=here.maker.pk).count() == 1


def test_a_person_without_a_town_of_ours_raises_nothing(here: Side) -> None:
    now = timezone.now()
    for number in range(5):
        record_read(staff_of(here, f"clerk-{number}", "operations"), 9_999_999, "people.view", "x", ("name",), now)
    watch_reads(now)
    assert not Alert.objects.filter(pattern="watched").exists()


def test_the_region_of_a_reader_is_that_of_the_duty_used_last_or_of_any_duty(here: Side) -> None:
    other = county("xuanzhou", "341802", "卫", "芈")
    rows = [a_read(here, someone(here)), a_read(other, someone(other))]
    reader = here.maker.pk
    assert _region(reader, rows, []) == "341802"
    assert _region(reader, [], [a_look(here, here.maker, "nobody")]) == "341881"
    assert (_region(reader, [], []), _region(0, [], [])) == ("341881", None)


def test_a_look_up_that_found_somebody_elsewhere_counts_as_outside_and_others_do_not(here: Side) -> None:
    looks = [a_look(here, here.maker, outcome) for outcome in ("outside", "nobody", "found")]
    assert [(read.person, read.outside) for read in _reads(here.maker.pk, [], looks)] == [(0, True)]


def test_the_family_is_the_phone_and_the_wards_and_never_oneself(here: Side) -> None:
    own, ward, other = Person.objects.filter(town_id=here.town).order_by("pk")
    user = here.maker
    assert _family(user.pk) == (set(), set(), "")
    user.first_name = own.name
    user.save()
    member = Member.objects.create(user=user, region_id=here.county, joined_at=timezone.now())
    assert _family(user.pk) == (set(), set(), own.name[:1])
    member.phone = own.phone
    member.save()
    Guardianship.objects.create(guardian=own, ward=ward, kind="adult", basis="documents", started_at=timezone.now())
    assert _family(user.pk) == ({own.pk}, {ward.pk}, own.name[:1])
    assert other.pk not in _family(user.pk)[1]


def test_a_day_begins_at_midnight_here() -> None:
    moment = timezone.now()
    told = timezone.localtime(_midnight(moment))
    assert (told.hour, told.minute, told.second, told.microsecond) == (0, 0, 0, 0)
    assert timedelta(0) <= moment - told < timedelta(days=1)


def test_only_auditors_have_alerts_at_work(here: Side) -> None:
    now = timezone.now()
    Alert.objects.create(
        pattern="many_day", reader=here.maker.pk, reader_name="r", region_id=here.county, key="y", counts={}, raised_at=now
    )
    work = alerts_at_work(staff_of(here, "auditor-1", "auditor"), now)
    assert work is not None
    assert [item.note for item in work.items] == ["r"]
    assert alerts_at_work(staff_of(here, "tracer-1", "tracer"), now) is None


def test_an_auditor_filters_the_reads_that_an_alert_is_about_until_it_is_explained(here: Side) -> None:
    now, page = timezone.now(), browser_of(staff_of(here, "auditor-1", "auditor"))
    usual, unusual = staff_of(here, "usual-clerk", "operations"), staff_of(here, "unusual-clerk", "operations")
    first, last = Person.objects.filter(town_id=here.town).order_by("pk")[:2]
    a_read(here, first.pk, usual)
    a_read(here, last.pk, unusual)
    alert = Alert.objects.create(
        pattern="many_day", reader=unusual.pk, reader_name="r", region_id=here.county, key="y", counts={}, raised_at=now
    )
    asked = "/console/reads/?unusual=1"
    body = page.get(asked).content.decode()
    assert ("unusual-clerk" in body, "usual-clerk" in body.replace("unusual-clerk", "")) == (True, False)
    alert.state = "explained"
    alert.save()
    assert "unusual-clerk" not in page.get(asked).content.decode()


def test_questions_are_told_for_the_reads_asked_about_alone(here: Side) -> None:
    person, now = someone(here), timezone.now()
    one, other = a_read(here, person), a_read(here, person)
    for read in (one, other):
        Question.objects.create(person=person, read=read.id, read_at=now, region_id=here.county, text="?", asked_at=now)
    assert set(question_states(person, [one])) == {one.id}
