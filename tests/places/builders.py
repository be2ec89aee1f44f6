"""Builders that name only what matters to a test."""

from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User

import ankang.demo
from ankang.base.models import Duty, Region, Revision
from ankang.core.policies import BY_SLUG
from ankang.places.models import Checkpoint, Organisation
from ankang.places.services import add_checkpoint, add_organisation

NOW = datetime.now(UTC).replace(microsecond=0)
ANNEXES = Path(ankang.demo.__file__).parent / "data"
_numbers = count(1)


def a_region(code: str = "341881", parent: str | None = None) -> str:
    """A region; its code."""
    level = "town" if "-" in code else "county"
    Region.objects.get_or_create(
        code=code, defaults={"name": code, "name_en": code, "level": level, "parent_id": parent}
    )
    return code


def an_organisation(region: str = "341881", parent: Organisation | None = None) -> Organisation:
    """A unit in a region."""
    return add_organisation(f"单位{next(_numbers)}", "unit", a_region(region), parent)


def a_checkpoint(
    state: str = "in_use", type: str = "passage", organisation: Organisation | None = None
) -> Checkpoint:
    """A checkpoint of an organisation of its own."""
    home = organisation or an_organisation()
    return add_checkpoint(home, f"检查点{next(_numbers)}", BY_SLUG[type].id, state=state)


def staff(*roles: str, region: str = "341881", organisation: int | None = None) -> Any:
    """A member of staff with these roles in a region, below an organisation when one is named."""
    user = User.objects.create_user(f"staff{next(_numbers)}", password="a-long-enough-word", is_staff=True)
    for role in roles:
        Duty.objects.create(user=user, role=role, region_id=a_region(region), organisation=organisation)
    return user


def revision() -> int:
    """How often the small tables of places changed."""
    row = Revision.objects.filter(name="places").first()
    return row.revision if row else 0
