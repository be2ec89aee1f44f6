"""A town of Ningguo, a resident, and officers of two offices."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import translation

from ankang.base.models import Duty
from tests.people.conftest import applied, ningguo  # noqa: F401


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def officer(role: str = "household_officer", region: str = "341881", office: int | None = None) -> User:
    """A member of staff with one duty."""
    user = User.objects.create_user(f"{role}{User.objects.count()}", is_staff=True)
    Duty.objects.create(user=user, role=role, region_id=region, employer=office)
    return user


def at_desk(user: User) -> Client:
    """The officer's browser, English, proved a moment ago."""
    client = Client()
    client.cookies["ankang_lang"] = "en"
    client.force_login(user)
    session = client.session
    session["ankang_confirmed_at"] = time.time()
    session.save()
    return client


@pytest.fixture
def resident(applied: Callable[..., Any]) -> Any:  # noqa: F811
    """王小明, who has applied: the person and the credential."""
    return applied()


@pytest.fixture
def phone(resident: Any) -> Client:
    """王小明's browser, English."""
    client = Client()
    client.cookies["ankang_lang"] = "en"
    client.cookies["ankang_resident"] = resident.credential.token
    return client
