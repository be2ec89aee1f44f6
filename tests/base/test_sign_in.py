"""Staff passwords cannot be guessed at."""

from datetime import timedelta
from typing import Any

import pytest

from ankang.base.models import SignInFailure
from ankang.base.sign_in import REST, TRIES

PASSWORD = "a-long-enough-word"


@pytest.fixture
def door(django_user_model: Any) -> None:
    django_user_model.objects.create_user("door", password=PASSWORD, is_staff=True)


def _try(client: Any, password: str, name: str = "door") -> int:
    return int(client.post("/console/login/", {"username": name, "password": password}).status_code)


@pytest.mark.django_db
def test_the_right_password_signs_in_and_forgets_earlier_slips(client: Any, door: None) -> None:
    assert [_try(client, "wrong") for _ in range(TRIES - 1)] == [200] * (TRIES - 1)
    assert _try(client, PASSWORD) == 302
    assert SignInFailure.objects.count() == 0


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
