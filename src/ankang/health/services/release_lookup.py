"""Finding releases, and who may do what with them."""

from datetime import datetime
from typing import Any

from ankang.base.permissions import regions_where
from ankang.base.services import region_codes_below
from ankang.core.rules import load, shipped

from ..models import RuleRelease
from .rulebook import RELEASES, shipped_text


def release_of(number: Any) -> RuleRelease:
    """The release of this number. Raises NotFound."""
    return RELEASES.find(number)


def newest_approved() -> RuleRelease | None:
    """The approved release that comes into force last, be it later than now."""
    return RELEASES.newest()


def next_to_come(now: datetime) -> RuleRelease | None:
    """The approved release that comes into force next."""
    return RELEASES.coming(now)


def next_version(name: str) -> int:
    """One more than any version of this name that was ever drafted here or ships with the platform."""
    own = RuleRelease.objects.filter(name=name).order_by("-version").values_list("version", flat=True).first() or 0
    return max(own, load(shipped_text(name)).file.version if name in shipped() else 0) + 1


def may_edit(release: RuleRelease, user: Any) -> bool:
    """Whether ``user`` wrote it or may edit rules of the region that proposes it."""
    places = regions_where(user, "rules.edit")
    return bool(places) and (release.author == user.pk or release.region in region_codes_below(places))


def verify_release(release: RuleRelease) -> bool:
    """Whether text, digest and signature of an approved release fit one of the house's keys."""
    return RELEASES.verify(release)
