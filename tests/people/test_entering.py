"""Code on entry (A7): the border opens a pending record, the traveller claims it, guesses are counted, staff hand it over."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.utils import timezone, translation

from ankang.base.errors import BadInput
from ankang.exchange.models import Row
from ankang.exchange.services import send_file
from ankang.exchange.services.checking import check_batch
from ankang.exchange.services.running import run_batch
from ankang.health.models import Evidence
from ankang.health.services import colour_of
from ankang.people import carriers
from ankang.people.errors import DetailsDoNotMatch, NotInThisState, TooManyClaims
from ankang.people.models import ClaimTry, Consent, Entry, OneTimeCode, Person, Standing
from ankang.people.services import entering
from ankang.people.services.entering import Claim, Traveller

from .conftest import HARBOUR, NOW, newest_code
from .test_family import clerk
from .test_pages import text

pytestmark = pytest.mark.django_db
COUNTY = "341881"
ANNA = Traveller("Anna Schmidt", "passport", "C01X00T47", "DE", "1985-01-31", NOW - timedelta(days=1))
HERS = Claim("passport", "C01X00T47", "DE", entering.date(1985, 1, 31), None)
PHONE = "+4915112345678"


@pytest.fixture
def anna(ningguo: None) -> Person:
    accepted = entering.register_at_entry(ANNA, COUNTY, NOW)
    assert accepted is not None
    return accepted.person


def test_an_entry_opens_one_pending_record_a_passport_with_a_colour(anna: Person) -> None:
    again = entering.register_at_entry(ANNA._replace(document="c01x00t47", name="ANNA  SCHMIDT"), COUNTY, NOW)
    assert again is not None
    assert (again.person.pk, again.is_new) == (anna.pk, False)
    assert (anna.state, anna.applied_via, anna.phone, anna.document_country) == ("pending", "entry", None, "DE")
    assert (Entry.objects.count(), Standing.objects.get().why) == (1, "border_entry")
    assert colour_of(anna.pk) is not None
    assert entering.register_at_entry(ANNA._replace(name="Jane Roe"), COUNTY, NOW) is None
    other = entering.register_at_entry(ANNA._replace(name="Jane Roe", country="US"), COUNTY, NOW)
    assert other is not None
    assert other.is_new
    for wrong in ({"country": ""}, {"document_kind": "resident_id"}, {"name": ""}, {"born": "2999-01-01"}):
        with pytest.raises(BadInput):
            entering.register_at_entry(ANNA._replace(**wrong), COUNTY, NOW)


def test_a_wrong_claim_says_nothing_and_guesses_run_out(anna: Person) -> None:
    nobody = HERS._replace(document="X9999999")
    wrong = [HERS._replace(born=entering.date(1985, 2, day)) for day in (1, 2, 3)]
    for claim in (*wrong, HERS._replace(country="US"), HERS._replace(born=None, entered_on=ANNA.entered_at.date()), nobody):
        with pytest.raises(DetailsDoNotMatch):
            entering.check_claim(claim, "203.0.113.7", NOW)
    with pytest.raises(TooManyClaims):
        entering.check_claim(HERS, "198.51.100.1", NOW)
    assert entering.check_claim(HERS, "198.51.100.1", NOW + timedelta(days=1, seconds=1)).pk == anna.pk
    for number in range(14):
        with pytest.raises(DetailsDoNotMatch):
            entering.check_claim(nobody._replace(document=f"X10000{number}"), "203.0.113.7", NOW)
    with pytest.raises(TooManyClaims):
        entering.check_claim(nobody._replace(document="X200000"), "203.0.113.7", NOW)
    assert entering.forget_claims(NOW + timedelta(days=2)) == 40


def test_the_day_of_entry_counts_where_the_border_gave_no_birth_date(ningguo: None) -> None:
    accepted = entering.register_at_entry(ANNA._replace(born=""), COUNTY, NOW)
    assert accepted is not None
    day = timezone.localdate(ANNA.entered_at)
    with pytest.raises(DetailsDoNotMatch):
        entering.check_claim(HERS._replace(entered_on=day - timedelta(days=1)), "", NOW)
    assert entering.check_claim(HERS._replace(entered_on=day), "", NOW).pk == accepted.person.pk


@pytest.fixture
def english() -> Iterator[Client]:
    phone = Client()
    assert phone.get("/en/claim").url == "/apply/entry"
    yield phone
    translation.activate("en")


CLAIM = {"document_kind": "passport", "country": "DE", "document": "C01X00T47", "born": "1985-01-31", "entered_on": ""}


def test_a_traveller_claims_the_code_in_english(anna: Person, english: Client) -> None:
    assert "Claim the code of your entry" in text(english.get("/apply/entry"))
    assert english.post("/apply/entry", CLAIM | {"born": "1985-01-30"}).url == "/apply/phone"
    assert english.post("/apply/phone", {"phone": PHONE}).url == "/apply/code"
    assert english.post("/apply/code", {"code": newest_code(PHONE)}).url == "/apply/entry"
    page = english.get("/apply/entry")
    assert (page.status_code, "These details cannot be used" in text(page)) == (422, True)
    assert ClaimTry.objects.count() == 2
    assert english.get("/apply/details").url == "/apply/entry"
    assert english.post("/apply/entry", CLAIM).url == "/apply/details"  # the phone has answered already
    assert "A*t" in text(english.get("/apply/details"))
    given = {"town": HARBOUR, "declared": "on", "consents": ["verification", "health_checks", "visit_records"]}
    assert english.post("/apply/details", given).url == "/apply/done"
    found = Person.objects.get()
    assert (found.pk, found.state, found.town_id, found.phone, found.applied_via) == (anna.pk, "active", HARBOUR, PHONE, "entry")
    assert Standing.objects.order_by("-pk").first().why == "claimed"  # type: ignore[union-attr]
    assert english.get("/me").status_code == 200
    other = Client()
    other.post("/apply/entry", CLAIM)
    OneTimeCode.objects.update(sent_at=timezone.now() - timedelta(hours=1))
    other.post("/apply/phone", {"phone": PHONE})
    assert other.post("/apply/code", {"code": newest_code(PHONE)}).url == "/apply/entry"  # claimed once


def test_the_first_page_says_what_is_missing(ningguo: None, english: Client) -> None:
    page = english.post("/apply/entry", {"document_kind": "passport", "country": "", "document": "C0", "born": ""})
    assert page.status_code == 422
    for words in ("Choose the country that issued the passport", "too short or too long", "or the day you entered"):
        assert words in text(page)
    assert Client().get("/apply/entry", {"lang": "zh"}).url == "/apply/entry"


def test_staff_hand_the_code_over_and_print_a_sheet(anna: Person, client: Client) -> None:
    client.force_login(clerk())
    client.post("/console/desk/", {"who": "C01X00T47", "purpose": "window", "note": ""})
    page = f"/console/desk/{anna.pk}/"
    assert "入境发码" in text(client.get(page))
    assert client.post(page, {"do": "hand_over", "town": HARBOUR}).status_code == 422
    client.post(page, {"do": "hand_over", "town": HARBOUR, "agreed": "on"})
    anna.refresh_from_db()
    assert (anna.state, anna.town_id, Consent.objects.filter(person=anna).count()) == ("active", HARBOUR, 4)
    assert carriers.issue_sheet(anna.pk, None, NOW).kind == "paper"
    with pytest.raises(NotInThisState):
        entering.hand_over(clerk(), anna.pk, HARBOUR, "window", NOW)


HEADER = "姓名,证件类型,证件号码,护照签发国,出生日期,入境时间,来自国家（地区）,入境口岸,航班（车次、船次）"


def sent(user: User, *rows: str, name: str = "entries.csv") -> Any:
    """A batch of border entries, run without waiting for its approver (the exchange's tests see to that)."""
    table = "\n".join((HEADER, *rows)).encode()
    with transaction.atomic():
        batch = send_file("border-entries", name, [table], user, timezone.now(), submit=False).batch
    check_batch(batch.pk)
    batch.refresh_from_db()
    assert batch.state == "validated", batch.findings
    type(batch).objects.filter(pk=batch.pk).update(state="approved", decided_at=timezone.now())
    run_batch(batch.pk)
    batch.refresh_from_db()
    return batch


@pytest.mark.django_db(transaction=True)
def test_a_batch_of_entries_opens_records_and_their_colours_follow_from_the_rules(ningguo: None) -> None:
    entered = f"{timezone.localtime() - timedelta(days=1):%Y-%m-%d %H:%M}"
    rows = (
        f"Anna Schmidt,护照,C01X00T47,德国,1985-01-31,{entered},德国,上海浦东,LH728",
        f"John Roe,护照,C01X00T47,美国,1979/7/4,{entered},美国,上海浦东,MU588",
        f"Mary Major,护照,Y7654321,,,{entered},美国,上海浦东,MU588",
        f"Jane Doe,护照,C01X00T47,德国,1985-01-31,{entered},德国,上海浦东,LH728",
    )
    batch = sent(clerk("feed_officer"), *rows)
    people = list(Person.objects.order_by("pk"))
    assert [(one.name, one.document_country, one.born, one.state) for one in people] == [
        ("Anna Schmidt", "DE", "1985-01-31", "pending"),
        ("John Roe", "US", "1979-07-04", "pending"),
    ]
    assert [row.code for row in Row.objects.filter(batch=batch)] == ["name_differs"]
    for one in people:
        (record,) = Evidence.objects.filter(person=one.pk)
        assert (record.kind, set(record.attributes)) == ("border_entry", {"country", "port", "transport"})
    sent(clerk("feed_officer"), rows[0], name="again.csv")
    assert (Person.objects.count(), Evidence.objects.count()) == (2, 2)
