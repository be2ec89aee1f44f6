"""What the pages of a resident do and programs could not: a claim on entry, old codes, wards as companions."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ankang.people import family
from ankang.people.credentials import issue_credential
from ankang.people.models import ClaimTry, LegacyCode, Person
from ankang.people.services import entering

from ..people.conftest import HARBOUR, NOW, a_document, applied, newest_code, ningguo  # noqa: F401
from ..people.test_entering import ANNA, COUNTY, PHONE
from ..people.test_family import clerk
from ..people.test_legacy import looked_at
from .test_door import JSON, bearing, code_of

pytestmark = pytest.mark.django_db
API = "/api/v1"
CLAIM = {
    "document_kind": "passport",
    "document": "c01x00t47",
    "country": "DE",
    "born": "1985-01-31",
    "phone": PHONE,
    "town": HARBOUR,
    "declared": True,
    "consents": ["verification", "health_checks", "visit_records"],
}
Apply = Callable[..., Any]


def a_program(person: Any) -> Client:
    return bearing(issue_credential(person.pk, person.name, "api", timezone.now()).token)


def test_a_traveller_claims_the_code_of_the_entry(client: Client, ningguo: None) -> None:  # noqa: F811
    accepted = entering.register_at_entry(ANNA, COUNTY, NOW)
    assert accepted is not None
    for wrong, field in (({"born": None}, "born"), ({"town": "1"}, "town"), ({"country": ""}, "country")):
        answer = client.post(f"{API}/entry-claims", CLAIM | wrong | {"code": "123456"}, JSON)
        assert (*code_of(answer), list(answer.json()["details"]["fields"])) == (422, "bad_input", [field])
    assert client.post(f"{API}/one-time-codes", {"phone": PHONE}, JSON).status_code == 202
    made = client.post(f"{API}/entry-claims", CLAIM | {"code": newest_code(PHONE)}, JSON)
    assert (made.status_code, made.json()["name"]) == (200, "A*t"), made.json()
    person = Person.objects.get()
    assert (person.pk, person.state, person.phone) == (accepted.person.pk, "active", PHONE)
    assert bearing(made.json()["credential"]).get(f"{API}/me").json()["town"]


def test_a_wrong_claim_stays_counted_and_tells_nothing(client: Client, ningguo: None) -> None:  # noqa: F811
    entering.register_at_entry(ANNA, COUNTY, NOW)
    client.post(f"{API}/one-time-codes", {"phone": PHONE}, JSON)
    wrong = CLAIM | {"born": "1985-01-30", "code": newest_code(PHONE)}
    assert code_of(client.post(f"{API}/entry-claims", wrong, JSON)) == (409, "details_do_not_match")
    assert (ClaimTry.objects.count(), Person.objects.get().state) == (2, "pending")


def test_an_old_code_is_merged_by_its_holder_and_guesses_are_counted(applied: Apply) -> None:  # noqa: F811
    phone, system = a_program(applied().person), "return_to_work"
    from ankang.people.services import legacy

    user = clerk()
    legacy.take_list(user, looked_at(user).pk, NOW)
    LegacyCode.objects.update(person=None)
    assert code_of(phone.post(f"{API}/me/old-codes", {"system": system, "number": "FG-0002"}, JSON)) == (422, "bad_input")
    assert ClaimTry.objects.count() == 1
    body = {"system": system, "number": "fg 0001"}
    assert [phone.post(f"{API}/me/old-codes", body, JSON).json() for _ in range(2)] == [{"merged": True}, {"merged": False}]
    assert phone.get(f"{API}/me/old-codes").json() == {"items": [{"system": system, "last_digits": "0001"}], "next": None}


def test_a_ward_becomes_a_companion_at_once_and_who_walks_along_steps_out(applied: Apply) -> None:  # noqa: F811
    keeper = applied().person
    born = f"{timezone.localdate().year - 8}0101"
    ward = applied(name="王小小", document=a_document(5, born=born)).person
    custody = family.start_guardianship(keeper.pk, ward.pk, "minor", "documents", timezone.now())
    phone, child = a_program(keeper), a_program(ward)
    (pair,) = phone.post(f"{API}/me/companions/wards/{custody.pk}").json()["companions"]
    assert pair["how"] == "guardian"
    assert code_of(child.post(f"{API}/me/companions/wards/{custody.pk}")) == (404, "not_found")
    phone.put(f"{API}/me/companions/along", {"pairs": [pair["pair"]]}, JSON)
    assert code_of(phone.post(f"{API}/me/companions/{pair['pair']}/apart")) == (404, "not_found")
    (held,) = child.post(f"{API}/me/companions/{pair['pair']}/apart").json()["holders"]
    assert held["along_until"] is None
