"""Which policy set holds at a moment, and who signs it: one for the whole province (Z20 3(一))."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db import connection

from ankang.base.models import Region
from ankang.base.permissions import regions_where
from ankang.base.releases import Releases
from ankang.core.policies import SHIPPED, Policies, Policy, load_policies, policy_text

from ..errors import BaseOutdated, MomentNotPossible
from ..models import PolicyRelease

_LOCK = 0x616B706F
"""Advisory lock of whoever approves, publishes or withdraws a policy set. Nobody else uses the number."""
_SIGNED = "ankang policies\n{version}\n{effective_at}\n{digest}\n"


def policies_at(moment: datetime) -> Policies:
    """The policy set in force at ``moment``; version 0, shipped, before the province released one."""
    release = policy_release_at(moment)
    return read_policies(release.text) if release else SHIPPED


def policy_for(place_type: int, moment: datetime) -> Policy:
    """Who is admitted to places of this type at ``moment``."""
    return policies_at(moment).of(place_type)


def policy_release_at(moment: datetime) -> PolicyRelease | None:
    """The release in force at ``moment``; None while version 0 holds."""
    return RELEASES.at(moment)


def coming_policies(now: datetime) -> PolicyRelease | None:
    """The approved release that comes into force next."""
    return RELEASES.coming(now)


def newest_policies() -> PolicyRelease | None:
    """The approved release that comes into force last, be it later than now."""
    return RELEASES.newest()


def policy_release(number: Any) -> PolicyRelease:
    """The release of this number. Raises NotFound."""
    return RELEASES.find(number)


def base_text(release: PolicyRelease | None) -> str:
    """The text a release is measured against; version 0's without one."""
    return release.text if release else policy_text(SHIPPED.set)


def province() -> str:
    """The code of the province this installation is for: the root of its regions."""
    root = Region.objects.filter(parent=None, level="province").order_by("code")
    return root.values_list("code", flat=True).first() or ""


def is_of_the_province(user: Any, permission: str) -> bool:
    """Whether ``user`` holds ``permission`` for the whole province; whoever holds it for less has no say over policies."""
    return province() in regions_where(user, permission)


def verify_policies(release: PolicyRelease) -> bool:
    """Whether text, digest and signature of an approved release fit one of the house's keys."""
    return RELEASES.verify(release)


def signed_words(release: PolicyRelease) -> bytes:
    """What the signature covers, as UTF-8 text."""
    assert release.effective_at is not None
    return _SIGNED.format(
        version=release.version,
        effective_at=release.effective_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        digest=bytes(release.digest).hex(),
    ).encode()


@lru_cache(maxsize=64)
def read_policies(text: str) -> Policies:
    """An approved text, ready for doors; read once a process."""
    return load_policies(text)


def one_at_a_time() -> bool:
    """Whoever approves, publishes or withdraws a policy set holds this lock until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    return True


RELEASES = Releases(PolicyRelease, signed_words, one_at_a_time, BaseOutdated, MomentNotPossible)
