"""A new device, a lost one, and agreements taken back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import RequestFactory

from ankang.base.errors import NotFound
from ankang.base.models import Message, Revision
from ankang.people import services
from ankang.people.credentials import resident_of
from ankang.people.errors import CodeExpired, CodeWrong
from ankang.people.models import Consent, Credential

from .conftest import NOW, a_document, newest_code

Apply = Callable[..., Any]
PHONE = "+8613800000001"
LATER = NOW + timedelta(minutes=5)
WHO = ("resident_id", a_document(), "王小明")


def holder(token: str, now: Any = NOW, header: bool = True) -> int | None:
    extra: dict[str, Any] = {"HTTP_AUTHORIZATION": f"Bearer {token}"} if header else {}
    request = RequestFactory().get("/me", **extra)
    if not header:
        request.COOKIES["ankang_resident"] = token
    resident = resident_of(request, now)
    return resident.person if resident else None


def test_a_code_on_the_registered_phone_signs_a_new_device_in(applied: Apply) -> None:
    person = applied().person
    assert services.send_sign_in_code(*WHO, LATER) == PHONE
    issued = services.sign_in(*WHO, newest_code(PHONE), "iphone", LATER)
    assert holder(issued.token, LATER) == person.pk
    assert list(Credential.objects.order_by("pk").values_list("label", flat=True)) == ["other", "iphone"]


@pytest.mark.parametrize("who", [("resident_id", a_document(), "王小朋"), ("resident_id", a_document(9), "王小明")])
def test_nobody_learns_who_is_on_file(applied: Apply, who: tuple[str, str, str]) -> None:
    applied()
    before = Message.objects.count()
    assert services.send_sign_in_code(*who, LATER) is None
    assert Message.objects.count() == before
    with pytest.raises(CodeExpired):
        services.sign_in(*who, "123456", "other", LATER)


def test_asking_too_often_says_nothing_either(applied: Apply) -> None:
    applied()
    assert services.send_sign_in_code(*WHO, LATER) == PHONE
    assert services.send_sign_in_code(*WHO, LATER) == PHONE
    assert Message.objects.filter(purpose="one_time_code.sign_in").count() == 1


def test_a_code_for_applying_does_not_sign_in(applied: Apply) -> None:
    applied()
    services.send_one_time_code(PHONE, "apply", LATER)
    with pytest.raises(CodeExpired):
        services.sign_in(*WHO, newest_code(PHONE), "other", LATER)


def test_a_wrong_code_does_not_sign_in(applied: Apply) -> None:
    applied()
    services.send_sign_in_code(*WHO, LATER)
    wrong = "111111" if newest_code(PHONE) != "111111" else "222222"
    with pytest.raises(CodeWrong):
        services.sign_in(*WHO, wrong, "other", LATER)


def test_a_credential_is_read_from_header_and_cookie(applied: Apply) -> None:
    answer = applied()
    assert holder(answer.credential.token) == holder(answer.credential.token, header=False) == answer.person.pk


@pytest.mark.parametrize("token", ["", "ak1r_", "ak1r_!!!!", "钥匙", "x" * 5000])
def test_what_is_no_credential_is_nobody(applied: Apply, token: str) -> None:
    assert holder(token, header=False) is None


def test_a_credential_ends_after_half_a_year(applied: Apply) -> None:
    token = applied().credential.token
    assert holder(token, NOW + timedelta(days=180) - timedelta(seconds=1)) is not None
    assert holder(token, NOW + timedelta(days=180)) is None


def test_a_devices_credential_is_no_residents(applied: Apply) -> None:
    from ankang.trust.keyring import keyring

    person, serial = applied().person.pk, Credential.objects.get().pk
    times = int(NOW.timestamp()), int(NOW.timestamp()) + 1000
    assert holder(keyring().credentials().issue("device", person, serial, *times)) is None


def test_a_revoked_credential_ends_and_the_gates_are_told(applied: Apply) -> None:
    answer = applied()
    serial = Credential.objects.get().pk
    assert services.revoke_credential(answer.person.pk, serial, LATER) is True
    assert services.revoke_credential(answer.person.pk, serial, LATER) is False
    assert holder(answer.credential.token) is None
    assert Revision.objects.get(name="credentials").revision == 1


def test_nobody_revokes_somebody_elses_credential(applied: Apply) -> None:
    other = applied(document=a_document(2)).person
    applied()
    with pytest.raises(NotFound):
        services.revoke_credential(other.pk, Credential.objects.latest("pk").pk, LATER)


def test_an_optional_agreement_comes_and_goes(applied: Apply) -> None:
    answer = applied()
    services.grant_consent(answer.person.pk, "notices", NOW)
    services.grant_consent(answer.person.pk, "notices", NOW)
    assert services.withdraw_consent(answer.person.pk, "notices", LATER) is True
    assert services.withdraw_consent(answer.person.pk, "notices", LATER) is False
    assert list(Consent.objects.filter(purpose="notices").values_list("granted_at", "withdrawn_at")) == [(NOW, LATER)]
    assert holder(answer.credential.token) == answer.person.pk


def test_taking_back_a_required_agreement_stops_the_code_everywhere(applied: Apply) -> None:
    answer, again = applied(), applied()
    services.withdraw_consent(answer.person.pk, "visit_records", LATER)
    assert (holder(answer.credential.token), holder(again.credential.token)) == (None, None)
    assert Revision.objects.get(name="credentials").revision == 1


def test_applying_again_gives_the_same_code_back(applied: Apply) -> None:
    answer = applied()
    services.withdraw_consent(answer.person.pk, "visit_records", LATER)
    again = applied(now=LATER)
    assert holder(again.credential.token, LATER) == answer.person.pk
    assert Consent.objects.filter(purpose="visit_records", withdrawn_at=None).count() == 1
