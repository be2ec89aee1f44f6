"""Who has to do with policies: the province's author and approver, a city's commission."""

from typing import Any

import msgspec
from django.contrib.auth.models import User

from ankang.base.approvals import decide
from ankang.base.models import Approval, Duty, Region
from ankang.places.models import PolicyRelease
from ankang.places.services import policy_drafts as drafts

from .builders import NOW


def somebody(name: str, role: str, region: str, employer: int) -> User:
    """A member of staff with one duty."""
    for code, parent, level in (("34", None, "province"), ("3418", "34", "city")):
        Region.objects.get_or_create(
            code=code, defaults={"name": code, "name_en": code, "level": level, "parent_id": parent}
        )
    user = User.objects.create_user(name, password="a-long-enough-word", is_staff=True)
    Duty.objects.create(user=user, role=role, region_id=region, employer=employer)
    return user


def author(name: str = "author") -> User:
    """Of the province's health commission."""
    return somebody(name, "rule_author", "34", 1)


def approver(name: str = "approver", employer: int = 2) -> User:
    """Of another organisation of the province."""
    return somebody(name, "approver", "34", employer)


def a_draft(by: User, **cells: str) -> PolicyRelease:
    """A draft with cells changed: ``school__yellow="refer"``."""
    draft = drafts.draft_policies(by, NOW)
    typed = {name.replace("__", "."): value for name, value in cells.items()}
    return drafts.save_policies(draft.pk, typed, "because", draft.revision, by, NOW)


def submitted(by: User, wanted_at: Any = None, **cells: str) -> PolicyRelease:
    """A draft that waits for approval."""
    return drafts.submit_policies(a_draft(by, **cells).pk, wanted_at, by, NOW)


def approve(release: PolicyRelease, by: User, now: Any = NOW) -> PolicyRelease:
    """What the approver does."""
    asked = Approval.objects.get(pk=release.approval)
    decide(asked.pk, by, True, bytes(asked.digest), now)
    release.refresh_from_db()
    return release


def row_of(text: str, slug: str) -> dict[str, Any]:
    """One place type of a set, as data."""
    return next(row for row in msgspec.json.decode(text)["rows"] if row["type"] == slug)
