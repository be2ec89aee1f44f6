"""People at work: short builders, and a code generator as a phone has it."""

import itertools
import time
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.auth.models import User

from ankang.base.models import Duty, Region
from ankang.places.services import add_organisation

PASSWORD = "four-words-apart-enough"
_numbers = itertools.count(1)
PARENTS = {"34": None, "3418": "34", "341881": "3418", "341881-01": "341881", "3401": "34"}
LEVELS = {"34": "province", "3418": "city", "341881": "county", "341881-01": "town", "3401": "city"}


def a_region(code: str) -> str:
    """A region with those above it."""
    if PARENTS[code]:
        a_region(str(PARENTS[code]))
    Region.objects.get_or_create(
        code=code, defaults={"name": code, "name_en": code, "level": LEVELS[code], "parent_id": PARENTS[code]}
    )
    return code


def a_member(*roles: str, region: str = "341881", organisation: int | None = None, name: str = "") -> User:
    """Somebody who works here."""
    user = User.objects.create_user(name or f"member{next(_numbers)}", password=PASSWORD, is_staff=True)
    for role in roles:
        Duty.objects.create(user=user, role=role, region_id=a_region(region), organisation=organisation)
    return user


def security(region: str = "341881", organisation: int | None = None) -> User:
    """A security administrator."""
    return a_member("security_administrator", region=region, organisation=organisation)


def an_organisation(region: str = "341881", parent: Any = None) -> Any:
    """A unit of the tree."""
    return add_organisation(f"单位{next(_numbers)}", "unit", a_region(region), parent)


def a_code_generator(user: User) -> str:
    """The secret of the app that ``user`` enrolled."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def code_of(secret: str, steps: int = 0) -> str:
    """What the app shows now, or ``steps`` half minutes later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def sign_in(client: Any, user: User, secret: str | None = None) -> Any:
    """Password, then the code; returns the last answer."""
    answer = client.post("/console/login/", {"username": user.username, "password": PASSWORD})
    if secret:
        answer = client.post("/staff/second-factor/", {"code": code_of(secret)})
    return answer


def is_in(client: Any) -> bool:
    """Whether the client has a session of staff."""
    return int(client.get("/console/account/").status_code) == 200


def factors(user: User) -> list[str]:
    """The types of a user's factors."""
    return sorted(Authenticator.objects.filter(user=user).values_list("type", flat=True))
