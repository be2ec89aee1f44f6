"""Staff passwords cannot be guessed at."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ankang.base.models import SignInFailure
from ankang.base.sign_in import REST, TRIES, TRIES_FROM_ADDRESS

PASSWORD = "a-long-enough-word"


@pytest.fixture
def door(django_user_model: Any) -> None:
    django_user_model.objects.create_user("door", password=PASSWORD, is_staff=True)


def _try(client: Any, password: str, name: str = "door") -> int:
    return int(client.post("/console/login/", {"username": name, "password": password}).status_code)


@pytest.mark.django_db
def test_the_right_password_goes_on_to_the_second_factor_and_forgives_nothing_yet(client: Any, door: None) -> None:
    assert [_try(client, "wrong") for _ in range(TRIES - 1)] == [200] * (TRIES - 1)
    answer = client.post("/console/login/", {"username": "door", "password": PASSWORD})
    assert (answer.status_code, answer.url) == (302, "/staff/enrol/")
    assert SignInFailure.objects.count() == TRIES - 1


@pytest.mark.django_db
def test_after_ten_wrong_passwords_the_right_one_is_refused_too_until_the_rest_is_over(client: Any, door: None) -> None:
    for _ in range(TRIES):
        _try(client, "wrong", "DOOR")
    answer = client.post("/console/login/", {"username": "door", "password": PASSWORD})
    assert "密码输错次数过多" in answer.content.decode()
    for failure in SignInFailure.objects.all():
        SignInFailure.objects.filter(pk=failure.pk).update(at=failure.at - REST - timedelta(seconds=1))
    assert _try(client, PASSWORD) == 302


@pytest.mark.django_db
def test_a_name_that_nobody_has_rests_just_the_same(client: Any) -> None:
    for _ in range(TRIES):
        _try(client, "wrong", "nobody")
    answer = client.post("/console/login/", {"username": "nobody", "password": "wrong"})
    assert "密码输错次数过多" in answer.content.decode()


@pytest.mark.django_db
def test_fifty_wrong_tries_from_one_address_rest_every_name_there_and_no_other_address(client: Any, door: None) -> None:
    now = timezone.now()
    tries = [SignInFailure(name=f"n{number}", address="10.0.0.7", at=now) for number in range(TRIES_FROM_ADDRESS)]
    SignInFailure.objects.bulk_create(tries)
    said = {"username": "door", "password": PASSWORD}
    there = client.post("/console/login/", said, headers={"X-Forwarded-For": "10.0.0.7"})
    elsewhere = client.post("/console/login/", said, headers={"X-Forwarded-For": "10.0.0.8"})
    assert ("密码输错次数过多" in there.content.decode(), elsewhere.status_code) == (True, 302)
