"""Who calls the API in these tests, and something for each address to find."""

import os
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.wsgi import get_wsgi_application
from django.test import Client

from ankang.base.models import Duty, Region
from ankang.base.permissions import ADMINISTRATORS, ROLES
from ankang.people.credentials import issue_credential
from ankang.people.models import Person

from ..places.builders import a_checkpoint
from ..staff.builders import a_region

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ankang.site.settings")
CSRF = "c" * 32
application = get_wsgi_application()


@dataclass
class Caller:
    """What a caller sends with every request."""

    name: str
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)


def nobody() -> Caller:
    """A stranger."""
    return Caller("nobody")


def resident(person: Person) -> Caller:
    """The person with a bearer credential."""
    issued = issue_credential(person.pk, person.name, "api", datetime.now(UTC) - timedelta(minutes=1))
    return Caller("resident", {"Authorization": f"Bearer {issued.token}"})


def everything(region: str = "34") -> Caller:
    """A session of somebody with every duty one person may hold, who has just confirmed to be at the keyboard."""
    user = an_officer(region)
    client = Client()
    client.force_login(user)
    session = client.session
    session["ankang_confirmed_at"] = time.time()
    session.save()
    return Caller("staff", {"X-CSRFToken": CSRF}, {"sessionid": str(session.session_key), "csrftoken": CSRF})


def an_officer(region: str = "34") -> User:
    """Somebody with every duty one person may hold."""
    a_region("341881")
    Region.objects.filter(code="341881").update(parent="3418")
    user = User.objects.create_user("everything", password="four-words-apart-enough", is_staff=True, first_name="全")
    for role in sorted(set(ROLES) - set(ADMINISTRATORS) | {"security_administrator"}):
        Duty.objects.create(user=user, role=role, region_id=a_region(region))
    return user


def ground() -> dict[str, Any]:
    """Rows that addresses can name: by the first part of the path after ``me/``."""
    door = a_checkpoint()
    return {"places": door.pk, "checkpoints": door.pk, "organisations": door.organisation_id}
