"""What a pair rests on, and what ends it: guardianship, custody, the 18th birthday, leaving, a merge, a counter (A6)."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ankang.base.errors import BadInput, NotFound
from ankang.base.models import AccessRecord
from ankang.people import companion_wards, companions, family
from ankang.people.credentials import issue_credential
from ankang.people.models import Companion
from ankang.people.services import desk, leaving

from .conftest import HELI, NOW, a_document
from .test_family import clerk
from .test_merging import merged
from .test_pages import text

pytestmark = pytest.mark.django_db
Apply = Callable[..., Any]
CHILD = a_document(77, born="20150601")


@pytest.fixture
def mother(applied: Apply) -> int:
    return int(applied().person.pk)


@pytest.fixture
def child(applied: Apply) -> int:
    return int(applied(document=CHILD, name="王一一", phone="+8613800000007").person.pk)


def custody(mother: int, child: int, now: datetime = NOW) -> int:
    return int(family.start_guardianship(mother, child, "minor", "documents", now).pk)


def ends(pair: Companion) -> str:
    return str(Companion.objects.get(pk=pair.pk).ended_why)


def test_a_guardian_brings_a_ward_along_at_once_and_custody_that_ends_ends_it(mother: int, child: int) -> None:
    row = custody(mother, child)
    assert [one.guardianship.pk for one in companion_wards.wards_to_bring(mother, NOW)] == [row]
    with pytest.raises(NotFound):
        companion_wards.bind_ward(child, row, NOW)
    pair = companion_wards.bind_ward(mother, row, NOW)
    assert (pair.companion_id, pair.how, companion_wards.wards_to_bring(mother, NOW)) == (child, "guardian", [])
    companions.take_along(mother, [pair.pk], None, NOW)
    family.end_guardianship(row, mother, None, "by_guardian", NOW)
    pair.refresh_from_db()
    assert (pair.ended_why, pair.along_until) == ("guardianship_ended", None)


def test_on_the_eighteenth_birthday_a_ward_walks_along_no_more(mother: int, child: int) -> None:
    birthday = datetime.combine(date(2033, 6, 1), time(), timezone.get_current_timezone())
    evening = birthday - timedelta(hours=3)
    pair = companion_wards.bind_ward(mother, custody(mother, child), NOW)
    companions.take_along(mother, [pair.pk], None, evening)
    pair.refresh_from_db()
    assert pair.along_until == birthday  # doors read this moment; no job stands between
    with pytest.raises(NotFound):
        companions.take_along(mother, [pair.pk], None, birthday)
    assert [companions.end_of_age(at) for at in (evening, birthday, birthday)] == [0, 1, 0]
    assert ends(pair) == "guardianship_ended"


def test_another_agreement_outlives_the_birthday(mother: int, child: int) -> None:
    custody(mother, child)
    companions.bind(mother, child, "consent", NOW)
    assert companions.end_of_age(NOW + timedelta(days=365 * 10)) == 0


def test_who_left_or_was_merged_walks_with_nobody(mother: int, child: int, applied: Apply) -> None:
    aunt = int(applied(document=a_document(5), name="王阿姨", phone="+8613800000005").person.pk)
    first, second = companions.bind(mother, child, "staff", NOW), companions.bind(aunt, mother, "staff", NOW)
    leaving.record_moved(clerk(), child, "moved to Nanjing", NOW)
    assert (ends(first), ends(second)) == ("left", "")
    with pytest.raises(NotFound):
        companions.bind(mother, child, "staff", NOW)
    assert companions.propose(mother, "resident_id", CHILD, "王一一", NOW) is None
    merged(aunt, mother)
    assert ends(second) == "left"


def test_a_counter_binds_by_documents_and_ends_both_on_record(mother: int, child: int) -> None:
    user = clerk()
    for document, name in ((CHILD, "王二二"), (a_document(9), "王一一")):
        with pytest.raises(BadInput) as refused:
            desk.bind_companion_at_desk(user, mother, "resident_id", document, name, "window", NOW)
        assert refused.value.details["fields"] == {"companion": "nobody"}
    with pytest.raises(NotFound):
        desk.bind_companion_at_desk(clerk(region=HELI), mother, "resident_id", CHILD, "王一一", "window", NOW)
    pair = desk.bind_companion_at_desk(user, mother, "resident_id", CHILD, "王一一", "window", NOW)
    assert (pair.how, pair.agreed_by) == ("staff", user.pk)
    assert desk.end_companion_at_desk(user, pair.pk, child, "window", NOW)
    seen = list(AccessRecord.objects.filter(reader=user.pk, fields=["companions"]).values_list("person", flat=True))
    assert (sorted(seen), ends(pair)) == ([mother, mother, child, child], "staff")


def test_the_pages_offer_wards_and_the_counter_binds(mother: int, child: int, client: Client) -> None:
    number = custody(mother, child, timezone.now())
    me = Client()
    me.cookies["ankang_resident"] = issue_credential(mother, "王小明", "android", timezone.now()).token
    assert "王*一" in text(me.get("/me/companions"))
    me.post("/me/companions", {"do": "ward", "pair": str(number)})
    assert Companion.objects.get().how == "guardian"
    client.force_login(clerk())
    client.post("/console/desk/", {"who": a_document(), "purpose": "window", "note": ""})
    page = f"/console/desk/{mother}/"
    assert "王*一" in text(client.get(page))
    client.post(page, {"do": "end_companion", "pair": str(Companion.objects.get().pk)})
    assert Companion.objects.get().ended_why == "staff"
    refused = client.post(page, {"do": "companion", "document_kind": "resident_id", "document": CHILD, "name": "王大大"})
    assert refused.status_code == 422
    client.post(page, {"do": "companion", "document_kind": "resident_id", "document": CHILD, "name": "王一一"})
    assert Companion.objects.get(ended_at=None).how == "staff"
